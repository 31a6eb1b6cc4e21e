"""What a file says and the portal has no place for: each is reported, so that nothing is lost without a word."""

from django.utils.translation import gettext as _

from ...formats.document import Document
from ...formats.links import is_web
from .report import Report

# Fields of the document that have no place of their own in the database, by class; each is reported or derived.
NOT_STORED = {
    "Document": {
        "slot_minutes",
        "version",
        "generator",
        "note",
        "released_at",
        "state",
        "acronym",
        "slug",
    },
    "Talk": {"url", "place", "id", "room"},
    "Person": {"id", "slug"},
    "Room": {"id"},
    "Track": {"id"},
    "Day": {"date", "starts_at", "ends_at"},
    "Slot": {"sequence", "changed_at", "previous_starts_at"},
    "Link": set(),
    "Venue": set(),
}


def report_leftovers(document: Document, report: Report) -> None:
    """Say which pictures are fetched, and which have no address that could be."""
    talks = document.talks
    pictures = {
        _("logos of talks"): [talk.logo for talk in talks],
        _("pictures of persons"): [person.picture for talk in talks for person in talk.persons],
        _("logo of the conference"): [document.logo],
    }
    for what, urls in pictures.items():
        odd = {url for url in urls if url and not is_web(url)}
        if odd:
            message = _("Not fetched, because it is no web address: %(what)s (%(count)d).")
            report.add_problem(_("file"), message % {"what": what, "count": len(odd)}, "info")
    if report.wishes:
        message = _("%(count)d pictures are fetched in the background.")
        report.add_problem(_("file"), message % {"count": len(report.wishes)}, "info")
