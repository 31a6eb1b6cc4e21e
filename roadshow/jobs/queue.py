"""The queue of jobs: rows that this worker holds, jobs of workers that died, and periodic jobs."""

import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from roadshow.jobs.handlers import BackgroundJob, Outcome, enqueue, finish, run_job
from roadshow.jobs.models import Job, JobState

LOST_AFTER = 30  # seconds without a sign of life after which another worker takes a job over
MOST_LOST = 3  # attempts of a job whose workers died
TASK_SECONDS = 300  # limit of tasks that are not jobs
SCHEDULE_LOCK = 7_623_468_238  # advisory lock of the workers, while one starts periodic jobs


def held_rows(job: Job) -> QuerySet[Job]:
    """The job's row, unless another worker has taken it over since."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def requeue(job: Job) -> None:
    """Put an interrupted job back into the queue; the attempt does not count."""
    job.state, job.attempts = JobState.WAITING, max(0, job.attempts - 1)
    job.save(update_fields=["state", "attempts"])
    enqueue(job)


@dataclass
class LostJobs:
    """Finds running jobs whose sign of life has not changed for LOST_AFTER seconds of this process's own clock.

    The database's clock may jump, and after an outage all signs are old: neither means that a worker has died.
    """

    watched: dict[tuple, float] = field(
        default_factory=dict
    )  # (job, attempt, sign of life) → when first seen

    def forget(self) -> None:
        """Begin anew, as after an outage of the database, during which nobody could give a sign."""
        self.watched = {}

    def requeue(self, now: float | None = None) -> None:
        """Look at all running jobs; queue again those whose worker has died. Gives up after MOST_LOST attempts."""
        now = time.monotonic() if now is None else now
        running = Job.objects.filter(state=JobState.RUNNING).values_list("pk", "attempts", "seen_at")
        self.watched = {key: self.watched.get(key, now) for key in running}
        for (pk, attempts, seen_at), since in self.watched.items():
            if now - since >= LOST_AFTER:
                requeue_lost_job(pk, attempts, seen_at)
        end_lost_tasks()


@transaction.atomic
def requeue_lost_job(pk, attempts: int, seen_at) -> None:
    """Queue a job again whose worker has died, unless somebody else did."""
    rows = Job.objects.filter(pk=pk, state=JobState.RUNNING, attempts=attempts, seen_at=seen_at)
    job = rows.select_for_update(skip_locked=True).first()
    if job is None:
        return
    if job.cancel_requested:
        finish(job, Outcome(JobState.CANCELLED))
    elif job.attempts < MOST_LOST:
        job.state = JobState.WAITING
        job.save(update_fields=["state"])
        enqueue(job)
    else:
        finish(job, Outcome(JobState.FAILED, problem=_("The worker died each time it was run.")))


def end_lost_tasks() -> None:
    """Mark tasks that are not jobs as failed when they run longer than any may."""
    DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING,
        started_at__lt=Now() - timedelta(seconds=LOST_AFTER + TASK_SECONDS),
    ).exclude(task_path=run_job.module_path).update(
        status=TaskResultStatus.FAILED, finished_at=Now(), traceback="The worker died."
    )


def start_periodic_jobs() -> None:
    """Start the jobs of `settings.PERIODIC_JOBS` (dotted path → seconds) that are due; workers take turns."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SCHEDULE_LOCK])
            if not cursor.fetchone()[0]:
                return
        now = timezone.now()
        for path, seconds in settings.PERIODIC_JOBS.items():
            last = (
                Job.objects.filter(kind=path)
                .order_by("-created_at")
                .values_list("created_at", "state")
                .first()
            )
            if last and (last[1] in (JobState.WAITING, JobState.RUNNING)):
                continue
            if last and last[0] <= now < last[0] + timedelta(seconds=seconds):
                continue
            handler = import_string(path)
            assert isinstance(handler, BackgroundJob), path  # noqa: S101 - a mistake in settings
            handler.start(key=path)
