"""The worker: takes tasks from the queue in PostgreSQL and runs each in a child process with limits.

The parent process stores progress and outcomes, which children send it as lines of JSON through a pipe. It survives a
database that is away, ends children that exceed their time or were cancelled, requeues jobs of workers that died, and
starts periodic jobs (`settings.PERIODIC_JOBS`). Several workers, also on several machines, share one queue.
"""

import contextlib
import logging
import os
import select
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from roadshow.jobs.children import KILL_AFTER, Child, fork_child
from roadshow.jobs.handlers import (
    NETWORK,
    JobError,
    Outcome,
    claim,
    find_handler,
    finish,
    run_job,
)
from roadshow.jobs.models import Job, JobState
from roadshow.jobs.queue import TASK_SECONDS, LostJobs, held_rows, requeue, start_periodic_jobs

logger = logging.getLogger(__name__)

POLL = 0.5  # seconds between looks into an empty queue
SIGN_OF_LIFE = 5  # seconds between updates of `seen_at`


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
    lost: LostJobs = field(default_factory=LostJobs)

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
            if child.job and not held_rows(child.job).update(seen_at=Now()):
                child.ask_to_end("lost")

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
        self.children.append(fork_child(task, job, seconds))

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
            child.read()
            if child.progress and child.job:
                held_rows(child.job).update(**child.progress, seen_at=Now())
                child.progress = None
            if child.ended:
                self.settle(child)
                self.children.remove(child)

    def settle(self, child: Child) -> None:
        """Store how a child ended; a task of a job leaves the queue, the job tells the rest."""
        outcome = child.outcome or child.describe_end(0)
        if child.job is None:
            if outcome.state == JobState.FAILED:
                DBTaskResult.objects.filter(pk=child.task.pk, status=TaskResultStatus.RUNNING).update(
                    status=TaskResultStatus.FAILED,
                    finished_at=timezone.now(),
                    traceback=outcome.problem,
                )
            return
        with transaction.atomic():
            job = held_rows(child.job).select_for_update().first()
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
                child.ask_to_end("cancelled")
            elif time.monotonic() > child.deadline:
                child.ask_to_end("time")

    def finish_children(self) -> None:
        """Let running tasks finish within `grace` seconds, end the others, and store how they ended."""
        deadline = time.monotonic() + self.grace
        while self.children and time.monotonic() < deadline + KILL_AFTER + 5:
            if time.monotonic() > deadline:
                for child in self.children:
                    child.ask_to_end("stop")
            self.wait_for_children(0.2)
            try:
                self.read_children()
            except (DatabaseError, InterfaceError) as error:
                self.warn_about(error)
                time.sleep(0.5)
