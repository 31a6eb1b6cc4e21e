"""Speakers in JSON."""

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from roadshow.api.serializers import (
    Links,
    PageUrl,
    PictureUrl,
    RecordSerializer,
    Shape,
    StrictSerializer,
    json_rows,
    replace_rows,
)

from .models import Speaker, SpeakerLink


class SpeakerLinkSerializer(StrictSerializer):
    class Meta:
        model = SpeakerLink
        fields = ["url", "title"]


class SpeakerSerializer(RecordSerializer):
    url = PageUrl("speakers:speaker", "slug")
    picture = PictureUrl(help_text=_("Address of the picture."))
    links = Links(child=SpeakerLinkSerializer(), required=False)

    class Meta(RecordSerializer.Meta):
        model = Speaker
        fields = [
            "url", "guid", "slug", "name", "headline", "pronouns", "biography", "picture", "picture_credit",
            "links", "state", "created_at", "updated_at",
        ]  # fmt: skip
        example = {
            "slug": "ada-lovelace",
            "name": "Ada Lovelace",
            "headline": "Analyst, Analytical Engine",
            "biography": "Wrote the first *published* program.",
            "links": [{"url": "https://example.org/ada", "title": "Home page"}],
            "state": "published",
        }
        related = ("links",)

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = super().load(rows, shape, user).defer("search", "imported")
        if shape.wants("links"):
            links = SpeakerLink.objects.filter(speaker=OuterRef("pk")).order_by("position", "pk")
            rows = rows.annotate(links_list=json_rows(links, url="url", title="title"))
        return rows

    def before_create(self, row):
        row.created_by = self.context["request"].user

    def validate_links(self, links):
        if len({link["url"] for link in links}) < len(links):
            raise ValidationError(_("Give each link once."))
        return links

    def write_links(self, row, value) -> bool:
        return replace_rows(row.links, value, speaker=row)
