"""Archived copies of pages that no longer exist."""

import json
from urllib.parse import quote

from roadshow.core.url_normalization import normalise_url
from roadshow.http import guard

SERVICE = "https://archive.org/wayback/available?url="


def find_archived_copy(url: str, *, service: str = SERVICE) -> str:
    """The newest archived copy that the Wayback Machine's availability API names; empty if none is known."""
    try:
        response = guard.fetch_url(service + quote(url, safe=""), limit=65536, timeout=10)
        found = json.loads(response.body)["archived_snapshots"]["closest"]
        return (
            normalise_url(found["url"].replace("http://web.", "https://web.", 1))
            if found["available"]
            else ""
        )
    except (guard.FetchFailed, ValueError, KeyError, TypeError, AttributeError):
        return ""
