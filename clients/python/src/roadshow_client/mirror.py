"""A folder that follows an event: a file for each record, brought up to date by the feed of changes."""

import json
from pathlib import Path
from uuid import UUID

from .portal import Portal

STATE = "state.json"


def mirror_event(portal: Portal, event: str, folder: Path) -> dict[str, int]:
    """Bring a folder up to date; how many records were written and deleted. Once more, it fetches what changed.

    Records are at <kind>/<guid>.json. `state.json` has the address to go on from; it is written last, so a broken
    run is repeated.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / STATE
    state = json.loads(file.read_text()) if file.exists() else {"next": f"/api/v1/changes/?event={event}"}
    counts = {"written": 0, "deleted": 0}
    for entry, following in portal.changes(state["next"]):
        record = find_path(folder, entry)
        if entry["operation"] == "delete":
            counts["deleted"] += record.exists()
            record.unlink(missing_ok=True)
        else:
            record.parent.mkdir(exist_ok=True)
            write_json(record, entry["record"])
            counts["written"] += 1
        state["next"] = following
    write_json(file, state)
    return counts


def find_path(folder: Path, entry: dict) -> Path:
    """The file of a record. Raises ValueError on what is no kind and GUID: it never leaves the folder."""
    if not entry["kind"].isalpha():
        raise ValueError(entry["kind"])
    return folder / entry["kind"] / f"{UUID(entry['guid'])}.json"


def write_json(file: Path, value: dict) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(file)
