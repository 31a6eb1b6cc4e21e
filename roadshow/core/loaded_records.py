"""Which records a request has loaded, and whose today it may have asked for: a cached page depends on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(slots=True)
class LoadedRecords:
    """GUIDs of records, names of the time zones of those that are in one, and when the clock makes them wrong."""

    guids: set[UUID] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    moments: list[datetime] = field(default_factory=list)


_loaded: ContextVar[LoadedRecords | None] = ContextVar("loaded_records", default=None)


@contextmanager
def collect_loaded_records() -> Iterator[LoadedRecords]:
    """Collect the records that are loaded meanwhile."""
    loaded = LoadedRecords()
    token = _loaded.set(loaded)
    try:
        yield loaded
    finally:
        _loaded.reset(token)


def note_loaded(row) -> None:
    """Note a record that came from the database; Record.from_db calls it for each."""
    if loaded := _loaded.get():
        values = row.__dict__
        if "guid" in values:
            loaded.guids.add(values["guid"])
        if "timezone" in values:
            loaded.zones.add(values["timezone"])


def note_moment(moment: datetime | None) -> None:
    """Note when something that was loaded says something else by the clock alone."""
    if moment and (loaded := _loaded.get()):
        loaded.moments.append(moment)
