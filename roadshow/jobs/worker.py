"""The worker: takes tasks from the queue in PostgreSQL and runs each in a child process with limits.

The parent process stores progress and outcomes, which children send it as lines of JSON through a pipe. It survives a
database that is away, ends children that exceed their time or were cancelled, requeues jobs of workers that died, and
starts periodic jobs (`settings.PERIODIC_JOBS`). Several workers, also on several machines, share one queue.
"""

import contextlib
import json
import logging
import os
import resource
import select
import signal
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from roadshow.jobs.handlers import (
    NETWORK,
    BackgroundJob,
    JobCancelled,
    JobError,
    Outcome,
    claim,
    enqueue,
    execute,
    find_handler,
    finish,
    run_job,
)
from roadshow.jobs.models import Job, JobState
from roadshow.server.database import close_all
from roadshow.server.processes import end_with_parent

logger = logging.getLogger(__name__)

POLL = 0.5  # seconds between looks into an empty queue
SIGN_OF_LIFE = 5  # seconds between updates of `seen_at`
LOST_AFTER = 30  # seconds without a sign of life after which another worker takes a job over
MOST_LOST = 3  # attempts of a job whose workers died
KILL_AFTER = 5  # seconds between asking a child to end and killing it
TASK_SECONDS = 300  # limit of tasks that are not jobs
SCHEDULE_LOCK = 7_623_468_238  # advisory lock of the workers, while one starts periodic jobs


@dataclass
class Child:
    """A running task: its process, the pipe it writes to, and its deadline by the monotonic clock."""

    pid: int
    pipe: int
    task: DBTaskResult
    job: Job | None
    deadline: float
    why: str = ""  # "cancelled", "time" or "stop" once it was asked to end
    buffer: bytes = b""
    outcome: Outcome | None = None
    progress: dict | None = None
    ended: bool = False


