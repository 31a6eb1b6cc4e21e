"""The admin of series, topics and tracks."""

from django.contrib import admin
from django.db.models import Count, Max, Min
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from roadshow.core.admin import OwnFilter, RecordAdmin, Table, TableAdmin

from ..actions import tell_others
from ..models import Event, Series, Topic, Track
from .sharing import SharedAdminMixin
from .workspace import EventScopeMixin


@admin.register(Series)
class SeriesAdmin(RecordAdmin):
    list_display = ["name", "state_label", "event_count", "years"]
    list_filter = [("state", ChoicesDropdownFilter)]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["organisers"]
    fields = [("name", "slug"), "tagline", "description", ("website", "state"), "organisers"]
    actions_detail = ["next_stop"]

    @action(description=_("Next stop"), url_path="next-stop", icon="add", permissions=["change"])
    def next_stop(self, request, object_id):
        """Lead to the form that copies the series' last event; to an empty one for the first."""
        last = Event.objects.editable_by(request.user).filter(series=object_id).order_by("-starts_on").first()
        if last is None:
            return HttpResponseRedirect(reverse("admin:events_event_new", query={"series": object_id}))
        return HttpResponseRedirect(reverse("admin:events_event_clone", args=[last.pk]))

    def for_list(self, rows):
        return rows.annotate(
            event_total=Count("events"), first=Min("events__starts_on"), last=Max("events__ends_on")
        )

    @display(
        description=_("state"),
        ordering="state",
        label={Series.State.PUBLISHED: "success", Series.State.DRAFT: "info"},
    )
    def state_label(self, series):
        return series.state, series.get_state_display()

    @display(description=_("events"), ordering="event_total")
    def event_count(self, series):
        return series.event_total

    @display(description=_("years"), ordering="first")
    def years(self, series):
        if not series.first:
            return ""
        return (
            f"{series.first.year}–{series.last.year}"
            if series.first.year < series.last.year
            else series.first.year
        )


class TopicTable(Table):
    def after_init_instance(self, instance, new, row, **kwargs):
        instance.before = "" if new else instance.name

    def after_save_instance(self, instance, row, **kwargs):
        if instance.before and not kwargs.get("dry_run"):
            tell_others(instance, self.user, before=instance.before)

    class Meta(Table.Meta):
        model = Topic
        fields = ["name", "slug", "description"]
        import_id_fields = ["slug"]


@admin.register(Topic)
class TopicAdmin(SharedAdminMixin, TableAdmin, RecordAdmin):
    resource_classes = [TopicTable]
    list_display = ["name", "talk_count", "link_count"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    fields = [("name", "slug"), "description"]

    def for_list(self, rows):
        return rows.annotate(
            talk_total=Count("talks", distinct=True), link_total=Count("resources", distinct=True)
        )

    @display(description=_("talks"), ordering="talk_total")
    def talk_count(self, topic):
        return topic.talk_total

    @display(description=_("links"), ordering="link_total")
    def link_count(self, topic):
        return topic.link_total


@admin.register(Track)
class TrackAdmin(EventScopeMixin, RecordAdmin):
    workspace_page = "setup"
    list_display = ["name", "event", "swatch", "talk_count"]
    list_filter = [("event", OwnFilter)]
    search_fields = ["name"]
    autocomplete_fields = ["event"]
    fields = ["event", ("name", "slug"), ("color", "position"), "description"]

    def for_list(self, rows):
        return (
            rows.select_related("event")
            .defer("event__description", "event__search")
            .annotate(talk_total=Count("talks"))
            .order_by("-event__starts_on", "position", "pk")
        )

    @display(description=_("colour"))
    def swatch(self, track):
        return (
            format_html('<span class="swatch" style="--swatch:{}"></span>', track.color)
            if track.color
            else ""
        )

    @display(description=_("talks"), ordering="talk_total")
    def talk_count(self, track):
        return track.talk_total
