"""The board's page, its changes, and the question whether it is still fresh."""

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

from ...actions import StalePlan
from ...models import Event
from .changes import Change, Done, apply
from .panel import panel_of
from .state import Board, board_of, day_of, version_of

TEMPLATES = "admin/events/event/board"
STEPS = (5, 10, 15, 20, 30, 60)


def urls(model_admin) -> list:
    """The board's addresses, below those of the event's admin."""
    wrap = model_admin.admin_site.admin_view
    return [
        path("<int:pk>/board/", wrap(page), name="events_event_board"),
        path("<int:pk>/board/change/", wrap(change), name="events_event_board_change"),
        path("<int:pk>/board/state/", wrap(state), name="events_event_board_state"),
    ]


def _event(request: HttpRequest, pk: int) -> Event:
    rows = Event.objects.editable_by(request.user).select_related("current_release")
    return get_object_or_404(rows.defer("description", "search", "current_release__document"), pk=pk)


def _day(value: str | None) -> dt.date | None:
    try:
        day = parse_date(value or "")
    except ValueError:
        return None
    return day if day and 1900 < day.year < 2200 else None


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The board of `?day=`; with `?slot=`, `?talk=` or `?new=break` also the form of that one thing."""
    event = _event(request, pk)
    with timezone.override(event.zone):
        day = _day(request.GET.get("day"))
        panel = panel_of(event, request.GET, day)
        if request.GET.get("part") == "panel":
            if panel is None:
                raise Http404
            return TemplateResponse(request, f"{TEMPLATES}/panel.html", panel | {"event": event}).render()
        if panel and "slot" in panel["panel"]:
            day = day or panel["panel"]["day"]
        board = board_of(event, day)
        context = {
            **admin.site.each_context(request),
            "title": event.name,
            "opts": Event._meta,
            "original": event,
            "event": event,
            "is_nav_sidebar_enabled": False,
            "is_fullwidth": "1",
            "board": board,
            "shown": _shown(board, request.GET.getlist("room")),
            "steps": sorted({*STEPS, event.slot_minutes}),
            "strings": _strings(),
            **(panel or {}),
        }
        return TemplateResponse(request, f"{TEMPLATES}/page.html", context).render()


def _shown(board: Board, rooms: list[str]) -> list:
    chosen = [column for column in board.columns if column.key in rooms]
    return chosen or board.columns


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan; the answer is what looks different now, as JSON where that is accepted, else the page.

    400 with a sentence for what makes no sense, 409 with the fresh board when the view was stale.
    """
    event = _event(request, pk)
    done, text, status = None, "", 200
    try:
        done = apply(event, Change(request.POST, event=event), request.user)
        text = done.message
    except StalePlan as error:
        text, status = str(error), 409
    except ValidationError as error:
        text, status = " ".join(error.messages), 400
    day = _day(request.POST.get("shown") or request.POST.get("day"))
    if not request.accepts("text/html") or request.headers.get("Accept") == "application/json":
        return _answer(event, day, request.POST, done, text, status)
    messages.add_message(request, messages.SUCCESS if done else messages.ERROR, text)
    if done and done.slot:
        day = day_of(event, done.slot.starts_at)
    query = {"day": day} if day else {}
    return HttpResponseRedirect(reverse("admin:events_event_board", args=[event.pk], query=query))


def _answer(event: Event, day, sent, done: Done | None, text: str, status: int) -> JsonResponse:
    answer = {"message": text}
    if status != 400:
        with timezone.override(event.zone):
            board = board_of(event, day)
            same_size = sent.get("first") == str(board.first) and sent.get("last") == str(board.last)
            rooms = done.rooms if done and same_size else None
            answer |= _fragments(board, rooms)
    if done:
        answer["undo"] = done.undo
        if done.slot:
            answer["slot"] = {"guid": done.slot.guid, "seen": done.slot.updated_at.isoformat()}
    return JsonResponse(answer, status=status)


def _fragments(board: Board, rooms: set[str] | None) -> dict:
    """The board in pieces: the columns of `rooms`, or the whole grid when that is None."""
    context = {"board": board, "event": board.event, "shown": board.columns}
    columns = {column.key: column for column in board.columns}
    answer = {
        "version": board.version,
        "conflicts": render_to_string(f"{TEMPLATES}/conflicts.html", context),
        "unscheduled": render_to_string(f"{TEMPLATES}/unscheduled.html", context),
        "marks": {
            str(box.slot.key): box.level for column in board.columns for box in column.boxes if box.level
        },
    }
    if rooms is None or not rooms <= columns.keys():
        return answer | {"grid": render_to_string(f"{TEMPLATES}/grid.html", context)}
    return answer | {
        "columns": {
            key: render_to_string(f"{TEMPLATES}/boxes.html", context | {"column": columns[key]})
            for key in rooms
        }
    }


@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole board in pieces, or 204 while it is still at version `?since=`."""
    event = _event(request, pk)
    if request.GET.get("since") == version_of(event):
        return HttpResponse(status=204)
    with timezone.override(event.zone):
        return JsonResponse(_fragments(board_of(event, _day(request.GET.get("day"))), None))


def _strings() -> dict[str, str]:
    """What the board's script says; words in braces are filled in there."""
    return {
        "picked": _(
            "Picked up “{title}”, {minutes} minutes. Arrows move it, Shift with up or down changes its "
            "length, with left or right the day, Enter puts it down, Delete sends it back, Escape leaves it."
        ),
        "at": _("{time} to {end}, {room}"),
        "over": _("beside “{titles}”"),
        "closed": _("outside the opening times"),
        "left": _("“{title}” stays where it was."),
        "back": _("Send “{title}” back"),
        "undone": _("Undone. {message}"),
        "redone": _("Done again. {message}"),
        "nothing_to_undo": _("There is nothing to undo."),
        "nothing_to_redo": _("There is nothing to do again."),
        "fresh": _("Somebody changed the plan. The board shows it now."),
        "offline": _("The change did not reach the server. Nothing was saved; please try again."),
        "refused": _("The portal refused the change. Nothing was saved; reload the page and try again."),
        "no_room": _("no room"),
        "hide": _("Hide {room}"),
        "pin": _("Keep {room} in view"),
        "unpin": _("Let {room} scroll"),
    }
