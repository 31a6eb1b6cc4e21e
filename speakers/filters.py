"""The query parameters of lists of speakers, for pages and API alike."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roadshow.api.filters import ListFilter, RecordFilter, ReferenceFilter, TextFilter

from .models import Speaker


def reach(*path: str):
    """A callable that returns the manager of what relations lead to: this app knows no other one by name."""

    def manager():
        model = Speaker
        for name in path:
            model = model._meta.get_field(name).related_model
        return model.objects

    return manager


def gives(filters: RecordFilter, **conditions) -> Q:
    """The condition that a speaker gives a visible talk which fulfils `conditions`."""
    talks = reach("talks")().visible_to(filters.user).filter(**conditions).order_by()
    return Q(pk__in=talks.values("speakers"))


class SpeakerFilter(RecordFilter):
    change_kind = "speakers"
    orderings = {
        "name": ("name",),
        "slug": ("slug",),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }

    event = ReferenceFilter(
        rows=reach("talks", "event"), label=_("Event"), through=lambda f, keys: gives(f, event__in=keys)
    )
    series = ReferenceFilter(
        rows=reach("talks", "event", "series"),
        label=_("Series"),
        through=lambda f, keys: gives(f, event__series__in=keys),
    )
    topic = ReferenceFilter(
        rows=reach("talks", "topics"), label=_("Topic"), through=lambda f, keys: gives(f, topics__in=keys)
    )
    track = ReferenceFilter(
        rows=reach("talks", "track"),
        by="guid",
        label=_("Track"),
        through=lambda f, keys: gives(f, track__in=keys),
    )
    talk = ReferenceFilter(
        rows=reach("talks"), by="guid", label=_("Talk"), through=lambda f, keys: gives(f, pk__in=keys)
    )
    letter = TextFilter(field_name="name", lookup_expr="istartswith", label=_("How the name begins"))
    state = ListFilter(choices=Speaker.State.choices, label=_("State"))
