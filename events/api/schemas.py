"""OpenAPI schemas of responses that are not records."""

import msgspec

from roadshow.jobs.models import JobState

from ..formats.event_document import EventDocument
from ..models import Feedback, LiveChange, RoomStatus
from ..schedule.differences import KINDS as CHANGE_KINDS

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": ["integer", "null"]}
FLAG = {"type": "boolean"}
DATE = TEXT | {"format": "date"}
MOMENT = TEXT | {"format": "date-time"}
MAYBE_MOMENT = MAYBE_TEXT | {"format": "date-time"}
GUID = TEXT | {"format": "uuid"}
MAYBE_GUID = MAYBE_TEXT | {"format": "uuid"}
ADDRESS = MAYBE_TEXT | {"format": "uri"}


def keys(**properties: dict) -> dict:
    """Schema of an object with these required properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def named(name: str, schema: dict) -> dict:
    """A schema that is a component of this name in the document."""
    return schema | {"x-name": name}


def many(item: dict) -> dict:
    return {"type": "array", "items": item}


def of_types(root: type, names: dict[str, str]) -> dict:
    """The schema of msgspec types, the parts as components; `names` are those of types that need another one."""
    _schema, types = msgspec.json.schema_components([root], ref_template="{name}")
    known: dict[str, dict] = {}

    def resolve(part):
        if isinstance(part, list):
            return [resolve(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            name = part["$ref"]
            if name not in known:
                known[name] = named(
                    names.get(name, f"Document{name.removesuffix('Part')}Request"), resolve(types[name])
                )
            return known[name]
        if part == {"default": None}:
            return {"description": "Made by the portal; ignored."}
        return {
            key: resolve(value) for key, value in part.items() if key != "title" or not isinstance(value, str)
        }

    return resolve({"$ref": root.__name__})


PERSON = named(
    "SchedulePerson",
    keys(url=ADDRESS, guid=MAYBE_GUID, slug=TEXT, name=TEXT, headline=TEXT, picture=ADDRESS, role=TEXT),
)
LINK = named("ScheduleLink", keys(url=TEXT, title=TEXT, kind=TEXT))
TALK = named("ScheduleTalk", keys(
    url=ADDRESS, guid=MAYBE_GUID, slug=TEXT, title=TEXT, subtitle=TEXT, abstract=TEXT, description=TEXT, kind=TEXT,
    type_label=TEXT, level=TEXT, language=TEXT, state=TEXT, track=TEXT, topics=many(TEXT),
    speakers=many(PERSON), links=many(LINK), picture=ADDRESS, origin_url=TEXT, feedback_url=TEXT,
    recording_license=TEXT, do_not_record=FLAG,
))  # fmt: skip
SLOT = named("ScheduleSlot", keys(
    guid=MAYBE_GUID, number=COUNT, starts_at=MOMENT, ends_at=MOMENT, cancelled=FLAG, sequence=COUNT,
    previous_starts_at=MAYBE_MOMENT, talk=TALK,
))  # fmt: skip
DAY = named(
    "ScheduleDay",
    keys(
        date=DATE,
        starts_at=MOMENT,
        ends_at=MOMENT,
        rooms=many(keys(guid=MAYBE_GUID, name=TEXT, slots=many(SLOT))),
    ),
)
SCHEDULE = named("Schedule", keys(
    event=TEXT, url=ADDRESS, title=TEXT, release=NUMBER, note=TEXT, released_at=MAYBE_MOMENT, timezone=TEXT,
    starts_on=DATE, ends_on=DATE, tracks=many(keys(slug=TEXT, name=TEXT, color=TEXT)), days=many(DAY),
))  # fmt: skip

DOCUMENT_TALK = named(
    "DocumentTalk",
    keys(**TALK["properties"], code=TEXT, duration=NUMBER)
    | {"properties": TALK["properties"] | {
        "code": TEXT, "duration": NUMBER, "expected_audience": NUMBER, "notes": TEXT
    }},
)  # fmt: skip
DOCUMENT_ROOM = keys(guid=GUID, name=TEXT, capacity=NUMBER, description=TEXT, shared=FLAG)
DOCUMENT_SPEAKER = keys(
    url=ADDRESS, guid=GUID, slug=TEXT, name=TEXT, headline=TEXT, biography=TEXT, picture=ADDRESS, state=TEXT,
    links=many(keys(url=TEXT, title=TEXT)),
)  # fmt: skip
DOCUMENT_SLOT = named("DocumentSlot", keys(**SLOT["properties"] | {"talk": DOCUMENT_TALK}))
DOCUMENT_DAY = keys(
    date=DATE, starts_at=MOMENT, ends_at=MOMENT,
    rooms=many(keys(guid=MAYBE_GUID, name=TEXT, slots=many(DOCUMENT_SLOT))),
)  # fmt: skip
EVENT_DOCUMENT = named("EventDocument", keys(**SCHEDULE["properties"] | {
    "state": TEXT,
    "rooms": many(named("DocumentRoom", DOCUMENT_ROOM)),
    "speakers": many(named("DocumentSpeaker", DOCUMENT_SPEAKER)),
    "days": many(named("DocumentDay", DOCUMENT_DAY)),
    "unscheduled": many(DOCUMENT_TALK),
}))  # fmt: skip
EVENT_DOCUMENT_REQUEST = of_types(EventDocument, {"EventDocument": "EventDocumentRequest"})
DOCUMENT_REPORT = named("DocumentReport", keys(
    event=TEXT, dry_run=FLAG, changes=COUNT, new=many(TEXT), changed=many(TEXT), withdrawn=many(TEXT),
    unchanged=COUNT, slots=keys(added=COUNT, moved=COUNT, removed=COUNT), event_keys=many(TEXT),
    **{f"{how}_{what}": many(TEXT) for what in ("rooms", "tracks", "speakers")
       for how in ("new", "changed", "removed")},
))  # fmt: skip

TIME = keys(guid=MAYBE_GUID, starts_at=MOMENT, ends_at=MOMENT, room=TEXT) | {"type": ["object", "null"]}
DIFFERENCES = named(
    "Differences",
    keys(
        event=TEXT,
        **{"from": NUMBER},
        to=COUNT,
        changes=many(
            keys(
                kind=TEXT,
                talk=keys(url=ADDRESS, guid=MAYBE_GUID, slug=TEXT, title=TEXT),
                before=TIME,
                after=TIME,
                old=TEXT,
                new=TEXT,
            )
        ),
    ),
)
RELEASED = {
    "x-name": "Released",
    "allOf": [
        {"$ref": "#/components/schemas/Release"},
        keys(
            report=named(
                "ReleaseReport", keys(slots=COUNT, **dict.fromkeys(CHANGE_KINDS, COUNT), drafts=COUNT)
            )
        ),
    ],
}
CONFLICTS = named(
    "Conflicts",
    keys(
        plan_version=TEXT,
        conflicts=many(
            keys(kind=TEXT, level=TEXT, detail=TEXT, slot=GUID, other=MAYBE_GUID, other_event=MAYBE_TEXT)
        ),
    ),
)
LIVE_SLOT = named("LiveSlot", keys(
    starts_at=MOMENT, ends_at=MOMENT, start=TEXT, end=TEXT, room=TEXT, cancelled=FLAG, mark=TEXT, title=TEXT,
))  # fmt: skip
LIVE = named(
    "Live",
    keys(
        version=TEXT,
        release=NUMBER,
        slots={"type": "object", "additionalProperties": LIVE_SLOT},
        rooms={"type": "object", "additionalProperties": keys(status=TEXT, label=TEXT)},
        notices=many(
            keys(
                guid=GUID,
                text=TEXT,
                slot=MAYBE_GUID,
                room=TEXT,
                day=MAYBE_TEXT | {"format": "date"},
                at=MOMENT,
            )
        ),
    ),
)
LIVE_CHANGE = {
    "x-name": "LiveChangeRequest",
    "type": "object",
    "properties": {
        "kind": TEXT | {"enum": LiveChange.Kind.values},
        "slot": GUID,
        "other": GUID,
        "room": GUID,
        "day": DATE,
        "minutes": {"type": "integer"},
        "status": TEXT | {"enum": RoomStatus.values},
        "text": TEXT | {"maxLength": 300},
    },
    "required": ["kind"],
}
LIVE_ANNOUNCED = named(
    "LiveAnnounced", keys(guid=GUID, effects={"type": "object", "additionalProperties": True})
)
ROOM_STATES = many(named("RoomState", keys(roomname=TEXT, state=TEXT | {"enum": ["0", "1", "2"]})))
CHANGED = named(
    "ImportChange", keys(title=TEXT, fields=many(keys(name=TEXT, before={}, after={}, by_hand=FLAG)))
)
REPORT = named("ImportReport", keys(
    event=TEXT, event_name=TEXT, event_is_new=FLAG, changes=COUNT, talks=COUNT, slots=COUNT, persons=COUNT,
    links=COUNT, new=many(TEXT), changed=many(CHANGED), gone=many(TEXT), kept=many(CHANGED), unchanged=COUNT,
    new_speakers=many(TEXT), changed_speakers=many(TEXT), new_rooms=many(TEXT), new_tracks=many(TEXT),
    new_topics=many(TEXT), duplicates=many(many(TEXT)), release=NUMBER, dry_run=FLAG,
    problems=many(keys(place=TEXT, message=TEXT, severity=TEXT)), kind=TEXT, mode=TEXT, absent=COUNT,
    renamed=many(TEXT), concerns=many(keys(kind=TEXT, text=TEXT)), entry=NUMBER,
))  # fmt: skip
IMPORT_JOB = named("ImportJob", keys(
    guid=GUID,
    url=TEXT | {"format": "uri"},
    event=MAYBE_TEXT | {"description": "Slug; null until a new event is there."},
    dry_run=FLAG,
    state=TEXT | {"enum": JobState.values},
    done=COUNT | {"description": "Of `total`, which is 0 while it is not known."},
    total=COUNT,
    message=TEXT | {"description": "What is being done, in words."},
    problem=TEXT | {"description": "Why it failed, in a sentence."},
    report={"anyOf": [REPORT, {"type": "null"}], "description": "Once it is done."},
    created_at=MOMENT,
    started_at=MAYBE_MOMENT,
    finished_at=MAYBE_MOMENT,
    file_until=MAYBE_MOMENT | {"description": "Until when the file is kept, to be imported after a dry run."},
))  # fmt: skip
FEEDBACK = named("FeedbackEntry", keys(
    id=COUNT, event=TEXT, talk=MAYBE_GUID, recap=MAYBE_GUID, rating=NUMBER, comment=TEXT, name=TEXT,
    state=TEXT | {"enum": Feedback.State.values}, created_at=MOMENT,
))  # fmt: skip
FILE = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": TEXT | {"format": "binary"}},
        "required": ["file"],
    },
    "application/octet-stream": TEXT | {"format": "binary"},
}
