"""The worker: children with limits, cancellation, retries, lost jobs and periodic jobs."""

import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from roadshow.jobs.models import Job, JobState
from roadshow.jobs.queue import LOST_AFTER, LostJobs, start_periodic_jobs
from roadshow.jobs.worker import Worker
from tests.roadshow.processes import eventually

from . import handlers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def database_queue(settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def work(*jobs: Job, **options) -> list[str]:
    """Run what is queued; the states of the jobs afterwards."""
    Worker(batch=True, **options).run()
    for job in jobs:
        job.refresh_from_db()
    return [job.state for job in jobs]


def test_jobs_run_in_processes_of_their_own_and_leave_the_queue():
    jobs = [
        handlers.count.start(to=2),
        handlers.refuse.start(),
        handlers.die.start(),
        handlers.take_memory.start(),
    ]
    assert {job.state for job in jobs} == {"waiting"}
    assert work(*jobs) == ["done", "failed", "failed", "failed"]
    assert jobs[0].result == {"counted": 2}
    assert jobs[0].message == "number 2"
    assert "(9)" in jobs[2].problem
    assert "memory" in jobs[3].problem
    assert not DBTaskResult.objects.exists()


def test_what_waits_for_other_servers_does_not_wait_for_what_computes():
    job, mail = handlers.wait.start(seconds=60), handlers.send.start()
    worker = Worker(batch=True, concurrency=1, network=1)

    def stop_when_sent():
        eventually(lambda: Job.objects.get(pk=job.pk).done and not Job.objects.filter(pk=mail.pk).exists())
        Job.objects.request_cancel()
        connections.close_all()

    thread = threading.Thread(target=stop_when_sent)
    thread.start()
    worker.run()
    thread.join()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_job_over_its_time_is_ended():
    job = handlers.wait_too_long.start()
    assert work(job) == ["failed"]
    assert "longer" in job.problem


def test_a_cancelled_job_ends_and_is_not_tried_again():
    job = handlers.wait.start(seconds=60)

    def cancel():
        eventually(lambda: Job.objects.get(pk=job.pk).done)
        Job.objects.request_cancel()
        connections.close_all()

    thread = threading.Thread(target=cancel)
    thread.start()
    assert work(job) == ["cancelled"]
    thread.join()


def test_an_error_is_tried_again_later_as_often_as_allowed():
    job = handlers.fail.start()
    assert work(job) == ["waiting"]
    again = DBTaskResult.objects.get()
    assert again.run_after > timezone.now() + timedelta(seconds=10)
    DBTaskResult.objects.update(run_after=timezone.now())
    assert work(job) == ["failed"]
    assert job.attempts == 2


def test_a_stopped_worker_puts_its_job_back():
    job = handlers.wait.start(seconds=60)
    worker = Worker(batch=True, grace=0.1)

    def stop():
        eventually(lambda: Job.objects.get(pk=job.pk).done)
        worker.stop()
        connections.close_all()

    thread = threading.Thread(target=stop)
    thread.start()
    worker.run()
    thread.join()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("waiting", 0)
    assert DBTaskResult.objects.count() == 1


def test_the_job_of_a_worker_that_died_is_taken_over_a_few_times():
    job = handlers.count.start(to=1)
    for state in ("waiting", "waiting", "failed"):
        Job.objects.update(state=JobState.RUNNING, attempts=job.attempts + 1, seen_at=timezone.now())
        lost = LostJobs()
        lost.requeue(now=1000)
        lost.requeue(now=1000 + LOST_AFTER - 1)
        assert Job.objects.get().state == JobState.RUNNING
        lost.requeue(now=1000 + LOST_AFTER)
        job.refresh_from_db()
        assert job.state == state


def test_a_job_with_signs_of_life_is_not_lost_whatever_the_clock_says():
    handlers.count.start(to=1)
    lost = LostJobs()
    for seconds in range(0, 10 * LOST_AFTER, LOST_AFTER // 2):
        jump = timedelta(hours=seconds % 3)  # of the database's clock, forwards and back
        Job.objects.update(state=JobState.RUNNING, attempts=1, seen_at=timezone.now() - jump)
        lost.requeue(now=seconds)
    assert Job.objects.get().state == JobState.RUNNING
    lost.forget()  # the database was away
    lost.requeue(now=10**6)
    assert Job.objects.get().state == JobState.RUNNING


def test_children_end_with_their_worker():
    job = handlers.wait.start(seconds=60)
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            Worker().run()
        finally:
            os._exit(0)
    eventually(lambda: Job.objects.get(pk=job.pk).done)
    assert User.objects.count() == 1
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    name = connections["default"].settings_dict["NAME"]

    def others() -> int:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [name]
            )
            return cursor.fetchone()[0]

    eventually(lambda: others() == 0)


def test_periodic_jobs_start_when_they_are_due(settings):
    settings.PERIODIC_JOBS = {handlers.refuse.path: 60}
    start_periodic_jobs()
    start_periodic_jobs()
    assert Job.objects.count() == 1
    work()
    start_periodic_jobs()
    assert Job.objects.count() == 1
    Job.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    start_periodic_jobs()
    assert Job.objects.count() == 2


def test_the_worker_waits_for_a_database_that_is_away(settings, monkeypatch, caplog):
    job = handlers.count.start(to=1)
    worker = Worker(batch=True)
    take, calls = worker.take_task, []

    def take_late():
        calls.append(time.monotonic())
        if len(calls) == 1:
            connections["default"].close()
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return take()

    monkeypatch.setattr(worker, "take_task", take_late)
    worker.run()
    job.refresh_from_db()
    assert job.state == "done"
    assert "waits for the database" in caplog.text
