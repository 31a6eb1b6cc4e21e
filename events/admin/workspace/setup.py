"""The set-up page: dates, zone, place, rooms and tracks of an event, new or not, on one page."""

from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_integer
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)

from roadshow.core.access import can_add_events
from roadshow.core.admin import FreshForm
from roadshow.core.fields import COLOR, validate_timezone
from roadshow.core.roles import Permission

from ...actions import NewRoom, NewTrack, set_up_event
from ...models import Event, Series, Venue
from .navigation import get_event, page_context

FIELDS = [
    "name",
    "starts_on",
    "ends_on",
    "timezone",
    "state",
    "series",
    "venue",
    "city",
    "country",
    "online_url",
]


def list_timezone_choices() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in sorted(available_timezones())]


class LinesField(forms.CharField):
    """A list that is typed or pasted, one item a line."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 5})

    def __init__(self, **options):
        super().__init__(required=False, **options)

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def validate(self, value):
        pass

    def run_validators(self, value):
        pass


class SetupForm(FreshForm):
    venue_name = forms.CharField(
        label=gettext_lazy("Or a new venue"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )
    online_url = forms.URLField(
        label=gettext_lazy("Stream"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    move_plan = forms.BooleanField(
        label=gettext_lazy("Move the plan with the first day"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy("Slots keep their time of day."),
    )
    rooms = LinesField(
        label=gettext_lazy("Rooms"),
        help_text=gettext_lazy("One a line, in order; seats after a comma: “Main hall, 300”."),
    )
    tracks = LinesField(
        label=gettext_lazy("Tracks"),
        help_text=gettext_lazy("One a line, in order; a colour after a comma: “Data, #0b6e4f”."),
    )

    field_order = [
        "name",
        "starts_on",
        "ends_on",
        "timezone",
        "move_plan",
        "state",
        "series",
        "venue",
        "venue_name",
        "city",
        "country",
        "online_url",
        "rooms",
        "tracks",
    ]

    class Meta:
        model = Event
        fields = FIELDS
        widgets = {
            "name": UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
            "starts_on": UnfoldAdminDateWidget,
            "ends_on": UnfoldAdminDateWidget,
            "state": UnfoldAdminSelectWidget,
            "series": UnfoldAdminSelect2Widget,
            "venue": UnfoldAdminSelect2Widget,
            "city": UnfoldAdminTextInputWidget,
            "country": UnfoldAdminTextInputWidget,
        }
        help_texts = {
            "state": gettext_lazy("Attendees see nothing of a draft. Published, they see its page at once."),
            "timezone": "",
        }

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["series"].queryset = Series.objects.editable_by(user)
        if self.instance.series_id:
            own = Series.objects.filter(pk=self.instance.series_id)
            self.fields["series"].queryset = Series.objects.editable_by(user) | own
        self.fields["venue"].queryset = Venue.objects.visible_to(user).defer("search")
        self.fields["timezone"] = forms.ChoiceField(
            label=self.fields["timezone"].label,
            choices=list_timezone_choices(),
            validators=[validate_timezone],
            widget=UnfoldAdminSelect2Widget,
        )
        self.fields["ends_on"].required = False
        if not self.instance.pk or not self.instance.slots.exists():
            del self.fields["move_plan"]
        if self.instance.pk:
            self.initial["rooms"] = "\n".join(
                map(_describe_room, self.instance.rooms.order_by("event_rooms"))
            )
            self.initial["tracks"] = "\n".join(map(_describe_track, self.instance.tracks.all()))

    def clean_ends_on(self):
        return self.cleaned_data["ends_on"] or self.cleaned_data.get("starts_on")

    def clean_rooms(self):
        return [_parse_room(line) for line in self.cleaned_data["rooms"]]

    def clean_tracks(self):
        return [_parse_track(line) for line in self.cleaned_data["tracks"]]

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"slug"}


def _parse_room(line: str) -> NewRoom:
    name, comma, seats = line.rpartition(",")
    if not comma:
        return NewRoom(line[:200])
    try:
        validate_integer(seats.strip())
    except ValidationError:
        return NewRoom(line[:200])
    if not 0 < int(seats) < 1_000_000:
        raise ValidationError(_("“%(line)s”: give a number of seats.") % {"line": line})
    return NewRoom(name.strip()[:200], int(seats))


def _parse_track(line: str) -> NewTrack:
    name, comma, color = line.rpartition(",")
    if not comma or not color.strip().startswith("#"):
        return NewTrack(line[:120])
    try:
        COLOR(color.strip())
    except ValidationError as error:
        raise ValidationError(f"“{line}”: {error.message}")
    return NewTrack(name.strip()[:120], color.strip())


def _describe_room(room) -> str:
    return f"{room.name}, {room.capacity}" if room.capacity else room.name


def _describe_track(track) -> str:
    return f"{track.name}, {track.color}" if track.color else track.name


@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The set-up of an event, or of a new one. A new one starts with the zone and place of the user's last event."""
    if pk is None and not can_add_events(request.user):
        raise PermissionDenied
    event = get_event(request, pk, Permission.EDIT_EVENT) if pk else Event()
    options = {"user": request.user, "instance": event}
    if request.method != "POST":
        return _show(request, event, SetupForm(initial={} if pk else _suggest_values(request), **options))
    form = SetupForm(request.POST, **options)
    with transaction.atomic():
        is_saved = form.is_valid() and _save(form, request.user)
    if is_saved:
        messages.success(request, _("“%(event)s” is set up.") % {"event": event})
        return HttpResponseRedirect(reverse("admin:events_event_overview", args=[event.pk]))
    return _show(request, event, form)


def _save(form: SetupForm, user) -> bool:
    """Whether the event could be saved; if not, the form has the errors."""
    values = {name: form.cleaned_data[name] for name in ("rooms", "tracks", "venue_name")}
    try:
        set_up_event(
            event=form.instance, by=user, move_plan=form.cleaned_data.get("move_plan", False), **values
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


def _suggest_values(request: HttpRequest) -> dict:
    last = Event.objects.editable_by(request.user).order_by("-pk").only("timezone", "country").first()
    suggested = {"timezone": last.timezone, "country": last.country} if last else {}
    return suggested | {name: request.GET[name] for name in ("series", "venue") if name in request.GET}


def _show(request: HttpRequest, event: Event, form: SetupForm) -> HttpResponse:
    if event.pk:
        context = page_context(request, event, "setup", _("Set up %(event)s") % {"event": event})
    else:
        context = {
            **admin.site.each_context(request),
            "title": _("A new event"),
            "opts": Event._meta,
        }
    status = 422 if form.errors else 200
    context |= {"form": form, "media": form.media}
    return TemplateResponse(request, "admin/events/event/setup.html", context, status=status)
