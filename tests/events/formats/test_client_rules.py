"""Every export is what apps and calendar programs can read, whatever the document is like."""

from dataclasses import replace

import pytest
from hypothesis import given

from events.formats import ical, schedule_xml
from events.formats.document import Document, Link, Talk
from events.formats.urls import make_absolute

from .client_rules import check_calendar, check_schedule_xml
from .documents import documents
from .test_exports import DOCUMENT, many, slot


@many
@given(documents)
def test_schedule_xml_is_what_eventfahrplan_and_giggity_read(document):
    check_schedule_xml(schedule_xml.write(make_absolute(document, "https://portal.example")))


@many
@given(documents)
def test_calendars_are_what_clients_read(document):
    check_calendar(ical.write(make_absolute(document, "https://portal.example")))


@pytest.mark.parametrize(
    ("break_it", "rule"),
    [
        (lambda xml: xml.replace(b">Notes</link>", b"></link>"), "without a text"),
        (lambda xml: xml.replace(b"<schedule>", b"<schedule>" + b" " * 1100), "unknown to Giggity"),
        (lambda xml: xml.replace(b"<start>10:00</start>", b"<start>09:00</start>", 1), "disagree"),
        (lambda xml: xml.replace(b"<duration>00:30", b"<duration>24:30", 1), "misread"),
    ],
)
def test_the_rules_notice_what_clients_would_not_show(break_it, rule):
    data = schedule_xml.write(DOCUMENT)
    check_schedule_xml(data)
    assert break_it(data) != data
    with pytest.raises(AssertionError, match=rule):
        check_schedule_xml(break_it(data))


def test_links_of_an_imported_file_without_texts_get_one():
    talk = Talk(title="A", links=[Link(url="https://x.example/a.pdf", kind="slides")], slots=[slot()])
    check_schedule_xml(schedule_xml.write(replace(DOCUMENT, talks=[talk])))


def test_a_document_without_anything_is_readable():
    check_schedule_xml(schedule_xml.write(Document(title="A", talks=[Talk(title="T", slots=[slot()])])))
