"""Damaged files through the commands: a report or one sentence, nothing stored. The whole run: `tests.bench.damage`."""

import csv
from io import StringIO

import pytest

from events.formats import ical, schedule_json, schedule_xml, table
from events.formats.detect import read
from events.formats.reading import UnreadableFile
from events.models import Event
from resources.models import Resource
from tests.bench.damage import damage, list_readers, run_command

from .formats.test_exports import DOCUMENT

pytestmark = pytest.mark.django_db
BOOKMARKS = (
    b"<!DOCTYPE NETSCAPE-Bookmark-file-1><TITLE>Bookmarks</TITLE><DL><p><DT><H3>Tools</H3><DL><p>"
    b'<DT><A HREF="https://x.example/a" TAGS="a,b">One</A><DD>Note <DT><A HREF="https://x.example/b">Two</A></DL></DL>'
)


def make_table_of_links() -> bytes:
    out = StringIO()
    csv.writer(out).writerows([["Title", "URL", "Tags"], ["One", "https://x.example/a", "a; b"]])
    return out.getvalue().encode()


FILES = {
    "a.xml": schedule_xml.write(DOCUMENT),
    "a.json": schedule_json.write(DOCUMENT),
    "a.ics": ical.write(DOCUMENT),
    "a.csv": table.write_csv(DOCUMENT),
    "a.xlsx": table.write_xlsx(DOCUMENT),
    "a.html": BOOKMARKS,
    "a.md": b"# List\n\n## Tools\n\n- [One](https://x.example/a) - a note\n- [Two](https://x.example/b)\n",
    "links.csv": make_table_of_links(),
}
LINKS = ("a.html", "a.md", "links.csv")


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_reported_or_refused(tmp_path, name):
    command = "import_resources" if name in LINKS else "import_schedule"
    file = tmp_path / name
    seen = set()
    for what, data in damage(FILES[name], places=5, flips=4):
        file.write_bytes(data)
        seen.add((run_command(command, file), what))
    assert len(seen) == 9
    assert not Event.objects.exists() and not Resource.objects.exists()


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_told_by_the_command_for_the_other_kind(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(FILES[name])
    run_command("import_schedule" if name in LINKS else "import_resources", file)
    assert not Event.objects.exists() and not Resource.objects.exists()


@pytest.mark.parametrize("reader", list_readers())
def test_a_reader_reads_or_refuses_what_is_not_for_it(reader):
    read = list_readers()[reader]
    for data in FILES.values():
        try:
            read(data)
        except (UnreadableFile, ValueError) as refusal:
            assert str(refusal)


CUT_OFF = [
    FILES["a.ics"][: len(FILES["a.ics"]) * 2 // 3],
    b"Title,Start,Room\nA,2027-03-13 09:00,Hall\nB,2027-03-1",
    b'Title,Start,Abstract\nA,2027-03-13 09:00,Short\nB,2027-03-13 10:00,"It begins',
]


@pytest.mark.parametrize("data", CUT_OFF)
def test_what_was_cut_off_is_said(data):
    """A calendar or table that ends in the middle is not taken for a shorter one without a word."""
    try:
        found = read(data, timezone="UTC")
    except UnreadableFile as refusal:
        assert "cut off" in str(refusal)
    else:
        assert any("cut off" in one.message for one in found.problems), found.problems
