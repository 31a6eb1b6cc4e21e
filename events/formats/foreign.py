"""Files that no reader understands: what each one is, and what its owner could give instead."""

import re

from django.utils.translation import gettext as _

_SIGNATURES = (  # how a file begins: what it is
    (
        b"%PDF",
        lambda: _(
            "This is a PDF. Its text cannot be read as a schedule: export CSV, XLSX or iCalendar instead."
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        lambda: _("This is a document of an old Microsoft Office. Save the table as XLSX or CSV."),
    ),
    (b"{\\rtf", lambda: _("This is a text document (RTF). Save its table as XLSX or CSV.")),
    (b"\x89PNG", lambda: _("This is a picture. Give the table that it was made of, as XLSX or CSV.")),
    (b"\xff\xd8\xff", lambda: _("This is a picture. Give the table that it was made of, as XLSX or CSV.")),
    (b"GIF8", lambda: _("This is a picture. Give the table that it was made of, as XLSX or CSV.")),
    (
        b"SQLite format 3",
        lambda: _("This is a database. Export the schedule from the program that it belongs to."),
    ),
    (b"7z\xbc\xaf", lambda: _("This is a 7-Zip archive. Unpack it and give the file that is inside.")),
    (b"Rar!", lambda: _("This is a RAR archive. Unpack it and give the file that is inside.")),
    (b"BZh", lambda: _("The file is compressed with bzip2. Unpack it and give what is inside.")),
    (b"\xfd7zXZ", lambda: _("The file is compressed with xz. Unpack it and give what is inside.")),
)
_PAGES = (  # what a page contains: whose it is, and what would work
    (
        r"sessionize\.com|class=\"sz-",
        lambda: _(
            "This is a page of Sessionize's. In Sessionize, API / Embed, export “All data” as JSON, and give that."
        ),
    ),
    (
        r"pretalx",
        lambda: _(
            "This is a page of pretalx's. Give the address that ends in /schedule/export/schedule.xml instead."
        ),
    ),
    (
        r"sched\.com|sched-container",
        lambda: _("This is a page of Sched's. Give the address that ends in /all.ics instead."),
    ),
    (
        r"indico",
        lambda: _(
            "This is a page of Indico's. Give the event's iCalendar or JSON export (/export/timetable/…) instead."
        ),
    ),
    (
        r"docs\.google\.com",
        lambda: _("This is a page of Google's. Download the table as XLSX or CSV, and give that."),
    ),
    (
        r"frab|fahrplan",
        lambda: _("This is a page of a Fahrplan. Give the address of its schedule.xml instead."),
    ),
    (
        r"meetup\.com",
        lambda: _("This is a page of Meetup's. Give the group's calendar (…/events/ical/) instead."),
    ),
)
_ARCHIVES = (  # a file inside: what the archive is
    ("word/document.xml", lambda: _("This is a Word document. Save its table as XLSX or CSV.")),
    ("ppt/presentation.xml", lambda: _("This is a PowerPoint document. Save its table as XLSX or CSV.")),
    ("content.xml", lambda: _("This is an OpenDocument file. Save the table as XLSX or CSV.")),
    ("Index/Document.iwa", lambda: _("This is a document of Apple's iWork. Export it as XLSX or CSV.")),
)
_PAGE_SAMPLE = 300_000  # bytes


def describe_binary(data: bytes) -> str:
    """A sentence about a file that begins with a known signature, or ""."""
    return next((sentence() for signature, sentence in _SIGNATURES if data.startswith(signature)), "")


def describe_page(data: bytes) -> str:
    """A sentence about a web page that is no schedule."""
    text = data[:_PAGE_SAMPLE].decode("latin-1").lower()
    for words, sentence in _PAGES:
        if re.search(words, text):
            return sentence()
    return _("The file is a web page. Give the address of the schedule's own file.")


def describe_archive(names: set[str]) -> str:
    """A sentence about an archive that is no schedule."""
    for name, sentence in _ARCHIVES:
        if name in names:
            return sentence()
    return _("The file is an archive, but no spreadsheet.")
