"""Texts: whatever is typed, every visible word of it is on every surface, and rendering takes bounded time."""

import json
import re
import time
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.utils.html import strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from events.formats import document as doc
from events.formats import ical, jsonld, schedule_xml
from resources.formats import Link, LinkList, write_links
from roadshow.core.text import render_html, render_plain_lines, render_plain_text

TYPED = [
    "Use std::vector<int> and List<String> and a < b && c > d",
    "a trait <T>: From<u8>, then the rest of the paragraph",
    "<u8> at the beginning of a line\nand another line",
    "about <script> tags, <style> and <textarea> and what follows",
    "an arrow <!-- without an end",
    "snake_case_name; 5*3*2; 2**10; ~tilde~; $PATH; C:\\new; #hashtag",
    "1986. A great year",
    "[Update]: cancelled",
    "call f[0](x) and [a](relative)",
    "a | b\n--|--\n1 | 2 | 3",
    "``` not a fence at all\ncode",
    '<a href="https://unclosed.example here',
    "See README.md, setup.py and the abstract.It is short; www.example.org; me@example.org",
]


@pytest.mark.parametrize("text", TYPED)
def test_nothing_that_was_typed_is_lost(text):
    for shown in (render_plain_text(text), render_plain_lines(text)):
        words = text.replace("|", " ").replace("```", " ").split()
        assert [word for word in words if word.strip("-") and word not in shown] == []
    assert re.findall('<a href="([^"]*)"', render_html(text)) == re.findall("https://[a-z.]+", text)


def test_single_line_breaks_are_kept():
    assert render_html("09:00 Welcome\n09:10 Intro") == "<p>09:00 Welcome<br>\n09:10 Intro</p>\n"
    assert render_plain_lines("One\nTwo\n\nThree\n* a\n* b") == "One\nTwo\n\nThree\n\n- a\n- b"


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("See https://example.com/a_b_c(d).", "https://example.com/a_b_c(d)"),
        ("(https://example.org/x)", "https://example.org/x"),
        ("<https://e.org>", "https://e.org"),
        ("[a](https://e.org/b)", "https://e.org/b"),
    ],
)
def test_explicit_addresses_are_linked(text, href):
    assert re.findall(r'href="([^"]*)"', render_html(text)) == [href]


def test_emphasis_inside_words_of_scripts_without_blanks():
    assert "<strong>重点</strong>" in render_html("这是**重点**内容")


def test_html_that_means_something_is_html_and_no_script_is():
    shown = render_html(
        '<b onclick="x()">bold</b> <img src=x onerror=alert(1) alt="A picture"><script>alert(1)</script>'
    )
    assert "<b>bold</b>" in shown
    assert "A picture" in shown
    assert not re.search(r"<script|<img|onclick=\"", shown)


# Words, and what people put around them.
WORDS = st.text(st.sampled_from("abcXYZ019äßжש日ไก่"), min_size=1, max_size=8)
ODD = st.sampled_from(
    [
        "std::vector<int>",
        "List<String>",
        "<T>",
        "<u8>",
        "a<b",
        "C++",
        "C#",
        ".NET",
        "5*3*2",
        "x_y_z",
        "AT&T",
        "README.md",
    ],
)
BLANKS = st.sampled_from(
    [" ", "\n", "\n\n", " <br> ", "\n* ", "\n1. ", "\n> ", " **", "** ", " `", "` ", " <b>", "</b> ", "\n# "]
)
TEXTS = st.lists(st.tuples(st.one_of(WORDS, ODD), BLANKS), min_size=1, max_size=12)
EXAMPLES = 150
GUID = UUID(int=1)
SLOT = doc.Slot(
    guid=GUID,
    starts_at=datetime(2027, 3, 1, 9, tzinfo=UTC),
    ends_at=datetime(2027, 3, 1, 10, tzinfo=UTC),
    room="R",
)


def missing(words, shown):
    shown = "".join(shown.split())
    return [word for word in words if word not in shown]


@settings(deadline=None, max_examples=EXAMPLES)
@given(parts=TEXTS)
def test_every_word_is_on_every_surface(parts):
    text, words = "".join(word + blank for word, blank in parts), [word for word, _blank in parts]
    page = render_html(text)
    tree = etree.fromstring(f"<div>{page.replace('&nbsp;', ' ')}</div>", etree.HTMLParser())
    assert missing(words, "".join(tree.itertext())) == []
    for shown in (render_plain_text(text), render_plain_lines(text)):  # preview, mail
        assert missing(words, shown) == []
    talk = doc.Talk(title="T", guid=GUID, abstract=text, slots=[SLOT])
    event = doc.Document(
        title="E", timezone="UTC", starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 1), talks=[talk]
    )
    calendar = ical.write(event).decode().replace("\r\n ", "")
    assert missing(words, re.sub(r"\\(.)", r"\1", calendar.replace("\\n", " "))) == []
    root = etree.fromstring(schedule_xml.write(event))
    assert missing(words, root.findtext(".//event/abstract") or "") == []
    shown = doc.Talk(title="T", abstract=render_plain_text(text), slots=talk.slots)
    assert missing(words, json.loads(jsonld.dumps(jsonld.talk(event, shown)))["description"]) == []
    links = LinkList(title="L", links=[Link(url="https://e.example/", title="T", note=text)])
    feed = etree.fromstring(write_links(links, "atom"))
    assert missing(words, feed.findtext(".//{*}summary") or "") == []
    assert missing(words, json.loads(write_links(links, "json"))["items"][0]["content_text"]) == []


HOSTILE = [
    *(
        "//a.aa/",
        "http://a.aa/",
        "<div>",
        "<b>x",
        '<a href="x">',
        "<!--",
        "<",
        "[",
        "![",
        "[a](",
        "[a]: <",
        "*a ",
    ),
    *(
        "**a*",
        "_a ",
        "`a``",
        "> ",
        "- ",
        "|a",
        "a|b\n-|-\n",
        "<ul><li>",
        "<table><tr><td>",
        "<blockquote>",
        "<T>",
    ),
    *("http://a.aa/(", "[a [b](c) ", "<![CDATA[", "<dl><dd>", "&", "\\"),
]


@pytest.mark.parametrize("part", HOSTILE)
def test_56_kb_of_anything_are_rendered_in_bounded_time(part):
    text = (part * 56_000)[:56_000]
    before = time.process_time()
    render_plain_text(text)
    assert time.process_time() - before < 6  # of this process alone; 2 on a machine with nothing else to do
    assert strip_tags(render_html("end")) == "end\n"
