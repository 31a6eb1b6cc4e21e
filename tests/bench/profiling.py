"""Where the time of a page goes that is made anew: processor time by kind of work, and the functions that take most."""

import gc
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType

from django.db import connection
from django.test import RequestFactory, override_settings

from .pages import Page
from .urls import CONTROL

INTERVAL = 0.001  # seconds of processor time between two looks at the stack
ATTEMPTS = 12
SECONDS = 2.0  # of processor time for each page
TOP = 25  # functions that are named
KINDS = (  # kind of work: files whose functions do it, the innermost that matches counts
    ("compiling SQL", r"django/db/models/(sql|lookups|expressions|functions|aggregates)|postgres/"),
    ("asking the database", r"psycopg|django/db/backends|roadshow/server/database"),
    ("building models", r"django/db/models/"),
    ("addresses", r"django/urls"),
    ("translations", r"django/utils/(translation|formats)|gettext|babel"),
    ("templates", r"django/template|template_partials|jinja2|templatetags|<template>|^templates/"),
    ("serializing", r"rest_framework|orjson|roadshow/api|/serializers"),
    ("compressing", r"gzip"),
    ("middleware", r"middleware|http/caching|django/contrib/(sessions|messages|auth)|csp|axes|allauth|htmx"),
    ("text", r"core/text|markdown_it|nh3|core/(colors|emblems)"),
)


def processor_time(url: str, handler: Callable, factory: RequestFactory, count: int) -> float:
    """Milliseconds of processor time of one request, of this process alone: the least of a few attempts."""
    found = []
    for _ in range(ATTEMPTS):
        start = time.process_time()
        for _ in range(count):
            respond(handler, factory, url)
        found.append((time.process_time() - start) / count * 1000)
    return min(found)


def respond(handler: Callable, factory: RequestFactory, url: str) -> None:
    status: list[str] = []
    environ = factory.get(url).environ
    response = handler(environ, lambda line, _headers: status.append(line))
    b"".join(response)
    response.close()
    assert status[0].startswith("200"), (url, status)


def profile(page: Page, session: str = "") -> str:
    """Lines that say what a page costs and where its time goes, without anything cached."""
    from .wsgi import control, portal

    factory = RequestFactory(SERVER_NAME="127.0.0.1", headers={"accept-encoding": "gzip"})
    if session:
        factory.cookies["sessionid"] = session
    with override_settings(CACHE_RESPONSES=False):
        respond(portal, factory, page.path)
        queries: list[str] = []
        with connection.execute_wrapper(count_into(queries)):
            respond(portal, factory, page.path)
        gc.collect()
        each = processor_time(page.path, portal, factory, 4)
        unit = processor_time(CONTROL, control, factory, 100)
        kinds, functions = sample(lambda: respond(portal, factory, page.path))
    lines = [
        f"{page.name}: {each:.1f} ms of processor time, {each / unit:.0f} × a bare view; {len(queries)} queries"
    ]
    whole = sum(kinds.values())
    lines += [
        f"{part / whole:>6.0%}  {each * part / whole:>6.2f} ms  {kind}" for kind, part in kinds.most_common()
    ]
    lines += ["", *(f"{part / whole:>6.1%}  {name}" for name, part in functions.most_common(TOP)), ""]
    return "\n".join(lines)


def count_into(queries: list[str]) -> Callable:
    def execute(run, sql, parameters, many, context):
        queries.append(sql)
        return run(sql, parameters, many, context)

    return execute


def sample(work: Callable[[], None]) -> tuple[Counter, Counter]:
    """How many samples each kind of work and each function had."""
    kinds, functions = Counter[str](), Counter[str]()

    def look(_signal: int, frame: FrameType | None) -> None:
        if frame:
            code = frame.f_code
            kinds[kind_of(frame)] += 1
            functions[f"{short(code.co_filename)}:{code.co_firstlineno} {code.co_name}"] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    start = time.process_time()
    try:
        while time.process_time() - start < SECONDS:
            work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    scale = (
        (time.process_time() - start) / INTERVAL / max(1, sum(kinds.values()))
    )  # signals that came together
    for counter in (kinds, functions):
        for name in counter:
            counter[name] = round(counter[name] * scale)
    return kinds, functions


def kind_of(frame: FrameType | None) -> str:
    """The kind of work of the innermost function of a stack that has one."""
    while frame:
        for kind, pattern in KINDS:
            if re.search(pattern, frame.f_code.co_filename):
                return kind
        frame = frame.f_back
    return "other"


def short(path: str) -> str:
    return re.sub(r".*/(site-packages|lib/python3\.\d+)/", "", path)[-60:]
