"""The admin of events, programme and feedback."""

from . import event_speakers, events, feedback, places, programme, releases, speakers, talks

__all__ = ["event_speakers", "events", "feedback", "places", "programme", "releases", "speakers", "talks"]
