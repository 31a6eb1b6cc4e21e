"""What is measured, and what it may cost in control units."""

import os
import re
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse

from events.models import Event, ReleasedSlot, Talk


@dataclass(frozen=True)
class Page:
    """`cost` is the most that it may cost anonymously, in units of the control, `anew` when nothing is cached."""

    name: str
    path: str
    cost: float
    anew: float | None = None
    is_signed_in: bool = False


def pages(slug: str) -> list[Page]:
    """The pages of one event with a schedule, and those of the portal around it; PAGES picks by name."""
    event = Event.objects.get(slug=slug)
    slot = ReleasedSlot.objects.filter(release=event.current_release, talk__speakers__isnull=False).first()
    talk = Talk.objects.prefetch_related("speakers", "topics").get(pk=slot.talk_id)
    day = slot.starts_at.astimezone(event.zone).date()
    home, schedule = event.get_absolute_url(), reverse("events:schedule", args=[slug])
    files = {name: reverse(f"events:{name}", args=[slug]) for name in ("xml", "json", "ics")}
    word = quote(max(talk.title.split(), key=len).strip(",:;.!?"))
    found = [
        Page("home", reverse("home"), 8, 20),
        Page("event", home, 5, 30),
        Page("schedule, list", f"{schedule}?day={day}", 4, 30),
        Page("schedule, grid", f"{schedule}?day={day}&view=grid", 4, 30),
        Page("talks", reverse("events:talks", args=[slug]), 8, 30),
        Page("talk", talk.get_absolute_url(), 8, 25),
        Page("changes", reverse("events:changes", args=[slug]), 8),
        Page("events", reverse("events:events"), 8),
        Page("speakers", reverse("speakers:speakers"), 8, 20),
        Page("speaker", talk.speakers.all()[0].get_absolute_url(), 8, 20),
        Page("topics", reverse("topics"), 8, 20),
        Page("library", reverse("resources:resources"), 8, 30),
        Page("search", f"{reverse('search')}?q={word}", 25, 40),
        *(Page(f"schedule.{name}", path, 4) for name, path in files.items()),
        Page("calendar of all events", "/events.ics", 4),
        Page("feed of events", "/events/feed/", 4),
        Page("API: 50 talks", "/api/v1/talks/", 25, 40),
        Page("API: 50 talks of the event", f"/api/v1/talks/?event={slug}", 25, 40),
        Page("API: 50 talks, expanded", "/api/v1/talks/?expand=speakers,event", 40, 60),
        Page("API: talk", f"/api/v1/talks/{talk.guid}/", 25, 20),
        Page("API: events", "/api/v1/events/", 25),
        Page("API: schedule", f"/api/v1/events/{slug}/schedule/", 4, 10),
        Page("API: search", f"/api/v1/search/?q={word}", 25),
    ]
    if event.series:
        found.append(Page("series", event.series.get_absolute_url(), 8))
    if talk.topics.all():
        found.append(Page("topic", talk.topics.all()[0].get_absolute_url(), 8))
    return [page for page in found if re.search(os.environ.get("PAGES", ""), page.name)]


def organisers_pages(slug: str) -> list[Page]:
    """Pages that are only for organisers, which are never cached; PAGES picks by name."""
    event = Event.objects.get(slug=slug)
    found = [
        Page("board", reverse("admin:events_event_board", args=[event.pk]), 60, 60, is_signed_in=True),
        Page("admin list of talks", reverse("admin:events_talk_changelist"), 60, 60, is_signed_in=True),
    ]
    return [page for page in found if re.search(os.environ.get("PAGES", ""), page.name)]


NOT_MODIFIED = 2.5  # units that any 304 may cost
SIGNED_IN = 2  # times the anonymous cost
FIRST = {"schedule, list": 400, "schedule, grid": 400} | dict.fromkeys(
    ("schedule.xml", "schedule.json", "schedule.ics"), 1000
)  # milliseconds of the first request after a release
