"""The admin of events, programme and feedback."""

from . import events, feedback, places, programme, releases, speakers, talks

__all__ = ["events", "feedback", "places", "programme", "releases", "speakers", "talks"]
