"""Jobs: started, followed, cancelled and shown to their owner."""

import pytest
from django.urls import reverse

from roadshow.jobs.handlers import claim, run_job, save_progress
from roadshow.jobs.models import Job, JobState
from tests import factories

from . import handlers

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser():
    return factories.Organiser()


def waiting(**values) -> Job:
    return Job.objects.create(kind=handlers.count.path, arguments={"to": 3}, **values)


def test_a_job_reports_progress_and_stores_its_result():
    job = handlers.count.start(to=3)
    assert (job.state, job.done, job.total, job.message) == (JobState.DONE, 3, 3, "number 3")
    assert job.result == {"counted": 3}
    assert job.finished_at >= job.started_at
    assert str(job) == "Count"


def test_arguments_are_checked_when_a_job_is_started():
    with pytest.raises(TypeError):
        handlers.count.start(too=3)
    assert not Job.objects.exists()


def test_a_job_that_cannot_be_done_says_why():
    job = handlers.refuse.start()
    assert (job.state, job.problem) == (JobState.FAILED, "The file is empty.")


def test_an_error_keeps_its_traceback_for_operators():
    job = handlers.fail.start()
    assert job.state == JobState.FAILED
    assert "a mistake" not in job.problem
    assert "ValueError: a mistake" in job.traceback


def test_an_unknown_kind_is_a_failure():
    job = Job.objects.create(kind="os.system", arguments={})
    run_job.enqueue(str(job.pk))
    job.refresh_from_db()
    assert (job.state, "os.system" in job.problem) == (JobState.FAILED, True)


def test_one_job_per_key_is_active():
    first = waiting(key="import:1")
    assert handlers.count.start(key="import:1", to=3) == first
    Job.objects.filter(pk=first.pk).request_cancel()
    assert handlers.count.start(key="import:1", to=3) != first


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_told():
    first, second = waiting(), waiting()
    running = claim(str(second.pk))
    assert Job.objects.request_cancel() == 2
    first.refresh_from_db()
    assert first.state == JobState.CANCELLED
    assert claim(str(first.pk)) is None
    save_progress(running, 1, 3, "")
    assert running.cancel_requested


def test_owners_follow_and_cancel_their_jobs_and_nobody_else_does(client, organiser):
    job = waiting(owner=organiser)
    pages = [reverse("jobs:job", args=[job.pk]), reverse("jobs:state", args=[job.pk])]
    assert [client.get(page).status_code for page in pages] == [302, 302]
    client.force_login(factories.Organiser())
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert client.post(reverse("jobs:cancel", args=[job.pk])).status_code == 404
    client.force_login(organiser)
    assert b"<progress" in client.get(pages[0]).content
    assert client.get(pages[1]).json()["state"] == "waiting"
    assert client.post(reverse("jobs:cancel", args=[job.pk])).status_code == 302
    assert client.get(pages[1]).json()["state"] == "cancelled"


def test_a_finished_job_leads_to_its_result(client, organiser):
    job = handlers.count.start(owner=organiser, to=1, next_url="/events/")
    client.force_login(organiser)
    answer = client.get(job.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, "/events/")


def test_failed_jobs_are_shown_in_the_admin_and_run_again(client, organiser):
    job = handlers.refuse.start(owner=organiser)
    client.force_login(organiser)
    page = client.get(reverse("admin:jobs_job_change", args=[job.pk])).content.decode()
    assert "The file is empty." in page
    assert "Traceback" not in page
    data = {"action": "run_again", "_selected_action": [str(job.pk)]}
    client.post(reverse("admin:jobs_job_changelist"), data)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
