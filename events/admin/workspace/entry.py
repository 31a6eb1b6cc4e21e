"""The table to type in talks: one row each, with speakers, time and room; rows of a spreadsheet can be pasted."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from roadshow.core.access import acting_user
from roadshow.core.roles import Permission

from ...actions import NewTalk, enter_talks, parse_people
from ...models import Event, Talk
from .navigation import get_event, page_context

MAX_ROWS = 500
EMPTY_ROWS = 8
TIME_FORMATS = ("%H:%M", "%H.%M", "%H:%M:%S", "%I:%M %p")
STATES = [(state, state.label) for state in (Talk.State.CONFIRMED, Talk.State.DRAFT)]


class TalkRowForm(forms.Form):
    """A row. Its `day` and `time` are in the event's zone."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=500, required=False)
    speakers = forms.CharField(label=gettext_lazy("Speakers"), max_length=2000, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Talk.Kind, required=False)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=24 * 60, required=False
    )
    track: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Track"), queryset=None, required=False, empty_label=""
    )
    day = forms.ChoiceField(label=gettext_lazy("Day"), required=False)
    time = forms.TimeField(
        label=gettext_lazy("Start"),
        input_formats=TIME_FORMATS,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "10:30"}),
        error_messages={"invalid": gettext_lazy("Give a time such as 14:30.")},
    )
    room: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Room"), queryset=None, required=False, empty_label=""
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, required=False)

    def __init__(self, *args, event: Event, may_schedule: bool, tracks, rooms, days, **options):
        super().__init__(*args, **options)
        self.event = event
        self.fields["track"].queryset = event.tracks.all()
        self.fields["track"].choices = [("", ""), *tracks]
        self.fields["room"].queryset = event.rooms.all()
        self.fields["room"].choices = [("", ""), *rooms]
        self.fields["day"].choices = days
        self.fields["kind"].initial = Talk.Kind.TALK
        self.fields["state"].initial = Talk.State.CONFIRMED
        self.fields["day"].initial = days[0][0]
        if not may_schedule:
            for name in ("day", "time", "room"):
                del self.fields[name]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        if may_schedule and len(days) == 1:
            self.fields["day"].widget = forms.HiddenInput()

    def has_changed(self) -> bool:
        """Whether anything was typed; the choices that a row starts with do not count."""
        return any(
            (self.data.get(self.add_prefix(name)) or "").strip()
            for name in ("title", "speakers", "minutes", "track", "time", "room")
        )

    def clean(self):
        data = super().clean()
        if self.has_changed() and not (data.get("title") or "").strip() and "title" not in self.errors:
            self.add_error("title", ValidationError(_("A talk needs a title.")))
        return data

    def to_talk(self) -> NewTalk:
        data = self.cleaned_data
        return NewTalk(
            title=data["title"].strip(),
            speakers=parse_people(data["speakers"]),
            kind=data["kind"] or Talk.Kind.TALK,
            state=data["state"] or Talk.State.CONFIRMED,
            minutes=data["minutes"],
            track=data["track"],
            starts_at=self._get_start(data),
            room=data.get("room"),
        )

    def _get_start(self, data: dict) -> dt.datetime | None:
        if data.get("time") is None:
            return None
        day = dt.date.fromisoformat(data["day"]) if data["day"] else self.event.starts_on
        day += dt.timedelta(days=data["time"] < self.event.day_change)
        return dt.datetime.combine(day, data["time"], self.event.zone).astimezone(dt.UTC)


TalkRows = forms.formset_factory(TalkRowForm, extra=EMPTY_ROWS, absolute_max=MAX_ROWS, max_num=MAX_ROWS)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Empty rows; a POST enters the talks of all filled ones, or none, with errors beside the fields."""
    event = get_event(request, pk, Permission.EDIT_TALKS)
    may_schedule = Permission.SCHEDULE in event.permissions_of(request.user)
    options: dict[str, Any] = {"form_kwargs": _load_choices(event, may_schedule), "prefix": "talks"}
    rows = TalkRows(request.POST, **options) if request.method == "POST" else TalkRows(**options)
    if request.method == "POST" and rows.is_valid():
        talks = [row.to_talk() for row in rows if row.has_changed()]
        try:
            entered = enter_talks(event=event, talks=talks, by=acting_user(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _describe(entered))
            return HttpResponseRedirect(request.path)
    context = page_context(request, event, "talks", _("Enter talks of %(event)s") % {"event": event}) | {
        "rows": rows,
        "entered_total": event.talks.count(),
    }
    status = 422 if rows.is_bound else 200
    return TemplateResponse(request, "admin/events/event/enter.html", context, status=status)


def _load_choices(event: Event, may_schedule: bool) -> dict:
    """The options of the rows' selects, loaded once for all rows."""
    count = (event.ends_on - event.starts_on).days + 1
    days = [event.starts_on + dt.timedelta(days=number) for number in range(count)]
    return {
        "event": event,
        "may_schedule": may_schedule,
        "tracks": list(event.tracks.values_list("pk", "name")),
        "rooms": list(event.rooms.order_by("event_rooms__position").values_list("pk", "name")),
        "days": [(day.isoformat(), day.isoformat()) for day in days],
    }


def _describe(entered) -> str:
    count = len(entered.talks)
    text = ngettext("%(count)d talk is entered.", "%(count)d talks are entered.", count) % {"count": count}
    if entered.new_speakers:
        names = ", ".join(speaker.name for speaker in entered.new_speakers)
        text += " " + _("New speakers: %(names)s.") % {"names": names}
    return text