@dataclass
class Worker:
    """Runs tasks until told to stop; `batch` stops when the queue is empty.

    `concurrency` children compute at a time, and `network` more wait for other servers.
    """

    concurrency: int = 2
    network: int = 6
    batch: bool = False
    grace: float = 10.0  # seconds that running tasks have to finish after a stop signal
    children: list[Child] = field(default_factory=list)
    stopping: bool = False
    life_at: float = 0.0
    tend_at: float = 0.0
    warned_at: float = -60.0
    lost: "LostJobs" = field(default_factory=lambda: LostJobs())

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        while not self.stopping:
            try:
                idle = self.step()
            except (DatabaseError, InterfaceError) as error:
                self.warn_about(error)
                idle = False
                time.sleep(1)
            if idle and self.batch and not self.children:
                break
        self.finish_children()
        connections.close_all()

    def stop(self, *_signal) -> None:
        self.stopping = True

    def warn_about(self, error: Exception) -> None:
        """Log a database error once a minute, and connect afresh."""
        self.lost.forget()
        if time.monotonic() - self.warned_at >= 60:
            logger.warning("The worker waits for the database: %s", " ".join(str(error).split()))
            self.warned_at = time.monotonic()
        with contextlib.suppress(DatabaseError, InterfaceError):
            connections.close_all()

    def step(self) -> bool:
        """Do once what is due. Returns whether the queue was empty."""
        self.tend()
        task = self.take_task()
        if task:
            self.start(task)
            return False
        self.wait_for_children(POLL)
        return True

    # --- the queue ---------------------------------------------------------------------------------
    def take_task(self) -> DBTaskResult | None:
        """Claim the next task of the queues that have a free place here, if there is one."""
        running = Counter(child.task.queue_name == NETWORK for child in self.children)
        if running[False] >= self.concurrency and running[True] >= self.network:
            return None
        ready = DBTaskResult.objects.ready()
        if running[False] >= self.concurrency:
            ready = ready.filter(queue_name=NETWORK)
        if running[True] >= self.network:
            ready = ready.exclude(queue_name=NETWORK)
        with transaction.atomic():
            task = ready.get_locked()
            if task:
                task.claim(f"{os.uname().nodename}:{os.getpid()}"[:64])
        return task

    def tend(self) -> None:
        """Every second: store what children reported, and look for cancellations, lost jobs and periodic jobs."""
        self.read_children()
        if time.monotonic() < self.tend_at:
            return
        self.tend_at = time.monotonic() + 1
        self.end_children_in_time()
        if time.monotonic() >= self.life_at:
            self.life_at = time.monotonic() + SIGN_OF_LIFE
            self.give_sign_of_life()
            self.lost.requeue()
        if not self.batch:
            start_periodic_jobs()

    def give_sign_of_life(self) -> None:
        for child in self.children:
            if child.job and not own(child.job).update(seen_at=Now()):
                self.ask_to_end(child, "lost")

    # --- children ----------------------------------------------------------------------------------
    def start(self, task: DBTaskResult) -> None:
        """Fork a child that runs the task."""
        job, seconds = None, TASK_SECONDS
        if task.task_path == run_job.module_path:
            job = claim(task.args_kwargs["args"][0])
            if job is None:  # it was cancelled meanwhile, or runs elsewhere
                task.delete()
                return
            try:
                seconds = find_handler(job.kind).seconds
            except JobError as error:
                finish(job, Outcome(JobState.FAILED, problem=str(error)))
                task.delete()
                return
        reading, writing = os.pipe()
        close_all()  # a child must not share a connection
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            run_child(task, job, writing, seconds)
        os.close(writing)
        os.set_blocking(reading, False)
        self.children.append(Child(pid, reading, task, job, time.monotonic() + seconds))

    def wait_for_children(self, seconds: float) -> None:
        """Wait until a child reports something, at most so long."""
        pipes = [child.pipe for child in self.children if not child.ended]
        if pipes:
            select.select(pipes, [], [], seconds)
            time.sleep(0.05)  # several reports become one statement
        else:
            time.sleep(seconds)

    def read_children(self) -> None:
        for child in list(self.children):
            self.read_pipe(child)
            if child.progress and child.job:
                own(child.job).update(**child.progress, seen_at=Now())
                child.progress = None
            if child.ended:
                self.settle(child)
                self.children.remove(child)

    def read_pipe(self, child: Child) -> None:
        """Take what the child has written; note its end."""
        while not child.ended:
            try:
                part = os.read(child.pipe, 65536)
            except BlockingIOError:
                return
            if part:
                *lines, child.buffer = (child.buffer + part).split(b"\n")
                for line in lines:
                    self.take_line(child, json.loads(line))
            else:
                os.close(child.pipe)
                _pid, status = os.waitpid(child.pid, 0)
                child.ended = True
                ended_early = child.outcome is None or child.outcome.state == JobState.CANCELLED
                if ended_early:
                    child.outcome = describe_end(child, os.waitstatus_to_exitcode(status))

    def take_line(self, child: Child, line: dict) -> None:
        if "state" in line:
            child.outcome = Outcome(**line | {"state": JobState(line["state"])})
        else:
            child.progress = line

    def settle(self, child: Child) -> None:
        """Store how a child ended; a task of a job leaves the queue, the job tells the rest."""
        outcome = child.outcome or describe_end(child, 0)
        if child.job is None:
            if outcome.state == JobState.FAILED:
                DBTaskResult.objects.filter(pk=child.task.pk, status=TaskResultStatus.RUNNING).update(
                    status=TaskResultStatus.FAILED,
                    finished_at=timezone.now(),
                    traceback=outcome.problem,
                )
            return
        with transaction.atomic():
            job = own(child.job).select_for_update().first()
            if job and child.why == "stop" and outcome.state == JobState.CANCELLED:
                requeue(job)
            elif job:
                finish(job, outcome)
            DBTaskResult.objects.filter(pk=child.task.pk).delete()
        if job and job.kind in settings.PERIODIC_JOBS:
            Job.objects.filter(kind=job.kind, state=JobState.DONE).exclude(pk=job.pk).delete()

    def end_children_in_time(self) -> None:
        """Ask children to end that were cancelled or are over time; kill those that did not."""
        asked = [child.job.pk for child in self.children if child.job and not child.why]
        cancelled = set()
        if asked:
            cancelled = set(
                Job.objects.filter(pk__in=asked, cancel_requested=True).values_list("pk", flat=True)
            )
        for child in self.children:
            if child.job and child.job.pk in cancelled:
                self.ask_to_end(child, "cancelled")
            elif time.monotonic() > child.deadline:
                self.ask_to_end(child, "time")

    def ask_to_end(self, child: Child, why: str) -> None:
        """Send SIGTERM the first time, SIGKILL when the child had its time to clean up."""
        if child.ended:
            return
        if not child.why:
            child.why, child.deadline = why, time.monotonic() + KILL_AFTER
            os.kill(child.pid, signal.SIGTERM)
        elif time.monotonic() > child.deadline:
            os.kill(child.pid, signal.SIGKILL)

    def finish_children(self) -> None:
        """Let running tasks finish within `grace` seconds, end the others, and store how they ended."""
        deadline = time.monotonic() + self.grace
        while self.children and time.monotonic() < deadline + KILL_AFTER + 5:
            if time.monotonic() > deadline:
                for child in self.children:
                    self.ask_to_end(child, "stop")
            self.wait_for_children(0.2)
            try:
                self.read_children()
            except (DatabaseError, InterfaceError) as error:
                self.warn_about(error)
                time.sleep(0.5)


