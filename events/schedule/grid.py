"""A day as a table: a column per room (several where entries overlap), a row per time step."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ..formats.document import Room
from .days import DaySchedule, Entry

STEPS = (30, 15, 10, 5)  # minutes


@dataclass(frozen=True, slots=True)
class Cell:
    """An entry, or a gap that ends at the next half hour at the latest; spans `rows` rows."""

    rows: int
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A time step. `label` is the number of rows that its time label spans: 0 except on half hours."""

    starts_at: datetime
    is_full_hour: bool
    label: int
    cells: list[Cell] = field(default_factory=list)

    @property
    def is_compact(self) -> bool:
        """Whether an entry spans only this row, which must then be tall enough to tap."""
        return any(cell.entry and cell.rows == 1 for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    step: int  # minutes in a row
    columns: list[tuple[Room, int]]  # room, number of columns it spans
    rows: list[Row]
    long: list[Entry]  # of whole or several days, which no row has


def build_grid(day: DaySchedule) -> Grid | None:
    """The table of a day; None when it has no entries. Times are rounded to the time step."""
    if not day.entries:
        return None
    long = [entry for entry in day.entries if entry.is_long]
    short = [entry for entry in day.entries if not entry.is_long]
    if not short:
        return Grid(STEPS[0], [], [], long)
    rooms = {entry.slot.room for entry in short}
    day = replace(day, entries=short, rooms=[room for room in day.rooms if room.name in rooms])
    step = _choose_step(day)
    zone = day.entries[0].starts_at.tzinfo
    first = _floor_to_half_hour(min(entry.slot.starts_at for entry in day.entries))
    spans = {id(entry): _span(entry, first, step) for entry in day.entries}
    height = max(end for _, end in spans.values())
    half_hour = 30 // step
    height += -height % half_hour
    lanes = {room.name: _assign_lanes(day.entries_in_room(room.name), spans) for room in _list_rooms(day)}
    rows = [_build_row(first + timedelta(minutes=step * at), zone, at, half_hour) for at in range(height)]
    for room_lanes in lanes.values():
        for lane in room_lanes:
            _fill_lane(rows, lane, spans, half_hour)
    return Grid(step, [(room, len(lanes[room.name])) for room in _list_rooms(day)], rows, long)


def _list_rooms(day: DaySchedule) -> list[Room]:
    """The day's rooms, and one without a name if an entry has no room."""
    has_roomless = any(not entry.slot.room for entry in day.entries)
    return [*day.rooms, Room(name="")] if has_roomless else day.rooms


def _choose_step(day: DaySchedule) -> int:
    minutes = {at.minute for entry in day.entries for at in (entry.slot.starts_at, entry.slot.ends_at)}
    return next((step for step in STEPS if all(minute % step == 0 for minute in minutes)), STEPS[-1])


def _floor_to_half_hour(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=instant.minute // 30 * 30, second=0, microsecond=0)


def _span(entry: Entry, first: datetime, step: int) -> tuple[int, int]:
    """The first row of an entry and the one after its last: at least one."""
    start, end = (
        round((at - first).total_seconds() / 60 / step) for at in (entry.slot.starts_at, entry.slot.ends_at)
    )
    return start, max(start + 1, end)


def _assign_lanes(entries: list[Entry], spans: dict) -> list[list[Entry]]:
    """Distribute the entries of a room over as few columns as needed, so that none overlap."""
    lanes: list[list[Entry]] = []
    for entry in sorted(entries, key=lambda entry: spans[id(entry)]):
        free = next((lane for lane in lanes if spans[id(lane[-1])][1] <= spans[id(entry)][0]), None)
        if free is None:
            lanes.append([entry])
        else:
            free.append(entry)
    return lanes


def _build_row(instant: datetime, zone, at: int, half_hour: int) -> Row:
    local = instant.astimezone(zone)
    return Row(local, is_full_hour=local.minute == 0, label=0 if at % half_hour else half_hour)


def _fill_lane(rows: list[Row], lane: list[Entry], spans: dict, half_hour: int) -> None:
    at = 0
    for entry in lane:
        start, end = spans[id(entry)]
        _fill_gap(rows, at, start, half_hour)
        rows[start].cells.append(Cell(end - start, entry))
        at = end
    _fill_gap(rows, at, len(rows), half_hour)


def _fill_gap(rows: list[Row], at: int, until: int, half_hour: int) -> None:
    while at < until:
        end = min(until, at - at % half_hour + half_hour)
        rows[at].cells.append(Cell(end - at))
        at = end
