"""Lists of conferences as confs.tech keeps them (github.com/tech-conferences/conference-data): events without talks."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ..build import build_document
from ..document import Reading
from ..raw import RawSchedule
from ..reading import Choices, Report
from ..times import parse_moment
from .pick import dicts, pick_text

MOST_EVENTS = 5000


def is_list(root: Any) -> bool:
    first = (dicts(root) or [{}])[0]
    return all(key in first for key in ("name", "startDate", "url")) and "@type" not in first


def read_list(root: Any, choices: Choices) -> list[Reading]:
    """One Reading for each conference; none has talks."""
    found = []
    for record in dicts(root)[:MOST_EVENTS]:
        report = Report()
        raw = RawSchedule(
            title=pick_text(record, "name"),
            url=pick_text(record, "url"),
            start=pick_text(record, "startDate"),
            end=pick_text(record, "endDate|startDate"),
            city=pick_text(record, "city"),
            country=pick_text(record, "country"),
            online_url=pick_text(record, "url") if record.get("online") is True else "",
            language=pick_text(record, "locales").split(",")[0].lower()[:2],
            timezone=choices.timezone or "UTC",
        )
        for key in record:
            if key not in ("name", "url", "startDate", "endDate", "city", "country", "online", "locales"):
                report.tally(_("A key that is not imported"), raw.title, "info", what=key[:60])
        if isinstance(parse_moment(raw.start), date | datetime):
            found.append(
                build_document(raw, "confs.tech, list of conferences", report, choices, is_event=True)
            )
    return found
