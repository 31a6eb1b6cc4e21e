"""Semantic events: what happened, in the words of the field, in the log of changes beside the changes of records.

A semantic event is a row of `Change` with `data`, under a GUID of its own: it has its place in the order of the feed
and of webhooks, and is never superseded. `data["record"]` is the GUID of the record that it is about; texts are not
copied, so it never says more than is public when it is read. Whoever follows names the kinds: without any they get
records.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import can_curate
from roadshow.core.roles import Permission

from .models import Change

EVENT = "event"  # the `operation` of their entries


@dataclass(frozen=True, slots=True)
class Semantic:
    """A kind of semantic event: the kind of record that it is about, and what else `data` has, as OpenAPI.

    `reader` is "" where everybody may read it, else the permission that it takes, or "curate".
    """

    label: str | Promise
    about: str
    description: str
    data: dict[str, dict]
    reader: str = ""


_COUNT = {"type": "integer", "minimum": 0}
_GUID = {"type": "string", "format": "uuid"}
_MAYBE_GUID = {"type": ["string", "null"], "format": "uuid"}
SEMANTIC: dict[str, Semantic] = {
    "schedule.released": Semantic(
        _("schedule released"),
        "releases",
        "A schedule was released; how many changes of each kind it brought.",
        {"number": {"type": "integer", "minimum": 1}, "slots": _COUNT, "moved": _COUNT, "added": _COUNT,
         "cancelled": _COUNT, "removed": _COUNT},
    ),
    "talk.cancelled": Semantic(
        _("talk cancelled"),
        "talks",
        "A talk was cancelled; on the day itself `slot` says which of its slots.",
        {"slot": _MAYBE_GUID},
    ),
    "talk.starts_soon": Semantic(
        _("talk starts soon"),
        "talks",
        "A talk begins within ten minutes. Sent once for each slot and day, by the background worker.",
        {"slot": _GUID, "starts_at": {"type": "string", "format": "date-time"}, "room": _MAYBE_GUID},
    ),
    "room.status": Semantic(
        _("status of a room"),
        "rooms",
        "A room is open, nearly full, full, closed or to be evacuated.",
        {"status": {"type": "string", "enum": ["open", "nearly_full", "full", "closed", "evacuate"]}},
    ),
    "feedback.received": Semantic(
        _("feedback received"),
        "",
        "Somebody gave feedback; for those who look after the event's feedback alone.",
        {"feedback": {"type": "integer"}, "talk": _MAYBE_GUID, "rating": {"type": ["integer", "null"]}},
        reader=Permission.MODERATE,
    ),
    "link.suggested": Semantic(
        _("link suggested"),
        "",
        "Somebody proposed a link for the library; for curators alone.",
        {"resource": {"type": "string", "description": "Slug of the link."}},
        reader=Permission.CURATE,
    ),
}  # fmt: skip
SEMANTIC_KINDS = [(kind, of.label) for kind, of in SEMANTIC.items()]


def record_event(
    kind: str, *, event=None, about: UUID | None = None, guid: UUID | None = None, **data
) -> Change:
    """Record a semantic event in the caller's transaction. It is public when its kind and the portal's event are.

    `guid` names it where it must not be recorded twice; `data` are the keys that SEMANTIC describes, as JSON.
    """
    is_public = not SEMANTIC[kind].reader and (event is None or event.state != "draft")
    return Change.objects.create(
        kind=kind,
        guid=guid or uuid4(),
        operation=Change.Operation.CREATE,
        public=is_public,
        event=event.pk if event else None,
        data=data | {"record": f"{about}" if about else None},
    )


def readable_semantic(user, moderated: Iterable[int]) -> Q:
    """The semantic events that `user` may read, who looks after the feedback of events with these primary keys."""
    found = Q(public=True) | Q(kind="feedback.received", event__in=moderated)
    return found | Q(kind="link.suggested") if can_curate(user) else found


def describe_event(change: Change, records: dict[tuple, dict]) -> dict | None:
    """The entry of a semantic event; None when what it is about is not public (any more)."""
    of, data = SEMANTIC[change.kind], dict(change.data or {})
    about = data.pop("record", None)
    record = records.get((of.about, UUID(about))) if about and of.about else None
    if of.about and record is None:
        return None
    return {
        "kind": change.kind,
        "guid": change.guid,
        "operation": EVENT,
        "at": change.at,
        "record": record,
        "data": data,
    }


def subject_of(change: Change) -> Change | None:
    """A change of the record that a semantic event is about, to look it up by; None when there is none."""
    of = SEMANTIC[change.kind]
    about = (change.data or {}).get("record")
    return Change(kind=of.about, guid=UUID(about)) if of.about and about else None


def is_private(kind: str) -> bool:
    return kind in SEMANTIC and bool(SEMANTIC[kind].reader)


def event_schema(kind: str, component: str | None) -> dict:
    """OpenAPI schema of an entry; `component` is that of the record."""
    of = SEMANTIC[kind]
    name = "".join(part.capitalize() for part in kind.replace(".", "_").split("_"))
    # An event without a record always has null; generators of clients know no property of that type alone.
    record: dict = (
        {"$ref": f"#/components/schemas/{component}"} if component else {"type": ["object", "null"]}
    )
    data = {"type": "object", "required": list(of.data), "properties": of.data}
    return {
        "x-name": f"{name}Event",
        "type": "object",
        "description": of.description,
        "required": ["kind", "guid", "operation", "at", "record", "data"],
        "properties": {
            "kind": {"type": "string", "const": kind},
            "guid": _GUID,
            "operation": {"type": "string", "const": EVENT},
            "at": {"type": "string", "format": "date-time"},
            "record": record,
            "data": data,
        },
    }
