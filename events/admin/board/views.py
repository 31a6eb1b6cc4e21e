"""The views of the board: its page, changes, and polling for changes by others."""

import datetime as dt

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from roadshow.core.roles import Permission

from ...actions import StalePlan, get_plan_version
from ...models import Event
from ..workspace import workspace_context
from .changes import ChangeForm, ChangeResult, apply_change
from .panel import build_panel
from .state import Board, build_board, get_event_day

TEMPLATES = "admin/events/event/board"
STEPS = (5, 10, 15, 20, 30, 60)


def get_urls(model_admin) -> list:
    """URL patterns of the board, to be added to those of the event's admin."""
    wrap = model_admin.admin_site.admin_view
    return [
        path("<int:pk>/board/", wrap(page), name="events_event_board"),
        path("<int:pk>/board/change/", wrap(change), name="events_event_board_change"),
        path("<int:pk>/board/state/", wrap(state), name="events_event_board_state"),
    ]


def _get_event(request: HttpRequest, pk: int) -> Event:
    rows = Event.objects.with_permission(request.user, Permission.SCHEDULE).select_related("current_release")
    return get_object_or_404(rows.defer("description", "search", "current_release__document"), pk=pk)


def _parse_day(value: str | None) -> dt.date | None:
    try:
        day = parse_date(value or "")
    except ValueError:
        return None
    return day if day and 1900 < day.year < 2200 else None


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The board of `?day=`; `?slot=`, `?talk=` or `?new=break` adds a form."""
    event = _get_event(request, pk)
    with timezone.override(event.zone):
        day = _parse_day(request.GET.get("day"))
        panel = build_panel(event, request.GET, day)
        if request.GET.get("part") == "panel":
            if panel is None:
                raise Http404
            return TemplateResponse(request, f"{TEMPLATES}/panel.html", panel | {"event": event}).render()
        if panel and "slot" in panel["panel"]:
            day = day or panel["panel"]["day"]
        board = build_board(event, day)
        context = {
            **admin.site.each_context(request),
            **workspace_context(request, event, "board"),
            "title": event.name,
            "opts": Event._meta,
            "original": event,
            "event": event,
            "is_nav_sidebar_enabled": False,
            "is_fullwidth": "1",
            "board": board,
            "shown": _select_columns(board, request.GET.getlist("room")),
            "steps": sorted({*STEPS, event.slot_minutes}),
            "strings": _get_script_strings(),
            **(panel or {}),
        }
        return TemplateResponse(request, f"{TEMPLATES}/page.html", context).render()


def _select_columns(board: Board, rooms: list[str]) -> list:
    chosen = [column for column in board.columns if column.key in rooms]
    return chosen or board.columns


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan; returns the parts to redraw as JSON if accepted, else redirects to the page.

    400 with a sentence for invalid data, 409 with the current board when the client's view was outdated.
    """
    event = _get_event(request, pk)
    result, text, status = None, "", 200
    try:
        result = apply_change(event, ChangeForm(request.POST, event=event), request.user)
        text = result.message
    except StalePlan as error:
        text, status = str(error), 409
    except ValidationError as error:
        text, status = " ".join(error.messages), 400
    day = _parse_day(request.POST.get("shown") or request.POST.get("day"))
    if not request.accepts("text/html") or request.headers.get("Accept") == "application/json":
        return _build_json(event, day, request.POST, result, text, status)
    messages.add_message(request, messages.SUCCESS if result else messages.ERROR, text)
    if result and result.slot:
        day = get_event_day(event, result.slot.starts_at)
    query = {"day": day} if day else {}
    return HttpResponseRedirect(reverse("admin:events_event_board", args=[event.pk], query=query))


def _build_json(event: Event, day, sent, result: ChangeResult | None, text: str, status: int) -> JsonResponse:
    content: dict[str, object] = {"message": text}
    if status != 400:
        with timezone.override(event.zone):
            board = build_board(event, day)
            same_size = sent.get("first") == str(board.first) and sent.get("last") == str(board.last)
            rooms = result.rooms if result and same_size else None
            content |= _render_fragments(board, rooms)
    if result:
        content["undo"] = result.undo
        if result.slot:
            content["slot"] = {"guid": result.slot.guid, "seen": result.slot.updated_at.isoformat()}
    return JsonResponse(content, status=status)


def _render_fragments(board: Board, rooms: set[str] | None) -> dict:
    """HTML of the board's parts: the columns of `rooms`, or the whole grid when that is None."""
    context = {"board": board, "event": board.event, "shown": board.columns}
    columns = {column.key: column for column in board.columns}
    fragments = {
        "version": board.version,
        "conflicts": render_to_string(f"{TEMPLATES}/conflicts.html", context),
        "unscheduled": render_to_string(f"{TEMPLATES}/unscheduled.html", context),
        "levels": _list_conflict_levels(board),
    }
    if rooms is None or not rooms <= columns.keys():
        return fragments | {"grid": render_to_string(f"{TEMPLATES}/grid.html", context)}
    return fragments | {
        "columns": {
            key: render_to_string(f"{TEMPLATES}/boxes.html", context | {"column": columns[key]})
            for key in rooms
        }
    }


def _list_conflict_levels(board: Board) -> dict[str, str]:
    """Slot GUID -> highest level of its conflicts."""
    levels: dict = {}
    for column in board.columns:
        levels |= {str(box.slot.key): box.level for box in column.boxes if box.level}
    return levels


@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """HTML of the whole board, or 204 while its version is `?since=`."""
    event = _get_event(request, pk)
    if request.GET.get("since") == get_plan_version(event):
        return HttpResponse(status=204)
    with timezone.override(event.zone):
        return JsonResponse(_render_fragments(build_board(event, _parse_day(request.GET.get("day"))), None))


def _get_script_strings() -> dict[str, str]:
    """Messages of the board's script, with placeholders in braces."""
    return {
        "picked": _(
            "Picked up “{title}”, {minutes} minutes. Arrows move it, Shift with up or down changes its "
            "length, with left or right the day, Enter puts it down, Delete sends it back, Escape leaves it."
        ),
        "at": _("{time} to {end}, {room}"),
        "over": _("beside “{titles}”"),
        "closed": _("outside the opening times"),
        "chosen": _("{count} chosen. Two or more move together in time; Escape chooses none."),
        "left": _("“{title}” stays where it was."),
        "back": _("Send “{title}” back"),
        "undone": _("Undone. {message}"),
        "redone": _("Done again. {message}"),
        "nothing_to_undo": _("There is nothing to undo."),
        "nothing_to_redo": _("There is nothing to do again."),
        "fresh": _("Somebody changed the plan. The board shows it now."),
        "offline": _("The change did not reach the server. Nothing was saved; please try again."),
        "refused": _("The portal refused the change. Nothing was saved; reload the page and try again."),
        "signed_out": _("Your session has ended. Sign in, then press “Redo”: the change is kept."),
        "sign_in": _("Sign in"),
        "no_room": _("no room"),
        "hide": _("Hide {room}"),
        "pin": _("Keep {room} in view"),
        "unpin": _("Let {room} scroll"),
    }
