"""Counting the queries of a page for a visitor without an account."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def count_queries(client, path: str) -> int:
    """How many queries a GET of `path` takes, which has to answer 200."""
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path)
    assert page.status_code == 200, page.text[:500]
    return len(captured)
