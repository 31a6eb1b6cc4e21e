"""Imports over the API as jobs: dry run, import of the same bytes, cancellation, undo."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from events.models import Event, Import, Role, Talk
from roadshow.expiring.models import Upload
from roadshow.jobs.models import Job
from roadshow.journal.models import Activity
from tests import factories as make
from tests.roadshow.test_api_actions import CALENDAR, api, event, organiser, token  # noqa: F401 - fixtures
from tests.roadshow.test_api_schema import named

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/events/mine/import/"
ASYNC = {"headers": {"Prefer": "respond-async, wait=5"}}
TEXT = {"content_type": "text/calendar"}


def send(client, query="", data=CALENDAR, **options):
    return client.post(f"{ADDRESS}{query}", data, **TEXT | ASYNC | options)


@pytest.fixture
def dry_run(api, event):  # noqa: F811 - fixtures
    """The job of a dry run, as it is answered."""
    answer = send(api)
    assert answer.status_code == 202, answer.content
    return answer.json()


def test_a_dry_run_is_a_job_and_its_file_is_imported_and_undone(api, event, dry_run):  # noqa: F811
    named("ImportJob").validate(dry_run)
    assert (dry_run["state"], dry_run["dry_run"], dry_run["event"]) == ("done", True, "mine")
    assert dry_run["report"]["new"] == ["From a calendar"]
    assert dry_run["file_until"]
    assert not Talk.objects.exists()
    answer = api.post(f"{dry_run['url']}apply/?release=true")
    assert (answer.status_code, answer["Location"]) == (202, answer.json()["url"])
    done = api.get(answer["Location"]).json()
    named("ImportJob").validate(done)
    assert (done["state"], done["report"]["release"], done["file_until"]) == ("done", 1, None)
    assert Talk.objects.get().title == "From a calendar"
    assert Import.objects.get().activity.kind == Activity.Kind.IMPORT
    assert not Upload.objects.exists()
    assert api.post(f"{dry_run['url']}apply/").status_code == 409  # it is imported already
    assert api.post(f"{dry_run['url']}undo/").status_code == 409  # nothing was imported


def test_an_import_is_undone(api, event):  # noqa: F811
    job = send(api, "?apply=true", headers={"Prefer": "respond-async"})
    assert job["Preference-Applied"] == "respond-async"
    assert job["Retry-After"]
    assert Talk.objects.exists()
    assert api.post(f"{job['Location']}undo/").status_code == 204
    assert not Talk.objects.exists()
    assert Import.objects.get().state == Import.State.UNDONE
    assert api.post(f"{job['Location']}undo/").status_code == 409


def test_what_is_doubtful_is_refused_until_it_is_forced(api, event):  # noqa: F811
    send(api, "?apply=true")
    other = CALENDAR.replace(b"UID:1", b"UID:2").replace(b"From a", b"Another")
    dry_run = send(api, "?mode=replace", other).json()
    assert [one["kind"] for one in dry_run["report"]["concerns"]] == ["talks_vanish", "other_conference"]
    refused = api.post(f"{dry_run['url']}apply/").json()
    assert (refused["state"], refused["report"]) == ("failed", None)
    assert "1 of 1" in refused["problem"]
    done = api.post(f"{dry_run['url']}apply/?force=true").json()
    assert (done["state"], done["report"]["gone"]) == ("done", ["From a calendar"])
    assert Import.objects.filter(forced=True).count() == 1


def test_a_file_that_cannot_be_read_is_a_failed_job(api, event):  # noqa: F811
    job = send(api, data=b"hello").json()
    named("ImportJob").validate(job)
    assert job["state"] == "failed"
    assert job["problem"]
    assert send(api, "?timezone=Mars").status_code == 400
    assert send(api, "?wait=1").status_code == 400


def test_into_a_new_event_with_the_name_of_the_file(api):  # noqa: F811
    file = SimpleUploadedFile("plan.ics", CALENDAR)
    address = "/api/v1/imports/?event=fresh&apply=true&timezone=Asia/Tokyo"
    job = api.post(address, {"file": file}, **ASYNC).json()
    assert (job["state"], job["event"]) == ("done", "fresh")
    assert Import.objects.get().source == "plan.ics"
    assert api.post(f"{job['url']}undo/").status_code == 204
    assert not Event.objects.exists()


def test_a_waiting_import_is_cancelled_and_one_at_a_time(api, event, organiser, dry_run):  # noqa: F811
    Job.objects.update(state="waiting", result=None)
    Job.objects.create(kind="tests.other", key=f"import:{event.pk}", owner=organiser)
    assert api.post(f"{dry_run['url']}apply/").status_code == 409  # of a dry run that has not ended
    assert send(api, "?apply=true").status_code == 409
    assert Upload.objects.count() == 1  # the file that was refused is not kept
    assert api.delete(dry_run["url"]).status_code == 204
    answer = api.get(dry_run["url"]).json()
    assert (answer["state"], answer["file_until"]) == ("cancelled", None)
    assert api.post(f"{dry_run['url']}apply/").status_code == 409
    assert not Upload.objects.exists()


def test_only_who_sent_it_and_may_change_the_event_steers_it(api, client, event, organiser, dry_run):  # noqa: F811
    Upload.objects.update(expires_at=timezone.now())
    assert api.post(f"{dry_run['url']}apply/").status_code == 409  # too late
    elsewhere = token(organiser, every_event=False, events=[make.Event(organisers=[organiser])])
    client.logout()
    assert client.get(dry_run["url"]).status_code == 401
    assert client.get(dry_run["url"], headers=elsewhere).status_code == 404
    here = token(organiser, every_event=False, events=[event])
    assert client.get(dry_run["url"], headers=here).status_code == 200
    event.organisers.remove(organiser)
    assert client.post(f"{dry_run['url']}apply/", headers=here).status_code == 403
    client.force_login(make.Organiser())
    assert client.get(dry_run["url"]).status_code == 404
    assert client.delete(dry_run["url"]).status_code == 404
    assert client.get(f"/api/v1/imports/{uuid4()}/").status_code == 404


def test_who_may_not_add_events_imports_none(client, event, organiser):  # noqa: F811
    helper = make.User()
    Role.objects.create(user=helper, event=event, name="organiser")
    limited = token(organiser, every_event=False, events=[event])
    address = "/api/v1/imports/?event=fresh&apply=true&timezone=Asia/Tokyo"
    for headers in (token(helper), limited):
        assert client.post(address, CALENDAR, headers=headers, **TEXT).status_code == 403
    assert not Talk.objects.exists()
