"""The admin of talks: speakers, slots of the plan, changes that are not released yet."""

from datetime import UTC

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display

from roadshow.core.access import can_add_events
from roadshow.core.admin import (
    ExportAdmin,
    FreshForm,
    OrderedInline,
    OwnFilter,
    RecordAdmin,
    Table,
    TableInline,
)
from roadshow.core.roles import Permission

from ..actions import find_plan_conflicts, lock_event, repeat_talk
from ..models import Confirmation, Event, ReleasedSlot, Slot, Talk, TalkLink, TalkSpeaker
from ..shown import describe_talk
from .withdrawing import WithdrawMixin
from .workspace import EventScopeMixin


class TalkForm(FreshForm):
    def clean_event(self):
        event = self.cleaned_data["event"]
        moved = self.instance.pk and event.pk != self.instance.event_id
        if moved and (self.instance.slots.exists() or self.instance.released_slots.exists()):
            raise ValidationError(
                _(
                    "This talk is in the schedule of %(event)s. Remove its slots there, "
                    "or enter it as a new talk here."
                ),
                params={"event": self.instance.event},
            )
        return event


class SpeakerInline(OrderedInline):
    model = TalkSpeaker
    autocomplete_fields = ["speaker"]
    fields = ["speaker", "role", "position"]


class LinkInline(OrderedInline):
    model = TalkLink
    fields = ["kind", "title", "url", "position"]


class SlotInline(TableInline):
    """Slots of a talk, for users who may change the plan."""

    model = Slot
    form = FreshForm
    autocomplete_fields = ["room"]
    fields = ["starts_at", "ends_at", "room", "token"]

    def has_change_permission(self, request, obj=None):
        events = Event.objects.with_permission(request.user, Permission.SCHEDULE)
        return events.exists() if obj is None or obj.pk is None else events.filter(pk=obj.event_id).exists()

    has_add_permission = has_delete_permission = has_change_permission


