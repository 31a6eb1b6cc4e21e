"""Jobs for tests: they succeed, fail, wait, take memory or die."""

import os
import time

from django.contrib.auth.models import User

from roadshow.jobs.handlers import NETWORK, JobError, background_job


@background_job(label="Count")
def count(report, *, to: int) -> dict:
    for number in range(1, to + 1):
        report(number, to, f"number {number}")
    return {"counted": to}


@background_job()
def refuse(report) -> None:
    raise JobError("The file is empty.")


@background_job(retries=1)
def fail(report) -> None:
    raise ValueError("a mistake")


@background_job()
def wait(report, *, seconds: float) -> None:
    User.objects.create(username="unfinished")
    report(1, 2)
    time.sleep(seconds)


@background_job(seconds=1)
def wait_too_long(report) -> None:
    time.sleep(60)


@background_job(memory_mb=50)
def take_memory(report) -> None:
    bytearray(500 * 1024 * 1024)


@background_job()
def die(report) -> None:
    os._exit(9)


@background_job(queue=NETWORK, keep=False)
def send(report) -> None:
    report(1, 1)