def own(job: Job):
    """The job's row, unless another worker has taken it over since."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def describe_end(child: Child, code: int) -> Outcome:
    """The outcome of a child that ended without one; `code` is negative for a signal."""
    if child.why in ("cancelled", "stop"):
        return Outcome(JobState.CANCELLED)
    if child.why == "time":
        return Outcome(JobState.FAILED, problem=_("It took longer than it may."))
    return Outcome(
        JobState.FAILED,
        problem=_("Its process ended unexpectedly (%(code)s).") % {"code": code},
        may_retry=True,
    )


def run_child(task: DBTaskResult, job: Job | None, pipe: int, seconds: int) -> None:
    """Run the task in this process, which was forked for it, and exit."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which decides
        signal.signal(signal.SIGTERM, raise_cancelled)
        end_with_parent(signal.SIGKILL)
        if job is None:
            limit_process(seconds, 1024)
            task_runner().run_task(task)
            code = 0
        else:
            limit_process(seconds, find_handler(job.kind).memory_mb)
            outcome = execute(job, lambda *what, **more: send_progress(pipe, *what, **more))
            send(pipe, asdict(outcome))
            code = 0
    except JobCancelled:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def task_runner() -> TaskRunner:
    """The runner of django-tasks-db, of which only `run_task` is used."""
    return TaskRunner(
        queue_names=["*"],
        interval=1,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="",
        excluded_queue_names=[],
    )


def raise_cancelled(*_signal) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: clean-up is not interrupted
    raise JobCancelled


def limit_process(seconds: int, memory_mb: int) -> None:
    """Limit processor time to twice `seconds`, and the address space to `memory_mb` more than now."""
    resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds + 10, 2 * seconds + 20))
    with contextlib.suppress(OSError, ValueError):  # Linux only; not where the limit is lower already
        with open("/proc/self/statm") as file:  # noqa: PTH123
            pages = int(file.read().split()[0])
        limit = pages * resource.getpagesize() + memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def send(pipe: int, line: dict) -> None:
    data = json.dumps(line, default=str).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def send_progress(pipe: int, done: int, total: int = 0, message: str = "") -> None:
    send(pipe, {"done": done, "total": total, "message": str(message)[:500]})


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
