"""A process beside the web workers that keeps the background worker and the embedded PostgreSQL running."""

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator

from roadshow.server.embedded.cluster import Cluster
from roadshow.server.embedded.errors import StartError

logger = logging.getLogger(__name__)

INTERVAL = 0.5  # seconds between looks
WORKER_PAUSE = 2.0  # seconds before a worker that ended is started again
STOP_SECONDS = 20  # for the worker to put running jobs back


@contextlib.contextmanager
def supervised(cluster: Cluster | None, *, worker: bool) -> Iterator[None]:
    """Keep `cluster`, if there is one, and a worker running while the block runs."""
    pid = os.fork()
    if pid == 0:
        _run(cluster, worker)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


def _run(cluster: Cluster | None, worker: bool) -> None:
    """The supervisor's process; it ends with its parent or by SIGTERM."""
    parent = os.getppid()
    with contextlib.suppress(OSError):
        os.setsid()  # Ctrl-C is for the parent, which tells us
    os.closerange(3, 1024)  # the parent's locks
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    child, started = 0, 0.0
    try:
        while not stopped and os.getppid() == parent:
            if cluster:
                _revive(cluster)
            if child and os.waitpid(child, os.WNOHANG)[0]:
                logger.warning("The background worker ended; it is started again.")
                child = 0
            if worker and not child and time.monotonic() - started > WORKER_PAUSE:
                child, started = _start_worker(), time.monotonic()
            time.sleep(INTERVAL)
    finally:
        with contextlib.suppress(
            BaseException
        ):  # whatever happens, the parent's code does not run on in this process
            _stop(child)
        os._exit(0)


def _revive(cluster: Cluster) -> None:
    """Start the database again if it is gone; a failure is logged, and tried again."""
    try:
        if cluster.restart_if_dead():
            logger.error("The embedded PostgreSQL had ended; it was started again.")
    except (StartError, OSError) as error:
        logger.error("The embedded PostgreSQL does not start: %s", error)
        time.sleep(2)


def _start_worker() -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        from django.conf import settings

        from roadshow.jobs.worker import Worker
        from roadshow.server.database import disable_pool
        from roadshow.server.processes import end_with_parent

        settings.METRICS = False  # files of its counters are closed, see _run; jobs are counted by their rows
        end_with_parent()
        disable_pool()
        Worker(grace=3).run()
    except BaseException:
        logger.exception("The background worker failed.")
    finally:
        sys.stderr.flush()
        os._exit(1)


def _stop(child: int) -> None:
    """End the worker: SIGTERM, and SIGKILL when it takes too long."""
    if not child:
        return
    deadline = time.monotonic() + STOP_SECONDS
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGTERM)
        while not os.waitpid(child, os.WNOHANG)[0]:
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.05)
