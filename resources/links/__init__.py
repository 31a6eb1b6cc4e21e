"""Requests to the URLs of links, through the guard: whether they work, and their pages' metadata."""

from .archive import find_archived_copy
from .background import iterate_checks
from .checking import FAILED, LATER, OK, CheckResult, Pace, check_urls
from .metadata import PageMetadata, extract_metadata, fetch_metadata, guess_kind

__all__ = [
    "FAILED",
    "LATER",
    "OK",
    "CheckResult",
    "Pace",
    "PageMetadata",
    "check_urls",
    "extract_metadata",
    "fetch_metadata",
    "find_archived_copy",
    "guess_kind",
    "iterate_checks",
]
