"""Values out of JSON whose keys differ from program to program."""

from collections.abc import Iterable
from typing import Any

from ..schedule_json.read import as_list, as_text


def follow(value: Any, path: str) -> Any:
    """What stands at a path of keys and indexes ("slot.room", "slots.0.start"); None where there is nothing."""
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def pick(value: Any, paths: str) -> Any:
    """The first thing that is not empty at one of the paths ("room.name|room"); None where there is none."""
    for path in paths.split("|"):
        found = follow(value, path)
        if found not in (None, "", [], {}):
            return found
    return None


def pick_text(value: Any, paths: str) -> str:
    """The same as text; several paths joined by "+" are joined by a blank ("first+last")."""
    for alternative in paths.split("|"):
        parts = [as_text(follow(value, path)) for path in alternative.split("+")]
        text = " ".join(part for part in parts if part.strip())
        if text:
            return text
    return ""


def pick_list(value: Any, paths: str) -> list:
    """The list at one of the paths; a single value is a list of one."""
    found = pick(value, paths)
    return found if isinstance(found, list) else [] if found is None else [found]


def dicts(values: Any) -> list[dict]:
    return [value for value in as_list(values) if isinstance(value, dict)]


def index_by(records: Iterable[dict], key: str) -> dict[str, dict]:
    """Records by the text of one of their values."""
    return {as_text(record.get(key)): record for record in records if as_text(record.get(key))}


def join_records(values: Any, records: dict[str, dict]) -> list:
    """Ids, or records with an id alone, replaced by what they refer to; what refers to nothing stays."""
    joined: list[Any] = []
    for value in values if isinstance(values, list) else [] if values is None else [values]:
        if isinstance(value, dict):
            key = next((as_text(value[name]) for name in ("guid", "id", "code", "uid") if name in value), "")
            joined.append(records.get(key, {}) | {name: part for name, part in value.items() if part})
        else:
            joined.append(records.get(as_text(value), value))
    return joined
