"""The admin of events, programme and feedback."""

from . import (
    activity_log,
    curators,
    event_speakers,
    events,
    feedback,
    places,
    programme,
    releases,
    speakers,
    talks,
)

__all__ = [
    "activity_log",
    "curators",
    "event_speakers",
    "events",
    "feedback",
    "places",
    "programme",
    "releases",
    "speakers",
    "talks",
]
