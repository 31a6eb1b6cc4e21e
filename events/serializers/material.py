"""JSON of photos and recaps."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from roadshow.api.serializers import PictureUrl, RecordSerializer, Reference, Shape

from ..models import Event, Photo, Recap, Talk
from .event import EventSerializer
from .talk import with_event


class OfEventSerializer(RecordSerializer):
    """Base of what belongs to an event and has no page of its own."""

    event = Reference(Event.objects)

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = super().load(rows, shape, user).annotate(event_key=F("event__slug"))
        return with_event(rows, shape, user)


class PhotoSerializer(OfEventSerializer):
    talk = Reference(Talk.objects, "guid", required=False, allow_null=True)
    picture = PictureUrl(help_text=_("Address of the picture."))

    class Meta(RecordSerializer.Meta):
        model = Photo
        fields = [
            "guid", "event", "talk", "picture", "width", "height", "caption", "alternative", "credit",
            "credit_url", "license", "position", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["width", "height"]
        expandable = {"event": (EventSerializer, "event")}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        return super().load(rows, shape, user).annotate(talk_key=F("talk__guid"))

    def before_create(self, row):
        row.picture = self.context["picture"]


class RecapSerializer(OfEventSerializer):
    class Meta(RecordSerializer.Meta):
        model = Recap
        fields = [
            "guid", "event", "language", "title", "text", "author", "source", "created_at", "updated_at",
        ]  # fmt: skip
        expandable = {"event": (EventSerializer, "event")}
