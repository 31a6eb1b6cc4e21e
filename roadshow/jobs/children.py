"""The child process of a task: its limits, what it reports through a pipe, and how its end is understood."""

import contextlib
import json
import os
import resource
import signal
import time
import traceback
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from roadshow.jobs.handlers import JobCancelled, Outcome, execute, find_handler
from roadshow.jobs.models import Job, JobState
from roadshow.server.database import close_all
from roadshow.server.processes import end_with_parent

KILL_AFTER = 5  # seconds between asking a child to end and killing it


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

    def read(self) -> None:
        """Take what the process has written; note its end."""
        while not self.ended:
            try:
                part = os.read(self.pipe, 65536)
            except BlockingIOError:
                return
            if part:
                *lines, self.buffer = (self.buffer + part).split(b"\n")
                for line in lines:
                    self._take_line(json.loads(line))
            else:
                os.close(self.pipe)
                _pid, status = os.waitpid(self.pid, 0)
                self.ended = True
                if self.outcome is None or self.outcome.state == JobState.CANCELLED:
                    self.outcome = self.describe_end(os.waitstatus_to_exitcode(status))

    def _take_line(self, line: dict) -> None:
        if "state" in line:
            self.outcome = Outcome(**line | {"state": JobState(line["state"])})
        else:
            self.progress = line

    def describe_end(self, code: int) -> Outcome:
        """The outcome of a process that ended without one; `code` is negative for a signal."""
        if self.why in ("cancelled", "stop"):
            return Outcome(JobState.CANCELLED)
        if self.why == "time":
            return Outcome(JobState.FAILED, problem=_("It took longer than it may."))
        return Outcome(
            JobState.FAILED,
            problem=_("Its process ended unexpectedly (%(code)s).") % {"code": code},
            may_retry=True,
        )

    def ask_to_end(self, why: str) -> None:
        """Send SIGTERM the first time, SIGKILL when the process had its time to clean up."""
        if self.ended:
            return
        if not self.why:
            self.why, self.deadline = why, time.monotonic() + KILL_AFTER
            os.kill(self.pid, signal.SIGTERM)
        elif time.monotonic() > self.deadline:
            os.kill(self.pid, signal.SIGKILL)


def fork_child(task: DBTaskResult, job: Job | None, seconds: int) -> Child:
    """Start a process that runs the task, at most `seconds`."""
    reading, writing = os.pipe()
    close_all()  # a child must not share a connection
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        run_child(task, job, writing, seconds)
    os.close(writing)
    os.set_blocking(reading, False)
    return Child(pid, reading, task, job, time.monotonic() + seconds)


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
