"""Speakers: one record each, across all events."""

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from roadshow.core.admin import OrderedInline, OwnFilter, RecordAdmin, Table, TableAdmin
from roadshow.core.search import fold

from .models import Speaker, SpeakerLink


class LinkInline(OrderedInline):
    model = SpeakerLink
    fields = ["title", "url", "position"]


class Missing(DropdownFilter):
    title = _("what is missing or doubtful")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [
            ("picture", _("no picture")),
            ("biography", _("no biography")),
            ("talks", _("no talk")),
            ("twin", _("perhaps entered twice")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "talks":
            return queryset.filter(talks__isnull=True)
        if self.value() == "twin":
            named = Speaker.objects.order_by().annotate(folded=fold("name")).values("folded")
            twice = named.annotate(total=Count("pk")).filter(total__gt=1).values("folded")
            return queryset.annotate(folded=fold("name")).filter(folded__in=twice)
        return queryset.filter(**{self.value(): ""}) if self.value() in ("picture", "biography") else queryset


class SpeakerTable(Table):
    class Meta(Table.Meta):
        model = Speaker
        fields = ["guid", "name", "headline", "pronouns", "biography", "state"]
        import_id_fields = ["guid"]


class SpeakerAdmin(TableAdmin, RecordAdmin):
    """Registered by `events.admin`, which adds what needs talks."""

    shared = True
    resource_classes = [SpeakerTable]
    list_display = ["name", "headline", "talk_count", "last_event", "missing"]
    list_filter = [("state", ChoicesDropdownFilter), Missing, ("talks__event", OwnFilter)]
    search_fields = ["name"]
    inlines = [LinkInline]
    fieldsets = [
        (None, {"fields": [("name", "pronouns"), "headline", "biography", ("picture", "picture_credit")]}),
        (_("Address and state"), {"classes": ["tab"], "fields": [("slug", "state")]}),
    ]

    def for_list(self, rows):
        return rows.defer("search").annotate(
            talk_total=Count("talks", distinct=True), newest=Max("talks__event__starts_on")
        )

    @display(description=_("talks"), ordering="talk_total")
    def talk_count(self, speaker):
        return speaker.talk_total

    @display(description=_("last event"), ordering="newest")
    def last_event(self, speaker):
        return speaker.newest

    @display(description=_("missing"), label={"missing": "warning"})
    def missing(self, speaker):
        parts = [
            word
            for value, word in ((speaker.picture, _("picture")), (speaker.biography, _("biography")))
            if not value
        ]
        return ("missing", ", ".join(str(part) for part in parts)) if parts else None
