"""The query parameters of lists of speakers, for pages and API alike."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import (  # upwards on purpose: filters by what speakers give
    Event,
    Series,
    Talk,
    Topic,
    Track,
)
from roadshow.api.filters import ListFilter, RecordFilter, ReferenceFilter, TextFilter

from .models import Speaker


def with_talks(filterset: RecordFilter, **conditions) -> Q:
    """The condition that a speaker gives a visible talk that meets `conditions`."""
    talks = Talk.objects.visible_to(filterset.user).filter(**conditions).order_by()
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
        rows=Event.objects, label=_("Event"), through=lambda f, keys: with_talks(f, event__in=keys)
    )
    series = ReferenceFilter(
        rows=Series.objects,
        label=_("Series"),
        through=lambda f, keys: with_talks(f, event__series__in=keys),
    )
    topic = ReferenceFilter(
        rows=Topic.objects, label=_("Topic"), through=lambda f, keys: with_talks(f, topics__in=keys)
    )
    track = ReferenceFilter(
        rows=Track.objects,
        by="guid",
        label=_("Track"),
        through=lambda f, keys: with_talks(f, track__in=keys),
    )
    talk = ReferenceFilter(
        rows=Talk.objects, by="guid", label=_("Talk"), through=lambda f, keys: with_talks(f, pk__in=keys)
    )
    letter = TextFilter(field_name="name", lookup_expr="istartswith", label=_("How the name begins"))
    state = ListFilter(choices=Speaker.State.choices, label=_("State"))
