"""What a file says and the portal has no place for: each is reported, so that nothing is lost without a word."""

from django.utils.translation import gettext as _

from ...formats.document import Document
from ...formats.writing import is_own_generator
from .report import Report

# Fields of the document that have no place of their own in the database, by class; each is reported or derived.
NOT_STORED = {
    "Document": {
        "logo",
        "slot_minutes",
        "version",
        "generator",
        "note",
        "released_at",
        "state",
        "acronym",
        "slug",
    },
    "Talk": {"url", "logo", "feedback_url", "place", "id", "room"},
    "Person": {"picture", "id", "slug"},
    "Room": {"id"},
    "Track": {"id"},
    "Day": {"date", "starts_at", "ends_at"},
    "Slot": {"sequence", "changed_at", "previous_starts_at"},
    "Link": set(),
    "Venue": set(),
}


def report_leftovers(document: Document, report: Report) -> None:
    """Count what is not stored. A file of a portal like this one names its own pages, which need no place."""
    counted = {
        _("logos of talks"): sum(bool(talk.logo) for talk in document.talks),
        _("addresses for feedback"): sum(bool(talk.feedback_url) for talk in document.talks),
        _("pages of talks elsewhere"): sum(bool(talk.url) for talk in document.talks),
        _("logo of the conference"): int(bool(document.logo)),
    }
    if is_own_generator(document.generator):
        return
    for what, count in counted.items():
        if count:
            message = _("Not stored, because there is no place for it: %(what)s (%(count)d).")
            report.add_problem(_("file"), message % {"what": what, "count": count}, "info")
