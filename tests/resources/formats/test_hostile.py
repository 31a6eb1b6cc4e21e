"""Small files that would take long: every reader is linear, or refuses with a sentence."""

import time

import pytest

from events.formats.reading import UnreadableFile
from resources.formats import Link, LinkList, read_links, write_links

HEAD = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
MANY = " ".join(f'a{number}=""' for number in range(20_000))
CASES = {
    "addresses": ("//a.aa/" * 8000, "list.md"),
    "brackets": ("[" * 19_000, "list.md"),
    "pictures": ("![" * 9_000, "list.md"),
    "half links": ("[a](" * 5_000, "list.md"),
    "divs in Markdown": ("<div>" * 32_000, "list.md"),
    "comments in Markdown": ("a <!--" * 10_000, "list.md"),
    "divs": (HEAD + "<div>" * 32_000, "list.html"),
    "tables": (HEAD + "<table><tr><td>" * 5_000, "list.html"),
    "folders": (HEAD + "<DT><H3>a</H3><DL><p>" * 20_000, "list.html"),
    "quotes": (HEAD + '<DT><A HREF="' * 50_000, "list.html"),
    "comments": (HEAD + "<!--" * 100_000, "list.html"),
    "attributes": (f"<opml><body><outline {MANY}/></body></opml>", "list.opml"),
    "outlines": ("<opml><body>" + '<outline text="a">' * 50_000, "list.opml"),
    "arrays": ("[" * 200_000, "list.json"),
    "columns": ("url," * 100_000, "list.csv"),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_files_take_little_time(case):
    text, name = CASES[case]
    before = time.process_time()
    try:
        reading = read_links(text.encode(), name=name)
        assert reading.links.links == []
    except UnreadableFile as refusal:
        assert str(refusal).endswith(".")
    assert time.process_time() - before < 6  # of this process alone; 2 on a machine with nothing else to do


@pytest.mark.parametrize("name", ["atom", "opml", "xlsx", "json", "html", "csv", "md"])
def test_a_control_character_in_a_title_breaks_no_file(name):
    links = [
        Link(url="https://a.example/", title="A\x01B", note="one\x0btwo", authors=["\x02C"]),
        _link("Next"),
    ]
    data = write_links(LinkList(title="L\x03ist", links=links), name)
    assert [link.title for link in read_links(data, name=f"list.{name}").links.links] == ["AB", "Next"]


def _link(title):
    return Link(url="https://b.example/", title=title)
