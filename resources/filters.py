"""Query parameters of lists of links and collections, for pages and API alike."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Event, Series, Talk, Topic
from roadshow.api.filters import (
    ListFilter,
    NumberFilter,
    RecordFilter,
    ReferenceFilter,
    TextFilter,
    YesNoFilter,
)
from roadshow.core.models import Level
from speakers.models import Speaker

from .models import Collection, CollectionItem, Resource


def filter_by_relation(column: str):
    """A condition on the many-to-many table of `column`, as a subquery, so that no row is duplicated."""
    through = getattr(Resource, column).through
    name = getattr(Resource, column).field.m2m_reverse_field_name()
    return lambda f, keys: Q(pk__in=through.objects.filter(**{f"{name}__in": keys}).values("resource"))


class ResourceFilter(RecordFilter):
    change_kind = "resources"
    orderings = {
        "title": ("title",),
        "year": ("year", "title"),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
        "citations": ("citations",),
    }

    kind = ListFilter(choices=Resource.Kind.choices, label=_("Kind"))
    level = ListFilter(choices=Level.choices, label=_("Level"))
    language = ListFilter(pattern=r"[A-Za-z0-9-]{2,20}", example="en", label=_("Language"))
    topic = ReferenceFilter(rows=Topic.objects, label=_("Topic"), through=filter_by_relation("topics"))
    talk = ReferenceFilter(rows=Talk.objects, by="guid", label=_("Talk"), through=filter_by_relation("talks"))
    speaker = ReferenceFilter(
        rows=Speaker.objects, label=_("Speaker"), through=filter_by_relation("speakers")
    )
    event = ReferenceFilter(rows=Event.objects, label=_("Event"), through=filter_by_relation("events"))
    series = ReferenceFilter(
        rows=Series.objects,
        label=_("Series"),
        through=lambda f, k: filter_by_relation("events")(
            f, Event.objects.visible_to(f.user).filter(series__in=k)
        ),
    )
    collection = ReferenceFilter(
        rows=Collection.objects,
        label=_("Collection"),
        through=lambda f, k: Q(
            pk__in=CollectionItem.objects.filter(collection__in=k).order_by().values("resource")
        ),
    )
    author = TextFilter(field_name="authors", lookup_expr="icontains", label=_("Author"))
    year = NumberFilter(max_value=3000, label=_("Year"))
    year_from = NumberFilter(field_name="year", lookup_expr="gte", max_value=3000, label=_("From this year"))
    year_to = NumberFilter(field_name="year", lookup_expr="lte", max_value=3000, label=_("Up to this year"))
    free = YesNoFilter(field_name="free", label=_("Free of charge"))
    state = ListFilter(choices=Resource.State.choices, label=_("State"))
    health = ListFilter(choices=Resource.Health.choices, label=_("Health"))
    url = TextFilter(lookup_expr="exact", label=_("Address"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.found: dict[str, list[int]] = {}  # search text -> primary keys

    def by_text(self, rows, text):
        """Search once per text: the list, its count and every facet use the same keys."""
        text = text.replace("\0", " ").strip()
        if not text:
            return rows
        if text not in self.found:
            self.found[text] = self.queryset.keys_for(text)
        return rows.rank_keys(self.found[text], text)

    def filter_queryset(self, queryset):
        """Annotate citation counts only when ordered by them."""
        order = self.form.cleaned_data.get("ordering") or []
        if any(word.removeprefix("-") == "citations" for word in order):
            queryset = queryset.with_citations()
        return super().filter_queryset(queryset)


class CollectionFilter(RecordFilter):
    change_kind = "collections"
    orderings = {"title": ("title",), "created_at": ("created_at",), "updated_at": ("updated_at",)}

    topic = ReferenceFilter(
        rows=Topic.objects,
        label=_("Topic"),
        through=lambda f, k: Q(
            pk__in=CollectionItem.objects.filter(
                resource__in=Resource.objects.visible_to(f.user).filter(topics__in=k)
            )
            .order_by()
            .values("collection")
        ),
    )
    resource = ReferenceFilter(
        rows=Resource.objects,
        label=_("Link"),
        through=lambda f, k: Q(
            pk__in=CollectionItem.objects.filter(resource__in=k).order_by().values("collection")
        ),
    )
    path = YesNoFilter(field_name="is_path", label=_("Learning path"))
    state = ListFilter(choices=Collection.State.choices, label=_("State"))
