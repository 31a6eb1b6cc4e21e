"""Finding the program that wrote a file by its shape, and reading the file as that program's."""

from typing import Any

from django.utils.translation import gettext as _

from ..build import build_document
from ..document import Reading
from ..reading import Choices, Report, UnreadableFile
from .known import SOURCES
from .mapping import Source, read_raw
from .pick import pick_text
from .shapes import first_record, has_all


def find_source(root: Any) -> Source | None:
    """The program that wrote JSON of this shape."""
    return next((source for source in SOURCES if source.matches(root)), None)


def read_source(source: Source, root: Any, choices: Choices) -> Reading:
    """What a file of a known program says. Raises UnreadableFile."""
    report = Report()
    try:
        raw = read_raw(source, root, report)
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        message = _("The file looks like %(name)s, but its parts are not where they belong.")
        raise UnreadableFile(message % {"name": source.name}) from error
    counts = {"records": len(source.prepare(root))}
    return build_document(raw, source.name, report, choices, is_full=source.is_full, counts=counts)


def describe_json(root: Any) -> str:
    """One sentence about JSON of an unknown shape: what it is, and what would work."""
    if isinstance(root, dict) and isinstance(root.get("results"), list):
        root = root["results"]
    first = first_record(root)
    if has_all(first, "fullName", "sessions") or has_all(first, "bio", "tagLine"):
        return _(
            "This is Sessionize's list of speakers. Export “All data” instead, which has the sessions too."
        )
    if has_all(first, "code", "biography"):
        return _("This is pretalx's list of speakers. Export its submissions or the schedule instead.")
    if has_all(root, "schedule_speakers"):
        return _("This is frab's list of speakers. Export the schedule (schedule.xml) instead.")
    keys = ", ".join(list(first or (root if isinstance(root, dict) else {}))[:6])
    if keys:
        message = _(
            "The JSON is of no kind that is known (its keys are %(keys)s). A schedule.json or a CSV would work."
        )
        return message % {"keys": pick_text({"keys": keys}, "keys")[:80]}
    return _("The JSON holds no schedule of a kind that is known. A schedule.json or a CSV would work.")
