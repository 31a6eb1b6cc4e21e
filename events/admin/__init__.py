"""Events, programme and what people said, as organisers see them."""

from . import events, feedback, places, programme, releases, speakers, talks

__all__ = ["events", "feedback", "places", "programme", "releases", "speakers", "talks"]
