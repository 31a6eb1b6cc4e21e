"""The table that an import would make, in words."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ...models import Event, Talk
from .report import PreviewRow, Report
from .words import describe_change, format_slot
from .writing import Merged


def build_rows(event: Event, merged: Iterable[Merged], report: Report) -> list[PreviewRow]:
    """A row for each talk of the file, and for each that would be cancelled, in time order."""
    zone = event.zone
    odd = {problem.place.split(",")[0] for problem in report.problems if problem.severity != "info"}
    pairs = [(_first_start(item), _row(item, zone, odd)) for item in merged]
    pairs.sort(key=lambda pair: (pair[0] is None, pair[0] or "", pair[1].title))
    gone = [PreviewRow(title=title, change="cancelled", state=_("cancelled")) for title in report.gone]
    return [row for _start, row in pairs] + gone


def _first_start(item: Merged) -> str | None:
    slots = item.values.get("slots") or item.now.get("slots") or []
    return min((slot[1] for slot in slots), default=None)


def _row(item: Merged, zone: ZoneInfo, odd: set[str]) -> PreviewRow:
    values = item.now | item.values
    slots = values.get("slots") or []
    talk = item.doc
    change = "new" if item.is_new else "changed" if item.changes else "kept" if item.kept else "unchanged"
    return PreviewRow(
        title=item.row.title,
        when="; ".join(format_slot(slot, zone) for slot in slots[:5]),
        where=", ".join(dict.fromkeys(slot[3] for slot in slots if slot[3])),
        who=", ".join(person.name for person in talk.persons) if talk else "",
        state=str(Talk.State(item.row.state).label),
        track=item.row.track.name if item.row.track else "",
        change=change,
        details=[describe_change(one, zone) for one in item.changes],
        doubtful=bool(talk and talk.place in odd) or item.row.state == Talk.State.DRAFT,
    )