class PlannedFilter(DropdownFilter):
    title = _("place in the plan")
    parameter_name = "planned"

    def lookups(self, request, model_admin):
        return [("no", _("not in the plan")), ("yes", _("in the plan"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(slots__isnull=self.value() == "no").distinct()
        return queryset


class MissingFilter(DropdownFilter):
    title = _("missing")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [
            ("abstract", _("no abstract")),
            ("speaker", _("no speaker")),
            ("track", _("no track")),
            ("answer", _("not confirmed by a speaker")),
            ("refusal", _("declined by a speaker")),
            ("slides", _("no slides")),
            ("recording", _("no recording")),
        ]

    def queryset(self, request, queryset):
        links = TalkLink.objects.filter(talk=OuterRef("pk"), kind=self.value())
        answers = Confirmation.objects.filter(talk=OuterRef("pk"))
        conditions = {
            "abstract": Q(abstract=""),
            "speaker": ~Exists(TalkSpeaker.objects.filter(talk=OuterRef("pk"))),
            "track": Q(track=None),
            "answer": ~Exists(answers.filter(accepted=True)),
            "refusal": Q(Exists(answers.filter(accepted=False))),
            "slides": Q(state=Talk.State.CONFIRMED) & ~Exists(links),
            "recording": Q(state=Talk.State.CONFIRMED) & ~Exists(links),
        }
        if self.value() not in conditions:
            return queryset
        wanted = queryset.filter(conditions[self.value()]).exclude(kind=Talk.Kind.BREAK)
        return wanted.exclude(state__in=[Talk.State.CANCELLED, Talk.State.WITHDRAWN])


class TalkTable(Table):
    class Meta(Table.Meta):
        model = Talk
        fields = [
            "guid", "event__slug", "title", "subtitle", "kind", "state", "track__name", "level", "language",
            "duration", "expected_audience", "abstract", "notes",
        ]  # fmt: skip


def describe_slot(slot: Slot, event: Event) -> str:
    """Time and room, in the event's time zone: "Sat 6 Oct, 10:00, Hall"."""
    when = date_format(timezone.localtime(slot.starts_at, event.zone), str(_("D j M, H:i")))
    return ", ".join(filter(None, [when, slot.room.name if slot.room else ""]))


@admin.register(Talk)
class TalkAdmin(WithdrawMixin, EventScopeMixin, ExportAdmin, RecordAdmin):
    withdrawals = {
        Talk.State.WITHDRAWN: _("Withdraw it: nobody sees it any more"),
        Talk.State.CANCELLED: _("Cancel it: the schedule says that it does not take place"),
    }
    form = TalkForm
    resource_classes = [TalkTable]
    list_display = ["title", "event", "state_label", "speakers_in_order", "in_plan", "shown"]
    export_columns = [
        "kind",
        "track",
        "duration",
        "language",
        "level",
        "code",
        "slides_and_recordings",
        "abstract",
    ]
    list_filter = [
        ("event", OwnFilter),
        ("state", ChoicesDropdownFilter),
        PlannedFilter,
        MissingFilter,
        ("track", OwnFilter),
        ("kind", ChoicesDropdownFilter),
        ("speakers", OwnFilter),
        ("topics", OwnFilter),
        ("updated_at", RangeDateTimeFilter),
    ]
    search_fields = ["title"]
    autocomplete_fields = ["event", "track", "topics"]
    inlines = [SpeakerInline, SlotInline, LinkInline]
    actions = ["confirm", "cancel", "repeat"]
    fieldsets = [
        (None, {"fields": ["title", "event", "track", ("kind", "state"), "abstract"]}),
        (
            _("Details"),
            {
                "classes": ["tab"],
                "fields": [
                    "subtitle",
                    "description",
                    ("level", "language"),
                    ("duration", "expected_audience"),
                    "topics",
                    "picture",
                    ("origin_url", "feedback_url"),
                ],
            },
        ),
        (_("Recording"), {"classes": ["tab"], "fields": [("recording_license", "do_not_record")]}),
        (_("Address"), {"classes": ["tab"], "fields": [("slug", "code"), "type_label"]}),
        (_("Notes"), {"classes": ["tab"], "fields": ["notes"]}),
    ]

    def has_add_permission(self, request, obj=None):
        if can_add_events(request.user):
            return True
        return Event.objects.with_permission(request.user, Permission.EDIT_TALKS).exists()

    def get_fieldsets(self, request, obj=None):
        """Without the notes for those who may only look."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [(name, options) for name, options in fieldsets if options["fields"] != ["notes"]]

    def load_export(self, rows):
        hidden = ("description", "notes", "imported", "people", "search")
        rows = (
            rows.select_related("track")
            .defer(None)
            .defer(*hidden, "event__description", "event__search", "event__current_release__document")
        )
        return rows.prefetch_related("links")

    def is_released(self, talk):
        return talk.released_slots.exists()

    def for_list(self, rows):
        return (
            rows.select_related("event__current_release")
            .defer(
                "abstract",
                "description",
                "notes",
                "imported",
                "people",
                "search",
                "event__description",
                "event__search",
                "event__current_release__document",
            )
            .prefetch_related(
                Prefetch(
                    "talk_speakers",
                    TalkSpeaker.objects.select_related("speaker").only("talk", "position", "speaker__name"),
                ),
                Prefetch("slots", Slot.objects.select_related("room").defer("room__search")),
                Prefetch(
                    "released_slots",
                    ReleasedSlot.objects.in_time_order().defer("room__search"),
                    to_attr="current_slots",
                ),
            )
        )

    @display(
        description=_("state"),
        ordering="state",
        label={
            Talk.State.DRAFT: "info",
            Talk.State.CONFIRMED: "success",
            Talk.State.CANCELLED: "danger",
            Talk.State.WITHDRAWN: "warning",
        },
    )
    def state_label(self, talk):
        return talk.state, talk.get_state_display()

    @display(description=_("speakers"))
    def speakers_in_order(self, talk):
        names = [credit.speaker.name for credit in talk.talk_speakers.all()]
        more = f" +{len(names) - 3}" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more

    @display(description=_("slides and recordings"))
    def slides_and_recordings(self, talk):
        return " ".join(link.url for link in talk.links.all())

    @display(description=_("in the plan"))
    def in_plan(self, talk):
        slots = list(talk.slots.all())
        if not slots:
            return ""
        return describe_slot(slots[0], talk.event) + (f" +{len(slots) - 1}" if len(slots) > 1 else "")

    @display(description=_("attendees see"), label={"same": "success", "ahead": "warning", "hidden": "info"})
    def shown(self, talk):
        return describe_talk(talk).badge

    @action(description=_("Confirm"), icon="check")
    def confirm(self, request, queryset):
        self._set_state(request, queryset, Talk.State.CONFIRMED)

    @action(description=_("Cancel"), icon="cancel")
    def cancel(self, request, queryset):
        self._set_state(request, queryset, Talk.State.CANCELLED)

    @action(description=_("Repeat at another event"), icon="repeat")
    def repeat(self, request, queryset):
        """Ask for an event, then create drafts of the selected talks there."""
        events = Event.objects.with_permission(request.user, Permission.EDIT_TALKS).order_by(
            "-starts_on", "pk"
        )
        chosen = request.POST.get("repeat_at", "")
        if chosen.isdecimal() and (event := events.filter(pk=chosen).first()):
            talks = Talk.objects.editable_by(request.user).filter(pk__in=queryset.order_by().values("pk"))
            count = len([repeat_talk(talk=talk, event=event) for talk in talks])
            text = ngettext(
                "%(count)d talk is a draft of %(event)s now.",
                "%(count)d talks are drafts of %(event)s now.",
                count,
            )
            return self.message_user(request, text % {"count": count, "event": event}, messages.SUCCESS)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Repeat at another event"),
            "opts": self.opts,
            "talks": queryset.order_by("title"),
            "events": events.only("name", "starts_on")[:200],
        }
        return TemplateResponse(request, "admin/events/talk/repeat.html", context)

    def _set_state(self, request, queryset, state):
        talks = Talk.objects.editable_by(request.user).filter(pk__in=queryset.order_by().values("pk"))
        count = 0
        for talk in talks.exclude(state=state):
            talk.state, talk._history_user = state, request.user
            talk.save(update_fields=["state", "updated_at"])
            count += 1
        text = ngettext("%(count)d talk is %(state)s now.", "%(count)d talks are %(state)s now.", count)
        self.message_user(request, text % {"count": count, "state": state.label}, messages.SUCCESS)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with timezone.override(self._get_zone(request, object_id)):
            response = super().changeform_view(request, object_id, form_url, extra_context)
            return response.render() if hasattr(response, "render") else response

    def _get_zone(self, request, object_id):
        """The event's time zone, in which the form shows and reads times; UTC without an event."""
        if object_id and self._may(request, object_id, "listed_for"):
            rows = Event.objects.filter(talks=object_id)
        else:
            chosen = request.POST.get("event") or request.GET.get("event") or ""
            rows = Event.objects.listed_for(request.user).filter(pk=chosen if chosen.isdecimal() else 0)
        event = rows.only("timezone").first()
        return event.zone if event else UTC

    def save_formset(self, request, form, formset, change):
        if formset.model is Slot:
            lock_event(form.instance.event_id)
        super().save_formset(request, form, formset, change)

    def response_change(self, request, obj):
        self._report_status(request, obj)
        return super().response_change(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        self._report_status(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def _report_status(self, request, talk):
        """Add messages about unreleased changes and conflicts of the talk."""
        fresh = self.for_list(Talk.objects.filter(pk=talk.pk)).get()
        shown = describe_talk(fresh)
        text = shown.sentence
        if shown.kind == "ahead":
            text = format_html(
                '{} <a class="underline" href="{}">{}</a>',
                text,
                reverse("admin:events_event_release_plan", args=[talk.event_id]),
                _("Release the plan"),
            )
        self.message_user(request, text, messages.INFO)
        for conflict in find_plan_conflicts(fresh.event):
            if talk.pk in (conflict.slot.talk, conflict.other and conflict.other.talk):
                self.message_user(request, str(conflict), messages.WARNING)
