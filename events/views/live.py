"""The live desk, where helpers announce what changes on the day, and what open pages ask for to follow it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from roadshow.core.access import acting_user
from roadshow.core.roles import Permission
from roadshow.http.pages import conditional_page

from ..actions import LiveRefused, announce, merge_into_plan, plan_change, undo_change
from ..forms import LiveChangeForm
from ..live import load_live_state, serialize_live_state, write_room_states
from ..models import Event, Room, RoomStatus
from ..models.role import LiveRights, find_live_rights
from ..schedule import Entry
from .now import list_rooms_at, parse_moment
from .schedule import Programme
from .talks import visible_event

DELAYS = (5, 10, 15, 30)  # minutes
LOG = 30  # changes that the desk lists


@require_safe
def live(request, slug):
    """What the day changed, as JSON; open pages ask for it every few seconds."""
    event = visible_event(request, slug)
    state = load_live_state(event)
    return conditional_page(
        request,
        [state.version, event.current_release_id, get_language()],
        lambda: JsonResponse(serialize_live_state(event, state)),
    )


@require_safe
def room_states(request, slug):
    """Whether there is room in each room, in the JSON of FOSDEM's room status."""
    event = visible_event(request, slug)
    names = list(event.event_rooms.order_by("position", "pk").values_list("room__name", flat=True))
    state = load_live_state(event)
    return conditional_page(
        request,
        [state.version, names],
        lambda: JsonResponse(write_room_states(names, state), safe=False),
    )


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """A room of the desk with its present status and what is on and comes there."""

    room: Room
    status: RoomStatus
    entries: list[tuple[Entry, str]]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request, slug):
    """The desk. GET with `kind` shows what a change would do; POST `do`: announce, undo, merge."""
    if not request.user.is_authenticated:
        visible_event(request, slug)  # of a draft nobody learns that it exists
        return redirect(reverse("admin:login", query={"next": request.path}))
    event, rights = open_desk(request, slug)
    if request.method == "POST":
        return OPERATIONS.get(request.POST.get("do", ""), refuse)(request, event)
    if request.GET.get("kind"):
        return show_preview(request, event, request.GET)
    programme = Programme(event, {}) if event.current_release else None
    context = {
        "event": event,
        "rooms": list_desk_rooms(request, event, programme, rights),
        "statuses": RoomStatus,
        "delays": DELAYS,
        "may_address_all": rights.rooms is None,
        "log": event.live_changes.select_related("room", "created_by", "undone_by")[:LOG],
        "titles": list_titles(programme),
        "unmerged": count_unmerged(request, event),
    }
    return render(request, "events/desk.html", context)


@never_cache
@require_safe
def desk_room(request, slug, room):
    """Everything that can be announced of one room."""
    event, rights = open_desk(request, slug)
    programme = Programme(event, {}) if event.current_release else None
    found = [one for one in list_desk_rooms(request, event, programme, rights) if one.room.guid == room]
    if not found:
        raise Http404
    rows = event.event_rooms.exclude(room__guid=room).select_related("room").order_by("position", "pk")
    others = [row.room for row in rows]
    context = {
        "event": event,
        "one": found[0],
        "statuses": RoomStatus,
        "delays": DELAYS,
        "others": others,
        "titles": list_titles(programme),
    }
    return render(request, "events/desk_room.html", context)


def open_desk(request: HttpRequest, slug: str) -> tuple[Event, LiveRights]:
    """The event and what the user may announce. Raises Http404 for users who may announce nothing."""
    event = visible_event(request, slug)
    rights = find_live_rights(request.user, event)
    if not rights.is_allowed:
        raise Http404
    return event, rights


def list_desk_rooms(request, event: Event, programme: Programme | None, rights: LiveRights) -> list[DeskRoom]:
    """The rooms that the user may announce changes of, in the event's order; 1 query."""
    at = parse_moment(request.GET.get("at", ""), event) or timezone.now()
    entries = dict(list_rooms_at(programme, at)) if programme else {}
    state = programme.present.live if programme else load_live_state(event)
    rows = event.event_rooms.select_related("room").order_by("position", "pk")
    return [
        DeskRoom(
            row.room,
            state.statuses.get(row.room.name, RoomStatus.OPEN),
            [pair for pair in entries.get(row.room.name, []) if not pair[0].is_cancelled],
        )
        for row in rows
        if rights.rooms is None or row.room_id in rights.rooms
    ]


def list_titles(programme: Programme | None) -> dict[UUID, str]:
    """Title of each slot's talk, by the slot's GUID."""
    if programme is None:
        return {}
    return {slot.guid: talk.title for talk in programme.document.talks for slot in talk.slots if slot.guid}


def count_unmerged(request, event: Event) -> int:
    """How many active changes the plan does not have yet; 0 for users who may not change the plan."""
    if Permission.SCHEDULE not in event.permissions_of(request.user):
        return 0
    return event.live_changes.active().filter(planned_at__isnull=True).exclude(effects={}).count()


def show_preview(request, event: Event, data: QueryDict, error: str = "") -> HttpResponse:
    """What a change would do, with a button that announces it."""
    form = LiveChangeForm(data, event=event)
    shifts: list = []
    if form.is_valid():
        try:
            shifts = plan_change(form.instance)
        except LiveRefused as refusal:
            error = str(refusal)
    last = event.live_changes.values_list("pk", flat=True).first()
    context: dict[str, Any] = {
        "event": event,
        "form": form,
        "change": form.instance,
        "shifts": [(shift, name_room(shift.before.room), name_room(shift.after.room)) for shift in shifts],
        "error": error,
        "fields": [(name, value) for name, value in data.items() if name in LiveChangeForm.Meta.fields],
        "seen": last or 0,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error or form.errors else HTTPStatus.OK
    return render(request, "events/desk_preview.html", context, status=status)


def name_room(guid: UUID | None) -> str:
    return Room.objects.filter(guid=guid).values_list("name", flat=True).first() or "" if guid else ""


def announce_change(request, event: Event) -> HttpResponse:
    form = LiveChangeForm(request.POST, event=event)
    if not form.is_valid():
        return show_preview(request, event, request.POST)
    seen = request.POST.get("seen", "")
    try:
        change = announce(
            change=form.instance, by=acting_user(request), seen=int(seen) if seen.isdecimal() else None
        )
    except LiveRefused as refusal:
        return show_preview(request, event, request.POST, error=str(refusal))
    except ValidationError as error:
        return show_preview(request, event, request.POST, error=" ".join(error.messages))
    messages.success(request, _("Everybody sees it now."), extra_tags=f"undo:{change.guid}")
    return redirect(reverse("events:desk", args=[event.slug]))


def undo(request, event: Event) -> HttpResponse:
    try:
        guid = UUID(request.POST.get("change", ""))
    except ValueError as error:
        raise Http404 from error
    change = get_object_or_404(event.live_changes, guid=guid)
    try:
        undo_change(change=change, by=acting_user(request))
        messages.success(request, _("It is undone."))
    except LiveRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("events:desk", args=[event.slug]))


def merge(request, event: Event) -> HttpResponse:
    if Permission.SCHEDULE not in event.permissions_of(request.user):
        raise Http404
    count = merge_into_plan(event=event, by=acting_user(request))
    messages.success(
        request,
        _("Changes that are in the plan now, and in the next release: %(count)s") % {"count": count},
    )
    return redirect(reverse("events:desk", args=[event.slug]))


def refuse(request, event: Event) -> HttpResponse:
    raise Http404


OPERATIONS = {"announce": announce_change, "undo": undo, "merge": merge}
