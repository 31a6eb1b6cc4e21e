"""What an event knows of its people, in JSON; only for those of its people who look after speakers."""

from rest_framework import serializers

from roadshow.api.serializers import StrictSerializer

from ..models import EventSpeaker


class EventSpeakerSerializer(StrictSerializer):
    speaker: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, help_text="Slug of the speaker."
    )
    availability = serializers.ListField(
        child=serializers.ListField(child=serializers.DateTimeField(), min_length=2, max_length=2),
        required=False,
        max_length=100,
        help_text="Pairs of start and end; an empty list when no limits are known.",
    )

    class Meta:
        model = EventSpeaker
        fields = [
            "speaker", "email", "phone", "requirements", "notes", "availability", "photo_consent", "biography",
            "picture_credit", "profile_access", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["profile_access", "created_at", "updated_at"]

    def validate_availability(self, spans):
        return [[start.isoformat(), end.isoformat()] for start, end in spans]
