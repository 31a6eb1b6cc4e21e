"""The admin's own pages: importing, loading an older release, repeating talks, merging speakers."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from events.actions import release
from events.models import Slot, Talk
from roadshow.jobs.handlers import run_job
from roadshow.jobs.models import Job
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db
TABLE = """title,start,end,room,speakers
From a table,2030-10-06 10:00,2030-10-06 10:30,Hall,Ada
"""


@pytest.fixture
def event(client):
    user = factories.Organiser()
    client.force_login(user)
    event = factories.Event(organisers=[user])
    event.user = user
    return event


def url(name, row):
    return reverse(f"admin:events_{name}", args=[row.pk])


def upload(client, event, text=TABLE):
    file = SimpleUploadedFile("talks.csv", text.encode())
    return client.post(url("event_import_schedule", event), {"file": file}, follow=True)


def test_a_file_is_previewed_and_then_imported(client, event):
    page = upload(client, event)
    assert "1 talks are new" in page.content.decode()
    assert not Talk.objects.exists()
    page = client.post(url("event_import_schedule", event), {"key": page.context["key"]}, follow=True)
    assert "Imported: 1 new" in page.content.decode()
    assert Slot.objects.get().starts_at == dt.datetime(2030, 10, 6, 4, 30, tzinfo=dt.UTC)
    page = upload(client, event)
    assert "0 talks are new, 0 changed" in page.content.decode()


@pytest.mark.parametrize("data", [{}, {"url": "http://127.0.0.1/schedule.xml"}, {"url": "no address"}])
def test_what_cannot_be_imported_is_refused_with_a_sentence(client, event, data):
    page = client.post(url("event_import_schedule", event), data)
    assert page.status_code == 200
    assert page.context["form"].errors


def test_a_broken_file_is_refused_with_a_sentence(client, event):
    page = upload(client, event, "\0\0\0")
    assert page.context["refusal"]


def test_a_preview_and_a_refusal_speak_the_organiser_s_language(client, event):
    address = "/zh-hans" + url("event_import_schedule", event)
    table = "标题,开始,时长,状态,心情\n一,2030-10-06 10:00,一会儿,也许,好\n二,2030-10-06 11:00,一会儿,,\n"
    page = client.post(address, {"file": SimpleUploadedFile("talks.csv", table.encode())}, follow=True)
    said = [f"{problem['place']}: {problem['message']}" for problem in page.context["report"]["problems"]]
    assert said == [
        "第 1 行: 无法识别的列（心情）。",
        "第 2 行、第 3 行: 不是时长（一会儿）：共 2 处。",
        "第 2 行: 演讲没有时长（按 60 分钟计）。",
        "第 3 行: 演讲没有时长（按 30 分钟计）。",
        "第 2 行: 无法识别的状态；演讲已作为草稿（也许）。",
        "第 3 行: 演讲没有状态；已作为草稿。",
    ]
    assert "不是时长（一会儿）：共 2 处。" in page.text
    page = client.post(address, {"file": SimpleUploadedFile("talks.csv", b"a,b")}, follow=True)
    assert "又没有“标题”这样的列名" in page.text


def test_a_preview_that_the_worker_makes_speaks_the_organiser_s_language(client, event, settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    address = "/zh-hans" + url("event_import_schedule", event)
    client.post(address, {"file": SimpleUploadedFile("talks.csv", b"a,b")})
    with translation.override("en"):
        run_job.call(str(Job.objects.get().pk))
    page = client.get(address, {"entry": event.imports.get().pk})
    assert "又没有“标题”这样的列名" in page.text


def test_a_preview_is_its_organiser_s_own(client, event):
    key = upload(client, event).context["key"]
    other = factories.Organiser()
    event.organisers.add(other)
    client.force_login(other)
    page = client.post(url("event_import_schedule", event), {"key": key}, follow=True)
    assert "The preview is too old" in page.content.decode()
    assert not Talk.objects.exists()


def test_a_mistyped_address_below_an_event_is_no_server_error(client, event):
    response = client.get(
        reverse("admin:events_event_changelist") + f"{event.pk}/import_schedule/", follow=True
    )
    assert response.redirect_chain
    assert response.status_code == 200


def test_an_older_release_is_loaded_back_into_the_plan(client, event):
    slot = factories.Slot(talk__event=event, talk__title="Wanders")
    first = release(event=event, by=event.user)
    slot.starts_at += dt.timedelta(hours=1)
    slot.ends_at += dt.timedelta(hours=1)
    slot.save()
    factories.Slot(talk__event=event)
    release(event=event, by=event.user)
    address = url("release_load", first)
    assert "Wanders" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    fresh = Slot.objects.get(event=event)
    assert (fresh.guid, fresh.starts_at) == (slot.guid, slot.starts_at - dt.timedelta(hours=1))
    assert event.releases.count() == 2
    client.force_login(factories.Organiser())
    assert client.post(address).status_code in (403, 404)


def test_talks_are_repeated_at_an_event_of_one_s_own(client, event):
    talk = factories.Talk(event=event, title="Again", speakers=[factories.Speaker()])
    other = factories.Event(organisers=[event.user])
    foreign = factories.Event()
    data = {"action": "repeat", "_selected_action": [talk.pk]}
    address = reverse("admin:events_talk_changelist")
    assert other.name in client.post(address, data).content.decode()
    client.post(address, data | {"repeat_at": foreign.pk})
    assert not foreign.talks.exists()
    client.post(address, data | {"repeat_at": other.pk})
    assert other.talks.get().title == "Again"
    assert other.talks.get().state == "draft"


def test_records_of_one_person_are_found_and_merged(client, event):
    kept, other = factories.Speaker(name="José Núñez"), factories.Speaker(name="Jose Nunez", headline="Baker")
    for speaker in (kept, other, factories.Speaker(name="Somebody else")):
        factories.Talk(event=event, speakers=[speaker])
    address = reverse("admin:speakers_speaker_changelist")
    page = client.get(address, {"missing": "twin"}).content.decode()
    assert "Jose Nunez" in page
    assert "Somebody else" not in page
    data = {"action": "merge", "_selected_action": [kept.pk, other.pk]}
    assert "Baker" in client.post(address, data).content.decode()
    client.post(address, data | {"into": kept.pk})
    assert not Speaker.objects.filter(pk=other.pk).exists()
    assert kept.talks.count() == 2


def test_a_stranger_s_speaker_is_not_merged(client, event):
    mine, foreign = factories.Speaker(), factories.Speaker()
    factories.Talk(event=event, speakers=[mine])
    data = {"action": "merge", "_selected_action": [mine.pk, foreign.pk], "into": mine.pk}
    client.post(reverse("admin:speakers_speaker_changelist"), data)
    assert Speaker.objects.filter(pk=foreign.pk).exists()
