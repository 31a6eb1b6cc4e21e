"""What confirmation pages and exported tables of the admin say."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events import actions
from events import models as events
from roadshow.api.viewsets import RecordViewSet
from speakers.models import Speaker
from tests import factories

SECRET = "Kept among us"

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    user = factories.Organiser()
    client.force_login(user)
    return user


def delete_page(row) -> str:
    options = row._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_delete", args=[row.pk])


def test_a_deletion_does_not_name_drafts_of_others(client, organiser):
    room = factories.Room()
    own = factories.Event(name="Own event", organisers=[organiser])
    other = factories.Event(name=SECRET, state="draft")
    events.EventRoom.objects.bulk_create([events.EventRoom(event=event, room=room) for event in (own, other)])
    factories.Slot(talk__event=other, talk__title=SECRET, room=room)
    factories.Slot(talk__event=own, talk__title="Own talk", room=room)
    actions.release(event=other, by=None)
    page = client.get(delete_page(room)).content.decode()
    assert SECRET not in page
    assert "records of other organisers" in page


def test_a_deletion_names_what_is_the_organiser_s(client, organiser):
    event = factories.Event(name="Own event", organisers=[organiser])
    factories.Talk(event=event, title="Own talk")
    page = client.get(delete_page(event)).content.decode()
    assert "Own talk" in page
    assert "other organisers" not in page
    client.post(delete_page(event), {"post": "yes"})
    assert not events.Event.objects.filter(pk=event.pk).exists()


def test_a_deletion_takes_as_many_queries_however_much_is_deleted(client, organiser):
    queries = []
    for count in (1, 5):
        event = factories.Event(organisers=[organiser])
        for _number in range(count):
            factories.Slot(talk__event=event)
        with CaptureQueriesContext(connection) as captured:
            client.get(delete_page(event))
        queries.append(len(captured))
    assert queries[0] == queries[1]


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1"]


def export(client, format: int) -> bytes:
    address = reverse("admin:speakers_speaker_export")
    chosen = {f"speakertable_{name}": "on" for name in ("guid", "name", "headline")}
    data = {"format": format, "resource": "", **chosen}
    return client.post(address, data).getvalue()


@pytest.fixture
def formulas(organiser):
    event = factories.Event(organisers=[organiser])
    for formula in FORMULAS:
        factories.Talk(event=event, speakers=[factories.Speaker(headline=formula)])


def test_csv_has_no_formulas(client, formulas):
    rows = csv.DictReader(io.StringIO(export(client, 0).decode()))
    assert {row["headline"] for row in rows} == {f"'{formula}" for formula in FORMULAS}


def test_a_spreadsheet_has_no_formulas(client, formulas):
    sheet = openpyxl.load_workbook(io.BytesIO(export(client, 1))).active
    header, *rows = sheet.iter_rows()
    column = [cell.value for cell in header].index("headline")
    assert {row[column].value for row in rows} == {f"'{formula}" for formula in FORMULAS}
    assert {row[column].data_type for row in rows} == {"s"}


def test_what_was_exported_is_imported_as_it_was(client, formulas):
    Speaker.objects.filter(headline__startswith="\t").update(headline="=1")  # forms refuse tabs
    before = set(Speaker.objects.values_list("guid", "name", "headline"))
    table = SimpleUploadedFile("people.csv", export(client, 0))
    page = client.post(
        reverse("admin:speakers_speaker_import"), {"import_file": table, "format": "0", "resource": ""}
    )
    assert page.status_code == 200
    client.post(
        reverse("admin:speakers_speaker_process_import"), page.context["confirm_form"].initial, follow=True
    )
    assert set(Speaker.objects.values_list("guid", "name", "headline")) == before


def test_a_slot_that_is_deleted_while_it_is_changed_is_not_found(client, organiser, monkeypatch):
    event = factories.Event(organisers=[organiser])
    slot = factories.Slot(talk__event=event)
    find = RecordViewSet.represent

    def delete_first(view, keys):
        events.Slot.objects.filter(pk__in=keys).delete()
        return find(view, keys)

    monkeypatch.setattr(RecordViewSet, "represent", delete_first)
    response = client.patch(
        f"/api/v1/events/{event.slug}/plan/{slot.guid}/",
        {"ends_at": (slot.ends_at).isoformat()},
        content_type="application/json",
    )
    assert response.status_code == 404
