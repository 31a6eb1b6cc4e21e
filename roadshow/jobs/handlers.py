"""Declare, start and execute jobs.

    @background_job(seconds=600, retries=1)
    def import_links(report: Report, *, upload: str) -> dict:
        for number, link in enumerate(links, 1):
            report(number, len(links))
        return {"added": len(links)}

    job = import_links.start(owner=request.user, next_url=…, upload=key)
    return redirect(job)

The worker executes a handler in a process of its own, so that a time limit, a memory limit and a cancellation end it at
any point; its transaction is then rolled back. Code that must clean up does so in `finally`: a cancellation raises
`JobCancelled` first.

There are two queues, with places of their own in each worker: DEFAULT for what computes, NETWORK for what waits for
other servers, so that mail does not wait for imports.
"""

import contextlib
import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_tasks import task

from roadshow.jobs.models import Job, JobState
from roadshow.journal.actor import acting

BACKOFF = 30  # seconds before the first retry; twice as long before each further one
DEFAULT, NETWORK = "default", "network"  # queues; settings.TASKS has them, too


class Report(Protocol):
    """Report progress: `done` of `total` units, and a message of at most 500 characters."""

    def __call__(self, done: int, total: int = 0, message: str = "") -> None: ...


class JobError(Exception):
    """The work cannot be done; the message is a sentence for the owner. It is not tried again."""


class JobCancelled(BaseException):
    """The owner cancelled the job. Not an Exception: handlers that catch everything let it pass."""


@dataclass(frozen=True)
class BackgroundJob:
    """A handler with its limits; `path` is the dotted path under which a worker finds it."""

    handler: Callable[..., dict | None]
    seconds: int
    retries: int
    memory_mb: int
    label: str | Promise
    queue: str
    keep: bool

    @property
    def path(self) -> str:
        return f"{self.handler.__module__}.{self.handler.__qualname__}"

    def __call__(self, report: Report, **arguments) -> dict | None:
        return self.handler(report, **arguments)

    def start(self, *, owner=None, key: str = "", label: str = "", next_url: str = "", **arguments) -> Job:
        """Queue the job, in the caller's transaction if there is one, and return it.

        `arguments` must be JSON. With a `key`, an active job with the same key is returned instead. Raises TypeError
        when the handler does not take these arguments.
        """
        inspect.signature(self.handler).bind(None, **arguments)
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    kind=self.path,
                    label=str(label or self.label)[:200],
                    owner=owner,
                    key=key,
                    next_url=next_url,
                    language=translation.get_language() or "",
                    arguments=arguments,
                )
        except IntegrityError:
            active = Job.objects.active().filter(key=key).first()
            if not key or active is None:
                raise
            return active
        enqueue(job)
        with contextlib.suppress(Job.DoesNotExist):  # done already, and not kept
            job.refresh_from_db()
        return job


def background_job(
    *,
    seconds: int = 300,
    retries: int = 0,
    memory_mb: int = 1024,
    label: str | Promise = "",
    queue: str = DEFAULT,
    keep: bool = True,
):
    """Declare a handler `(report, **arguments) -> dict | None` as a job.

    `seconds` is the limit of one attempt, `memory_mb` the limit of its process's address space beyond what the worker
    has, `retries` the number of further attempts after an error other than JobError. Without `keep` the row is deleted
    once the job is done.
    """

    def declare(handler: Callable[..., dict | None]) -> BackgroundJob:
        return BackgroundJob(handler, seconds, retries, memory_mb, label, queue, keep)

    return declare


def lookup_handler(kind: str) -> BackgroundJob | None:
    """The handler with that dotted path, if there is one."""
    try:
        found = import_string(kind)
    except ImportError:
        return None
    return found if isinstance(found, BackgroundJob) else None


def find_handler(kind: str) -> BackgroundJob:
    """The handler with that dotted path. Raises JobError when there is none."""
    found = lookup_handler(kind)
    if found is None:
        raise JobError(_("This version of Roadshow has no job of the kind “%(kind)s”.") % {"kind": kind})
    return found


