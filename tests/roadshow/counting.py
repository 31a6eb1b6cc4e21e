"""Counting what something costs, the same on every machine: queries of a page, calls of functions."""

import sys
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def count_queries(client, path: str) -> int:
    """How many queries a GET of `path` takes, which has to answer 200."""
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path)
    assert page.status_code == 200, page.text[:500]
    return len(captured)


def count_calls(function: Callable, *arguments) -> int:
    """How many functions, of Python and built in, are called while `function` runs."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return count
