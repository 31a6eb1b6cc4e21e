"""What JSON looks like: the keys by which a program's files are told apart."""

from typing import Any

from .pick import dicts, follow
from .prepare import records


def first_record(root: Any, path: str = "") -> dict:
    """The first record of a list, at a path or at the top; empty where there is none."""
    found = dicts(follow(root, path) if path else root)
    return found[0] if found else {}


def has_all(record: Any, *keys: str) -> bool:
    """Whether a record has all of these keys."""
    return isinstance(record, dict) and all(key in record for key in keys)


def has_any(record: Any, *keys: str) -> bool:
    """Whether a record has one of these keys."""
    return isinstance(record, dict) and any(key in record for key in keys)


def is_pretalx_list(root: Any) -> bool:
    first = (records(root) or [{}])[0]
    return has_all(first, "code", "title") and has_any(
        first, "submission_type", "state", "speakers", "slot", "slots"
    )


def is_indico(root: Any) -> bool:
    if not isinstance(root, dict):
        first = first_record(root)
        return has_any(first, "_fossil", "start_dt", "contributionId") and "title" in first
    results = root.get("results")
    if isinstance(results, list):
        return has_any(first_record(results), "contributions", "_fossil", "_type")
    return isinstance(results, dict) and any(isinstance(part, dict) for part in results.values())


def is_voc_submission(root: Any) -> bool:
    first = (records(root) or [{}])[0]
    return has_all(first, "title") and has_any(
        first, "event_classifiers", "origin", "submission_type", "public_url"
    )
