"""Serializers of links and collections."""

from typing import Any

from django.db.models import OuterRef, Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from events.models import Event, Talk, Topic
from events.serializers import EventSerializer, TalkSerializer, TopicSerializer
from roadshow.api.serializers import (
    Links,
    PageUrl,
    RecordSerializer,
    References,
    Shape,
    StrictSerializer,
    StrictTypes,
    json_rows,
    key_array,
    replace_rows,
)
from speakers.models import Speaker
from speakers.serializers import SpeakerSerializer

from .models import Collection, CollectionItem, Resource

RELATIONS: dict[str, tuple[Any, Any, str]] = {
    "topics": (Topic, TopicSerializer, "slug"),
    "talks": (Talk, TalkSerializer, "guid"),
    "speakers": (Speaker, SpeakerSerializer, "slug"),
    "events": (Event, EventSerializer, "slug"),
}


class ResourceSerializer(RecordSerializer):
    url = PageUrl("resources:resource", "slug")
    link = serializers.URLField(source="url", max_length=2000, help_text=_("The address it leads to."))
    topics = References(Topic.objects, required=False)
    talks = References(Talk.objects, "guid", required=False)
    speakers = References(Speaker.objects, required=False)
    events = References(Event.objects, required=False)

    class Meta(RecordSerializer.Meta):
        model = Resource
        fields = [
            "url", "guid", "slug", "title", "link", "kind", "level", "language", "authors", "year", "note",
            "free", "state", "topics", "talks", "speakers", "events", "health", "checked_at", "archived_url",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["health", "checked_at"]
        example = {
            "title": "A gentle introduction",
            "link": "https://example.org/introduction",
            "kind": "article",
            "level": "beginner",
            "language": "en",
            "state": "published",
            "topics": ["keras"],
        }
        related = tuple(RELATIONS)
        expandable = {name: (serializer, name) for name, (model, serializer, key) in RELATIONS.items()}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = super().load(rows, shape, user).defer("search")
        for name, (model, serializer, key) in RELATIONS.items():
            if not shape.wants(name):
                continue
            seen = model.objects.visible_to(user)
            if name in shape.expanded:
                found = serializer.load(seen, shape.expanded[name], user)
                rows = rows.prefetch_related(Prefetch(name, found))
            else:
                related = seen.filter(resources=OuterRef("pk")).order_by("pk")
                rows = rows.annotate(**{f"{name}_keys": key_array(related, key)})
        return rows

    def before_create(self, row):
        row.created_by = self.context["request"].user

    def _set_relation(self, row, name: str, wanted: list) -> bool:
        """Set a relation; whether it differed. Related rows that the writer cannot see are kept."""
        model = RELATIONS[name][0]
        manager = getattr(row, name)
        seen = model.objects.visible_to(self.context["request"].user)
        hidden = manager.exclude(pk__in=seen.order_by().values("pk"))
        after = {one.pk for one in [*wanted, *hidden]}
        if after == set(manager.values_list("pk", flat=True)):
            return False
        manager.set(after)
        return True

    def write_topics(self, row, topics) -> bool:
        return self._set_relation(row, "topics", topics)

    def write_talks(self, row, talks) -> bool:
        return self._set_relation(row, "talks", talks)

    def write_speakers(self, row, speakers) -> bool:
        return self._set_relation(row, "speakers", speakers)

    def write_events(self, row, events) -> bool:
        return self._set_relation(row, "events", events)


class SuggestionSerializer(StrictSerializer):
    """A link that somebody proposes; curators decide."""

    link = serializers.URLField(source="url", max_length=2000, help_text=_("The address it leads to."))
    topics = References(Topic.objects, required=False)

    class Meta:
        model = Resource
        fields = ["title", "link", "kind", "language", "authors", "year", "note", "topics"]
        extra_kwargs = {"kind": {"required": False}, "note": {"max_length": 4000}}


class ItemSerializer(StrictTypes, serializers.Serializer):
    """A link's place in a collection."""

    resource = serializers.CharField(max_length=80, help_text=_("Slug of the link."))
    heading = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    note = serializers.CharField(required=False, allow_blank=True, default="")


class Items(Links):
    """The links of a collection in order, each with its heading and note; one query however many there are."""

    def to_internal_value(self, data):
        items = data if isinstance(data, list) else []
        slugs = [item.get("resource") for item in items if isinstance(item, dict)]
        wanted = [slug for slug in slugs if isinstance(slug, str) and "\0" not in slug]
        rows = Resource.objects.visible_to(self.context["request"].user).filter(slug__in=wanted)
        self.resources = {row.slug: row for row in rows.defer("search")}
        return super().to_internal_value(data)

    def run_child_validation(self, data):
        values = super().run_child_validation(data)
        resource = self.resources.get(values["resource"])
        if resource is None:
            raise ValidationError({"resource": _("There is no “%s”.") % values["resource"]})
        return values | {"resource": resource}


class CollectionSerializer(RecordSerializer):
    url = PageUrl("resources:collection", "slug")
    items = Items(child=ItemSerializer(), required=False)

    class Meta(RecordSerializer.Meta):
        model = Collection
        fields = [
            "url", "guid", "slug", "title", "text", "is_path", "state", "items", "created_at", "updated_at",
        ]  # fmt: skip
        related = ("items",)
        expandable = {"items": (ResourceSerializer, "entries")}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = super().load(rows, shape, user).defer("search")
        seen = Resource.objects.visible_to(user).listed()
        items = CollectionItem.objects.filter(resource__in=seen.order_by()).order_by("position", "pk")
        if "items" in shape.expanded:
            links = ResourceSerializer.load(Resource.objects.all(), shape.expanded["items"], user)
            items = items.prefetch_related(Prefetch("resource", links))
            return rows.prefetch_related(Prefetch("items", items, to_attr="entries"))
        own = items.filter(collection=OuterRef("pk"))
        return rows.annotate(
            items_list=json_rows(own, resource="resource__slug", heading="heading", note="note")
        )

    @staticmethod
    def schema_items(resource: dict) -> dict:
        """OpenAPI schema of what `extend_items` returns."""
        text = {"type": "string"}
        return {
            "x-name": "ItemExpanded",
            "type": "object",
            "properties": {"resource": resource, "heading": text, "note": text},
            "required": ["resource", "heading", "note"],
        }

    @staticmethod
    def extend_items(item: CollectionItem, readers) -> dict:
        """An item with its whole link."""
        resource = {name: read(item.resource) for name, read in readers}
        return {"resource": resource, "heading": item.heading, "note": item.note}

    def validate_items(self, items):
        if len({item["resource"].pk for item in items}) < len(items):
            raise ValidationError(_("Give each link once."))
        return items

    def write_items(self, row, items) -> bool:
        return replace_rows(row.items, items, collection=row)
