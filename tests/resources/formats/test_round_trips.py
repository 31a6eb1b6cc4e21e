"""What is written is read without a change, in every format."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from resources.formats import WRITERS, Collection, Link, LinkList, read_links, write_links
from resources.formats.collector import LinkCollector
from resources.formats.document import KINDS, LEVELS

words = st.text(st.sampled_from("aB é中-–.:;,|/\\`*_[]()<>#&~!'\"=+@\n\t1") | st.characters(), max_size=40)
addresses = st.builds(
    "https://{}.example/{}".format,
    st.sampled_from(["a", "b", "www.c"]),
    st.text(st.sampled_from("abc/()?&=#!_-%ü "), max_size=12),
)
names = st.lists(words, max_size=3)
found = st.fixed_dictionaries(
    {
        "url": addresses,
        "title": words,
        "note": words,
        "kind": st.sampled_from(["", *KINDS]),
        "level": st.sampled_from(LEVELS),
        "language": st.sampled_from(["", "en", "zh-hans"]),
        "authors": names,
        "year": st.none() | st.integers(1500, 2199),
        "topics": names,
        "collections": names,
        "free": st.sampled_from([None, True, False]),
        "added_at": st.none()
        | st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),
    }
)


def gathered(rows, texts=()):
    """A list as any reader would make it of these values."""
    collector = LinkCollector("test")
    collector.title = "A list"
    for title, text in texts:
        collector.add_collection(title, text)
    for row in rows:
        collector.add("row", row["url"], **{name: value for name, value in row.items() if name != "url"})
    return collector.build_reading().links


def by_address(links):
    return sorted(links, key=lambda link: (link.url, link.title, repr(link)))


@pytest.mark.parametrize("name", WRITERS)
@settings(deadline=None, max_examples=60)
@given(rows=st.lists(found, max_size=4), texts=st.lists(st.tuples(words, words), max_size=2))
@example(
    rows=[{"url": "https://a.example/", "title": "=1+1", "note": "- [x](https://b.example/) <!-- -->"}],
    texts=[],
)
@example(
    rows=[{"url": "https://a.example/", "topics": ["a,b"], "authors": ["a;b\\"]}],
    texts=[("1. x", "- https://c.example/")],
)
def test_written_and_read_again(name, rows, texts):
    links = gathered(rows, texts)
    if not links.links:
        return
    again = read_links(write_links(links, name), name=f"list.{name}")
    assert by_address(again.links.links) == by_address(links.links)
    assert again.problems == []
    if name in ("md", "html", "opml", "json"):
        assert again.links.title == "A list"
        key = lambda collection: collection.title  # noqa: E731
        assert sorted(again.links.collections, key=key) == sorted(links.collections, key=key)


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_file_is_needs_no_name(name):
    links = gathered(
        [{"url": "https://a.example/", "title": "A"}, {"url": "https://b.example/", "title": "B"}]
    )
    assert read_links(write_links(links, name)).kind == WRITERS[name].name


@pytest.mark.parametrize("name", WRITERS)
def test_an_empty_list_is_written_too(name):
    assert write_links(LinkList(), name)


def test_markdown_is_readable():
    links = gathered(
        [
            {
                "url": "https://a.example/",
                "title": "A",
                "note": "Good for a start.",
                "collections": ["First"],
            },
            {
                "url": "https://b.example/(x)",
                "title": "B_b",
                "kind": "paper",
                "collections": ["First", "Second"],
            },
            {"url": "https://c.example/", "title": "C"},
        ],
        [("First", "Begin *here*.")],
    )
    assert write_links(links, "md").decode() == (
        "# A list\n\n- [C](https://c.example/)\n\n"
        '## First <!-- {"text": "Begin *here*."} -->\n\nBegin \\*here\\*.\n\n'
        "- [A](https://a.example/) - Good for a start.\n"
        '- [B\\_b](<https://b.example/(x)>) <!-- {"kind": "paper", "collections": ["First", "Second"], '
        '"title": "B_b"} -->\n\n## Second\n'
    )


def test_no_cell_is_a_formula():
    links = gathered(
        [{"url": "https://a.example/", "title": '=HYPERLINK("x")', "note": "+1", "topics": ["@x", "-y"]}]
    )
    row = write_links(links, "csv").decode("utf-8-sig").splitlines()[1]
    assert row.startswith("\"'=HYPERLINK(") and ",'+1,'@x; -y," in row


def test_feeds_name_both_addresses():
    link = Link(url="https://a.example/", title="A", page="https://here.example/a/")
    feed = LinkList(
        title="L", url="https://here.example/", feed_url="https://here.example/feed/", links=[link]
    )
    root = etree.fromstring(write_links(feed, "atom"))
    targets = [(each.get("rel"), each.get("href")) for each in root.iter("{*}link")]
    assert targets == [
        ("self", "https://here.example/feed/"),
        ("alternate", "https://here.example/"),
        ("alternate", "https://a.example/"),
        ("related", "https://here.example/a/"),
    ]
    (again,) = read_links(write_links(feed, "json")).links.links
    assert replace(again, place="") == replace(link, page="")


def test_order_is_kept_inside_a_collection():
    rows = [{"url": f"https://a.example/{n}", "title": str(n), "collections": ["C"]} for n in (3, 1, 2)]
    for name in WRITERS:
        again = read_links(write_links(gathered(rows, [("C", "")]), name)).links
        assert [link.title for link in again.links] == ["3", "1", "2"]
        assert again.collections == [Collection(title="C")]
