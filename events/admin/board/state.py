"""The data of the board: a day's slots as columns of boxes, unscheduled talks, conflicts."""

import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from ...actions import get_plan_version, load_plan
from ...models import Event, Room, Slot, Talk, TalkSpeaker
from ...schedule import Conflict, PlannedSlot, PlanRules, find_conflicts

HOUR = timedelta(hours=1)
DAY_MINUTES = 24 * 60
MARGIN = 60  # minutes shown before the first and after the last thing of a day
DEFAULT_SPAN = (8 * 60, 19 * 60)  # minutes after midnight that are always drawn
MAX_LISTED = 200  # conflicts listed one by one; the rest are counted


@dataclass(slots=True)
class Box:
    """A slot on the board. Minutes count from the start of the day; overlapping boxes get lanes of a room."""

    slot: PlannedSlot
    at: int
    minutes: int
    start: str  # "10:30", in the event's time
    end: str
    seen: str  # `updated_at` of the slot, sent back with a change
    color: str = ""
    lane: int = 0
    lanes: int = 1
    level: str = ""  # "block" or "warn" when it is in conflict
    problems: list[str] = field(default_factory=list)

    @property
    def classes(self) -> str:
        values = [value for value in (self.slot.kind, self.slot.state) if value not in ("talk", "confirmed")]
        return " ".join(["bd-box", *(f"bd-box--{value}" for value in values)])

    @property
    def state(self) -> str:
        """Label of the talk's state; empty when it is confirmed."""
        return "" if self.slot.state == Talk.State.CONFIRMED else str(Talk.State(self.slot.state).label)

    @property
    def style(self) -> str:
        color = f"; --track: {self.color}" if self.color else ""
        position = f"--at: {self.at}; --for: {self.minutes}; --lane: {self.lane}; --lanes: {self.lanes}"
        return position + color

    @property
    def speaker_names(self) -> str:
        return ", ".join(self.slot.speakers.values())

    @property
    def tooltip(self) -> str:
        speakers = f" ({self.speaker_names})" if self.slot.speakers else ""
        lines = [
            f"{self.start}–{self.end} {self.slot.title}{speakers}",
            *(f"⚠ {text}" for text in self.problems),
        ]
        return "\n".join(lines)


@dataclass(slots=True)
class Column:
    """A room, or None for slots without one, with boxes in time order. Opening times: minutes of the day."""

    room: Room | None
    boxes: list[Box] = field(default_factory=list)
    opens: int | None = None
    closes: int | None = None

    @property
    def key(self) -> str:
        return str(self.room.guid) if self.room else ""

    @property
    def name(self) -> str:
        return self.room.name if self.room else _("no room")


@dataclass(slots=True)
class Hour:
    at: int
    label: str


