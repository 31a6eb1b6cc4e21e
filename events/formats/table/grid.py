"""A programme as a grid: a column for each room, a row for each time; merged cells last longer or fill rooms."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from ..raw import RawEvent, RawPerson, RawRoom, RawSchedule
from ..reading import Choices, Report, at_row
from ..times import parse_clock, parse_moment, split_range
from ..titles import guess_kind
from .names import Names, is_full_name, split_names
from .xlsx import Sheet

_SEARCHED = 15  # rows in which the rooms are looked for
_NO_NAMES = Names(())


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a grid's rooms and times stand: the row of rooms, {column: room}, {row: (start, end or "")}."""

    head: int
    rooms: dict[int, str]
    times: dict[int, tuple[str, str]]


def find_grid(sheet: Sheet) -> Layout | None:
    """The layout of a grid whose first column holds times, or None."""
    times = {}
    others = 0
    for number, cells in sheet.rows.items():
        found = _times_of(cells.get(1, ""))
        if found:
            times[number] = found
        elif cells.get(1, "").strip() and times:
            others += parse_moment(cells[1]) is None
    if len(times) < 2 or others > len(times):
        return None
    first = min(times)
    for head in sorted((number for number in sheet.rows if number < first), reverse=True)[:_SEARCHED]:
        rooms = {
            column: text.strip() for column, text in sheet.rows[head].items() if column > 1 and text.strip()
        }
        if rooms and all(len(name) <= 80 for name in rooms.values()):
            return Layout(head, rooms, times)
    return None


def _times_of(text: str) -> tuple[str, str] | None:
    text = text.strip()
    if not text or parse_moment(text) is not None:
        return None
    first, last = split_range(text)
    if first and parse_clock(first):
        return first, last
    return (text, "") if parse_clock(text) else None


def read_grid(
    sheet: Sheet, layout: Layout, raw: RawSchedule, report: Report, choices: Choices, name: str
) -> int:
    """Add the grid's talks to `raw`; the number of its filled cells."""
    raw.rooms += [RawRoom(name=room) for room in layout.rooms.values()]
    ends = _row_ends(layout)
    spans = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merged}
    hidden = _hidden_cells(sheet, layout)
    day = _day_of(sheet, layout, choices, name)
    count = 0
    for number in sorted(sheet.rows):
        label = sheet.rows[number].get(1, "").strip()
        if number > layout.head and label and parse_moment(label) is not None:
            day = label
        if number not in layout.times:
            continue
        for column, text in sorted(sheet.rows[number].items()):
            if column == 1 or not text.strip() or (number, column) in hidden:
                continue
            bottom, right = spans.get((number, column), (number, column))
            room = layout.rooms.get(column, "")
            event = _event(text, _place(number, name))
            event.date, event.start = day, layout.times[number][0]
            event.end = ends.get(_last_row(layout, number, bottom), "")
            event.room = _room_of(event, room, column, right, layout)
            raw.events.append(event)
            count += 1
    if not day:
        report.add(
            name or _("file"),
            _("The grid names no day. Put its date above the times, or into the sheet's name."),
        )
    raw.fields = {"title", "room", "date", "start", "end", "persons"}
    return count


def _place(number: int, name: str) -> str:
    row = at_row(number)
    return _("%(sheet)s, %(row)s") % {"sheet": name, "row": row} if name else row


def _row_ends(layout: Layout) -> dict[int, str]:
    """Row -> when it ends: its own end, else when the next row begins."""
    rows = sorted(layout.times)
    ends = {}
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        own = layout.times[row][1]
        ends[row] = own or (
            layout.times[following][0] if following and _is_later(layout, row, following) else ""
        )
    return ends


def _is_later(layout: Layout, row: int, following: int) -> bool:
    start, after = parse_clock(layout.times[row][0]), parse_clock(layout.times[following][0])
    if start is None or after is None:
        return False
    gap = timedelta(hours=after.hour - start.hour, minutes=after.minute - start.minute)
    return timedelta(0) < gap <= timedelta(hours=4)


def _last_row(layout: Layout, top: int, bottom: int) -> int:
    """The last row with a time that a cell from `top` to `bottom` fills."""
    return max(row for row in layout.times if top <= row <= max(bottom, top))


def _hidden_cells(sheet: Sheet, layout: Layout) -> set[tuple[int, int]]:
    """Cells that another one covers."""
    hidden = set()
    for top, left, bottom, right in sheet.merged:
        for row in range(top, min(bottom, max(layout.times)) + 1):
            hidden |= {(row, column) for column in range(left, right + 1) if (row, column) != (top, left)}
    return hidden


def _day_of(sheet: Sheet, layout: Layout, choices: Choices, name: str) -> str:
    """The day of a grid: in a cell above the times, in the sheet's name, or the event's only or n-th day."""
    for number in sorted(row for row in sheet.rows if row <= layout.head):
        for text in sheet.rows[number].values():
            if parse_moment(text.strip()) is not None or re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text.strip()):
                return text.strip()
    if parse_moment(name) is not None:
        return name
    if not choices.days:
        return ""
    first, last = choices.days
    day = re.search(r"\b(\d{1,2})\b", name)
    on = first + timedelta(days=int(day[1]) - 1) if day else first
    return on.isoformat() if (day or first == last) and on <= last else ""


def _event(text: str, place: str) -> RawEvent:
    """A cell: the title, then lines about it, the last one perhaps names; or names in brackets at its end."""
    lines = [part.strip() for part in text.strip().split("\n") if part.strip()]
    title, *rest = lines
    event = RawEvent(place=place, title=title)
    found = re.fullmatch(r"(?P<title>.+?)\s*\((?P<names>[^()]+)\)", title)
    if rest and _are_names(rest[-1]):
        event.persons = _persons(rest.pop())
    elif not rest and found and _are_names(found["names"]):
        event.title, event.persons = found["title"], _persons(found["names"])
    event.abstract = "\n".join(rest)
    return event


def _are_names(text: str) -> bool:
    parts = re.split(r"\s*(?:,|;|&|/|\band\b|\bund\b)\s*", text)
    return bool(parts) and all(is_full_name(part) and part[:1].isupper() for part in parts)


def _persons(text: str) -> list[RawPerson]:
    return [RawPerson(name=name) for name in split_names(text.replace("/", ";"), _NO_NAMES, comma=True)]


def _room_of(event: RawEvent, room: str, left: int, right: int, layout: Layout) -> str:
    """The room of a cell; a break that fills several rooms is in none of them."""
    if (
        right > left
        and guess_kind("", "", event.title, people=bool(event.persons), labelled=False) == "break"
    ):
        return ""
    return room or next((layout.rooms[column] for column in range(left, 0, -1) if column in layout.rooms), "")