def enqueue(job: Job, *, after: timedelta | None = None) -> None:
    """Put the job's task into the queue, to be run now or after a delay."""
    handler = lookup_handler(job.kind)
    queue = handler.queue if handler else DEFAULT
    run_after = timezone.now() + after if after else None
    run_job.using(queue_name=queue, run_after=run_after).enqueue(str(job.pk))


@task()
def run_job(pk: str) -> None:
    """Execute a job in this process, without limits: the task behind every job.

    The worker calls `execute` in a child process instead; this runs with the immediate backend, such as in tests.
    """
    job = claim(pk)
    if job is None:
        return

    def report(done: int, total: int = 0, message: str = "") -> None:
        save_progress(job, done, total, message)
        if job.cancel_requested:
            raise JobCancelled

    finish(job, execute(job, report))


def claim(pk: str) -> Job | None:
    """Mark a waiting job as running and return it; None when it is gone, cancelled or taken."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=pk, state=JobState.WAITING)
    if not waiting.update(state=JobState.RUNNING, started_at=now, seen_at=now, attempts=F("attempts") + 1):
        return None
    return Job.objects.get(pk=pk)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: its state, result, sentence and traceback; whether another attempt may help."""

    state: JobState
    result: dict | None = None
    problem: str = ""
    traceback: str = ""
    may_retry: bool = False


def execute(job: Job, report: Report) -> Outcome:
    """Call the job's handler, in its owner's language, and describe what came of it; raises nothing."""
    with translation.override(job.language or None):
        return _execute(job, report)


def _execute(job: Job, report: Report) -> Outcome:
    try:
        with acting(lambda: job.owner_id):
            return Outcome(JobState.DONE, find_handler(job.kind)(report, **job.arguments))
    except JobError as error:
        return Outcome(JobState.FAILED, problem=str(error), traceback=traceback.format_exc())
    except JobCancelled:
        return Outcome(JobState.CANCELLED)
    except MemoryError:
        return Outcome(JobState.FAILED, problem=_("It needed more memory than it may take."))
    except Exception:
        return Outcome(
            JobState.FAILED,
            problem=_("Something went wrong; operators see the details."),
            traceback=traceback.format_exc(),
            may_retry=True,
        )


def save_progress(job: Job, done: int, total: int, message: str) -> None:
    """Store progress, and read whether a cancellation was requested into `job.cancel_requested`."""
    job.done, job.total, job.message, job.seen_at = done, total, message[:500], timezone.now()
    job.save(update_fields=["done", "total", "message", "seen_at"])
    job.refresh_from_db(fields=["cancel_requested"])


def finish(job: Job, outcome: Outcome) -> None:
    """Store the outcome, or queue the next attempt after a delay."""
    if outcome.may_retry and can_retry(job):
        job.state, job.problem, job.traceback = JobState.WAITING, outcome.problem, outcome.traceback
        job.save(update_fields=["state", "problem", "traceback"])
        enqueue(job, after=timedelta(seconds=BACKOFF * 2 ** (job.attempts - 1)))
        return
    job.state, job.result = outcome.state, outcome.result
    if outcome.state == JobState.DONE and not find_handler(job.kind).keep:
        Job.objects.filter(pk=job.pk).delete()
        return
    job.problem, job.traceback = outcome.problem[:500], outcome.traceback
    job.finished_at = timezone.now()
    job.save(update_fields=["state", "result", "problem", "traceback", "finished_at"])


def can_retry(job: Job) -> bool:
    """Whether the handler allows another attempt, and the queue can delay it."""
    if job.cancel_requested or not run_job.get_backend().supports_defer:
        return False
    try:
        return job.attempts <= find_handler(job.kind).retries
    except JobError:
        return False


def run_again(job: Job) -> None:
    """Queue a finished job once more, with all its attempts."""
    job.state, job.attempts, job.cancel_requested = JobState.WAITING, 0, False
    job.problem, job.traceback, job.result, job.finished_at = "", "", None, None
    job.save()
    enqueue(job)
