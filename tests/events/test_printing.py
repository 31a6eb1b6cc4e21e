"""Prints and exports of lists."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.urls import reverse

from events.actions import release
from events.printing import PRINTS, PrintOptions, build_context, render_html
from events.printing.pdf import _build_fetcher
from events.released import load_present_state, load_shown_document
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = factories.Organiser()
    client.force_login(user)
    return user


@pytest.fixture
def event(user):
    event = factories.Event(name="Summit", organisers=[user], timezone="Asia/Kolkata")
    speakers = [factories.Speaker(name="Ada <b>"), factories.Speaker(name="王小明")]
    factories.Slot(talk__event=event, talk__title="=Engines", talk__speakers=speakers)
    release(event=event, by=user)
    event.refresh_from_db()
    return event


@pytest.mark.parametrize("kind", PRINTS)
def test_each_kind_of_print_is_a_pdf(client, event, kind):
    address = reverse("admin:events_event_prints", args=[event.pk])
    response = client.post(address, {"kind": kind, "size": "a7", "names": "Bob\n\nمحمد"}, follow=True)
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_times_are_those_of_the_event(event):
    document = load_shown_document(event.current_release_id, load_present_state(event))
    html = render_html("doors", build_context("doors", document, PrintOptions()))
    assert "15:30–16:00" in html
    assert "Ada &lt;b&gt;" in html


def test_nothing_is_printed_before_a_release(client, user):
    event = factories.Event(organisers=[user])
    response = client.post(
        reverse("admin:events_event_prints", args=[event.pk]), {"kind": "doors", "size": "a6"}
    )
    assert response.status_code == 422
    assert "Release the plan first" in response.content.decode()


def test_a_print_is_for_who_asked_for_it(client, event):
    address = reverse("admin:events_event_prints", args=[event.pk])
    link = client.post(address, {"kind": "doors", "size": "a6"}).url
    other = factories.Organiser()
    event.organisers.add(other)
    client.force_login(other)
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("url", ["https://example.org/", "file:///etc/passwd", "https://fonts.invalid/../x"])
def test_printing_fetches_nothing(url):
    with pytest.raises(ValueError, match="not fetched"):
        _build_fetcher().fetch(url)


def export(client, event, **query):
    query = {"event__id__exact": event.pk, "export_as": "csv"} | query
    return client.get(reverse("admin:events_talk_export_list"), query)


def test_a_list_is_exported_as_it_shows_with_formulas_neutralised(client, event):
    rows = list(csv.reader(StringIO(export(client, event).content.decode("utf-8-sig"))))
    assert rows[0][0] == "Title"
    assert rows[1][0] == "'=Engines"
    assert "Ada <b>, 王小明" in rows[1]
    assert len(rows) == 2


def test_columns_are_chosen(client, event):
    content = export(client, event, column=["title", "speakers_in_order"]).content.decode("utf-8-sig")
    assert next(csv.reader(StringIO(content))) == ["Title", "Speakers"]


def test_an_export_as_a_workbook(client, event):
    response = export(client, event, export_as="xlsx")
    sheet = openpyxl.load_workbook(BytesIO(response.content)).active
    assert sheet["A2"].value == "'=Engines"


def test_an_export_has_only_what_the_list_has(client, event):
    factories.Talk(title="Of others")
    assert "Of others" not in export(client, event).content.decode()
    assert "Columns" in client.get(reverse("admin:events_talk_export_list")).content.decode()