@dataclass(slots=True)
class Board:
    """One day of an event's plan, drawn from minute `first` to minute `last` of the day."""

    event: Event
    day: date
    days: list[date]
    origin: datetime
    columns: list[Column]
    unscheduled: list[Talk]
    conflicts: list[Conflict]
    version: str
    first: int
    last: int
    away: dict[int, str] = field(
        default_factory=dict
    )  # talk -> minutes in which a speaker is not there: "0-540,…"

    @property
    def minutes(self) -> int:
        return self.last - self.first

    @property
    def hours(self) -> list[Hour]:
        return [
            Hour(
                at, timezone.localtime(self.origin + timedelta(minutes=at), self.event.zone).strftime("%H:%M")
            )
            for at in range(-(-self.first // 60) * 60, self.last, 60)
        ]

    @property
    def blocking(self) -> int:
        return sum(conflict.level == "block" for conflict in self.conflicts)

    @property
    def warnings(self) -> int:
        return len(self.conflicts) - self.blocking

    @property
    def listed_conflicts(self) -> list[Conflict]:
        """The first MAX_LISTED conflicts, blocking ones first."""
        return sorted(self.conflicts, key=lambda conflict: conflict.level != "block")[:MAX_LISTED]

    @property
    def unlisted_count(self) -> int:
        return max(0, len(self.conflicts) - MAX_LISTED)


def choose_color(name: str | None, color: str | None) -> str:
    """The track's colour, else one derived from its name."""
    if color or not name:
        return color or ""
    return f"oklch(0.6 0.13 {zlib.crc32(name.encode()) % 24 * 15})"


def get_day_start(event: Event, day: date) -> datetime:
    """The instant at which a day of the event starts, in UTC."""
    return datetime.combine(day, event.day_change, event.zone).astimezone(UTC)


def get_event_day(event: Event, instant: datetime) -> date:
    """The day of the event that contains an instant; days start at `event.day_change`."""
    local = instant.astimezone(event.zone)
    return local.date() - timedelta(days=local.time() < event.day_change)


def build_board(event: Event, day: date | None = None) -> Board:
    """The board of a day, by default of today during the event, else of its first day."""
    plan = load_plan(event)
    own = [slot for slot in plan.slots if not slot.foreign]
    span = (event.ends_on - event.starts_on).days
    days = {event.starts_on + timedelta(days=number) for number in range(span + 1)}
    days |= {get_event_day(event, at) for at in {slot.starts_at for slot in own}}
    today = timezone.localdate(timezone=event.zone)
    if day is None:
        day = today if today in days else event.starts_on
    origin, end = get_day_start(event, day), get_day_start(event, day + timedelta(days=1))
    slots = sorted(
        (slot for slot in own if origin <= slot.starts_at < end),
        key=lambda slot: (slot.starts_at, slot.title),
    )
    found = find_conflicts(plan.slots, plan.rules)
    columns = _build_columns(event, slots, origin, found)
    first, last = _get_drawn_span(event, columns, origin, day)
    unscheduled = list_unscheduled(event)
    return Board(
        event=event,
        day=day,
        days=sorted(days | {day}),
        origin=origin,
        columns=columns,
        unscheduled=unscheduled,
        conflicts=found,
        version=get_plan_version(event),
        first=first,
        last=last,
        away=_find_away(plan.rules, slots, unscheduled, origin),
    )


def _find_away(
    rules: PlanRules, slots: list[PlannedSlot], unscheduled: list[Talk], origin: datetime
) -> dict[int, str]:
    """For each talk with a speaker whose times are known, the minutes of the day outside these times."""
    if not rules.availability:
        return {}
    people = {slot.talk: list(slot.speakers) for slot in slots}
    people |= {talk.pk: [one.speaker.guid for one in talk.talk_speakers.all()] for talk in unscheduled}
    away = {}
    for talk, speakers in people.items():
        spans = [gap for guid in speakers for gap in _list_gaps(rules.availability.get(guid, []), origin)]
        if spans:
            away[talk] = ",".join(f"{start}-{end}" for start, end in spans)
    return away


def _list_gaps(spans: list[tuple[datetime, datetime]], origin: datetime) -> list[tuple[int, int]]:
    """What is left of a day, in minutes, outside the spans; nothing when no span is known."""
    gaps, last = [], 0
    for start, end in sorted(spans):
        if _to_minutes(start - origin) > last:
            gaps.append((last, min(_to_minutes(start - origin), DAY_MINUTES)))
        last = max(last, _to_minutes(end - origin))
    if spans and last < DAY_MINUTES:
        gaps.append((last, DAY_MINUTES))
    return gaps


def list_unscheduled(event: Event) -> list[Talk]:
    """Confirmed and draft talks without a slot."""
    credits = TalkSpeaker.objects.select_related("speaker").only(
        "talk", "position", "speaker__name", "speaker__guid"
    )
    talks = (
        event.talks.filter(state__in=[Talk.State.CONFIRMED, Talk.State.DRAFT], slots__isnull=True)
        .select_related("track")
        .only("title", "state", "kind", "duration", "guid", "track__name", "track__color", "event_id")
        .prefetch_related(Prefetch("talk_speakers", credits))
        .order_by("track__position", "track__name", "title", "pk")
    )
    for talk in talks:
        track = talk.track
        talk.color = choose_color(track.name, track.color) if track else choose_color(None, None)
    return list(talks)


def _build_columns(
    event: Event, slots: list[PlannedSlot], origin: datetime, found: list[Conflict]
) -> list[Column]:
    columns: dict[UUID | None, Column] = {}
    for row in event.event_rooms.select_related("room__venue").defer("room__search", "room__venue__search"):
        opens, closes = _get_opening_to_minutes(event, row, origin)
        columns[row.room.guid] = Column(row.room, opens=opens, closes=closes)
    others = {slot.room for slot in slots} - columns.keys()
    for room in Room.objects.filter(guid__in=others - {None}).select_related("venue"):
        columns[room.guid] = Column(room)
    if None in others or not columns:
        columns[None] = Column(None)
    for box in _build_boxes(event, slots, origin, found):
        columns[box.slot.room].boxes.append(box)
    for column in columns.values():
        assign_lanes(column.boxes)
    return list(columns.values())


def _build_boxes(
    event: Event, slots: list[PlannedSlot], origin: datetime, found: list[Conflict]
) -> list[Box]:
    problems: dict[UUID, list[Conflict]] = defaultdict(list)
    for conflict in found:
        for side in filter(None, (conflict.slot, conflict.other)):
            problems[side.key].append(conflict)
    rows = Slot.objects.filter(event=event, guid__in=[slot.key for slot in slots]).order_by()
    more = {
        row[0]: row[1:]
        for row in rows.values_list("guid", "updated_at", "talk__track__name", "talk__track__color")
    }
    return [
        _build_box(slot, origin, event, problems[slot.key], *more[slot.key])
        for slot in slots
        if slot.key in more
    ]


def _get_opening_to_minutes(event: Event, row, origin: datetime) -> tuple[int | None, int | None]:
    if row.opens_at is None:
        return None, None
    start = origin.astimezone(event.zone).replace(hour=row.opens_at.hour, minute=row.opens_at.minute)
    opens = _to_minutes(start - origin)
    length = (row.closes_at.hour - row.opens_at.hour) * 60 + row.closes_at.minute - row.opens_at.minute
    return opens, opens + (length if length > 0 else length + 24 * 60)


def _build_box(
    slot: PlannedSlot, origin: datetime, event: Event, problems: list[Conflict], seen, track, color
) -> Box:
    levels = {conflict.level for conflict in problems}
    return Box(
        slot=slot,
        at=_to_minutes(slot.starts_at - origin),
        minutes=_to_minutes(slot.ends_at - slot.starts_at),
        start=f"{slot.starts_at.astimezone(event.zone):%H:%M}",
        end=f"{slot.ends_at.astimezone(event.zone):%H:%M}",
        seen=seen.isoformat(),
        color=choose_color(track, color),
        level="block" if "block" in levels else "warn" if levels else "",
        problems=[str(conflict) for conflict in problems],
    )


def assign_lanes(boxes: Iterable[Box]) -> None:
    """Set `lane` and `lanes` of boxes (in time order), so that overlapping ones are side by side."""
    group: list[Box] = []
    for box in boxes:
        if group and box.at >= max(other.at + other.minutes for other in group):
            group = []
        taken = {other.lane for other in group if other.at + other.minutes > box.at}
        box.lane = next(lane for lane in range(len(group) + 1) if lane not in taken)
        group.append(box)
        lanes = max(other.lane for other in group) + 1
        for other in group:
            other.lanes = lanes


def _get_drawn_span(event: Event, columns: list[Column], origin: datetime, day: date) -> tuple[int, int]:
    """First and last minute to draw: DEFAULT_SPAN, extended to all boxes with a margin and to opening times."""
    midnight = _to_minutes(datetime.combine(day, datetime.min.time(), event.zone) - origin)
    boxes = [box for column in columns for box in column.boxes]
    starts = [box.at - MARGIN for box in boxes] + [
        column.opens for column in columns if column.opens is not None
    ]
    ends = [box.at + box.minutes + MARGIN for box in boxes] + [column.closes or 0 for column in columns]
    first = min([midnight + DEFAULT_SPAN[0], *starts])
    last = max([midnight + DEFAULT_SPAN[1], *ends])
    return max(0, first // 60 * 60), -(-last // 60) * 60


def _to_minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
