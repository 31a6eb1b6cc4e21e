"""The table of programs whose files are known by their shape."""

from typing import Any

from ..raw import RawSchedule
from . import prepare
from .mapping import Source
from .pick import follow
from .shapes import first_record, has_all, has_any, is_indico, is_pretalx_list, is_voc_submission


def keep_names(names: str) -> dict[str, str]:
    """Fields whose keys in the file have our names."""
    return {name: name for name in names.split()}


def _finish_indico(raw: RawSchedule, root: Any) -> None:
    raw.timezone = raw.timezone or prepare.find_indico_zone(root)


def _finish_pyvideo(raw: RawSchedule, root: Any) -> None:
    """A recording has a day and no time: the days are the event's."""
    days = sorted(event.date[:10] for event in raw.events if event.date)
    raw.start, raw.end = (days[0], days[-1]) if days else ("", "")
    for event in raw.events:
        event.date = ""
    raw.timezone = raw.timezone or "UTC"


_SESSIONIZE = {
    "id": "id", "title": "title", "abstract": "description", "start": "startsAt", "end": "endsAt", "room": "room",
    "state": "status", "track": "track", "level": "level", "type": "type", "language": "language",
}  # fmt: skip
_SESSIONIZE_IGNORED = (
    "isPlenumSession|isInformed|isConfirmed|questionAnswers|sort|isTopSpeaker|changedAt|submittedAt|isActive"
)
_SESSIONIZE_VIEW: dict[str, Any] = {
    "talk": _SESSIONIZE,
    "links": {"recording": "recordingUrl", "web": "liveUrl"},
    "topics": "topics",
    "service": "isServiceSession",
    "ignored": _SESSIONIZE_IGNORED,
}

SOURCES = (
    Source(
        name="Sessionize, all data",
        matches=lambda root: (
            has_all(root, "sessions", "speakers") and has_any(root, "categories", "rooms", "questions")
        ),
        prepare=prepare.sessionize_all,
        **_SESSIONIZE_VIEW,
        rooms="rooms",
        says_states=False,
    ),
    Source(
        name="Sessionize, grid",
        matches=lambda root: has_all(first_record(root), "rooms", "date"),
        prepare=prepare.sessionize_view,
        **_SESSIONIZE_VIEW,
    ),
    Source(
        name="Sessionize, sessions",
        matches=lambda root: has_all(first_record(root), "sessions", "groupName"),
        prepare=prepare.sessionize_view,
        **_SESSIONIZE_VIEW,
    ),
    Source(
        name="pretalx, schedule",
        matches=lambda root: (
            has_all(root, "talks", "rooms") and has_any(root, "event_start", "tracks", "version")
        ),
        prepare=prepare.pretalx_widget,
        talk=keep_names("code title abstract start end room track state duration")
        | {
            "language": "content_locale",
            "type": "submission_type|session_type",
        },
        optout="do_not_record",
        topics="tags",
        rooms="rooms",
        tracks="tracks",
        conference=keep_names("version timezone")
        | {
            "start": "event_start",
            "end": "event_end",
        },
        ignored="id|fav_count|do_not_record|updated",
        generator="pretalx",
    ),
    Source(
        name="pretalx, submissions",
        codes=True,
        matches=is_pretalx_list,
        prepare=prepare.records,
        talk=keep_names("code title abstract description state duration")
        | {
            "type": "submission_type.name|submission_type",
            "track": "track.name|track",
            "language": "content_locale",
            "logo": "image",
            "start": "slot.start|slots.0.start",
            "end": "slot.end|slots.0.end",
            "room": "slot.room.name|slot.room|slots.0.room.name|slots.0.room",
        },
        person={"id": "code"},
        link_lists="resources",
        topics="tags",
        optout="do_not_record",
        says_states=True,
        ignored="answers|notes|internal_notes|is_featured|slot_count|created|anonymised_data|pending_state|tag_ids"
        "|submission_type_id|track_id|invitation_token|access_code|review_code|assigned_reviewers|is_anonymised"
        "|median_score|mean_score|reviews|invitations",
        generator="pretalx",
    ),
    Source(
        name="Sched, sessions",
        matches=lambda root: has_all(first_record(root), "event_key", "event_start"),
        prepare=prepare.records,
        talk={
            "id": "event_key",
            "title": "name",
            "abstract": "description",
            "start": "event_start",
            "end": "event_end",
            "room": "venue",
            "track": "event_type",
            "state": "active",
            "url": "url",
        },
        persons="speakers",
        topics="event_subtype",
        comma=True,
        says_states=True,
        ignored="id|pinned|seats|goers|address|custom_fields|sponsors|exhibitors|volunteers|artists|event_type_sort"
        "|invite_only|venue_id|.*_(?:day|month|year|weekday|time|date)",
    ),
    Source(
        name="Indico",
        matches=is_indico,
        prepare=prepare.indico,
        talk=keep_names("title duration type url")
        | {
            "id": "contributionId|friendly_id|id|db_id",
            "abstract": "description",
            "start": "startDate|start_dt",
            "end": "endDate|end_dt",
            "room": "room|roomFullname|room_name|location",
            "track": "track.title|track|sessionTitle|session",
        },
        persons="presenters|speakers|persons",
        surname_first=True,
        person={
            "name": "first_name+last_name|firstName+familyName|firstName+lastName|fullName|name",
            "id": "person_id",
        },
        link_lists="attachments.files|material",
        topics="keywords",
        conference={
            "title": "results.0.title|title",
            "description": "results.0.description",
            "url": "results.0.url|url",
            "venue": "results.0.location",
            "address": "results.0.address",
            "timezone": "results.0.timezone",
            "start": "results.0.startDate.date",
            "end": "results.0.endDate.date",
        },
        ignored="entryType|uniqueId|conferenceId|sessionId|sessionSlotId|sessionCode|isPoster|textColor|color|pdf|address"
        "|inheritLoc|inheritRoom|code|roomFullname|location|primaryauthors|coauthors|references|board_number"
        "|slotTitle|contribSlug|note|db_id|friendly_id|session|allowed|folders|references|modificationDate|creationDate"
        "|room_id|venue.*|custom_fields|attachments|objectType|entries|conveners|duration|contributionId|id",
        finish=_finish_indico,
        generator="Indico",
    ),
    Source(
        name="Open Event, sessions",
        matches=lambda root: has_any(
            first_record(root) or first_record(root, "sessions"),
            "microlocation",
            "session-type",
            "session_type",
            "starts-at",
            "short-abstract",
            "long_abstract",
        ),
        prepare=prepare.open_event,
        talk=keep_names("id title subtitle language state level")
        | {
            "abstract": "short-abstract|short_abstract",
            "description": "long-abstract|long_abstract",
            "start": "starts-at|start_time|starts_at",
            "end": "ends-at|end_time|ends_at",
            "room": "microlocation.name",
            "track": "track.name",
            "type": "session-type.name|session_type.name",
        },
        links={
            "slides": "slides-url|slides_url|slides",
            "recording": "video-url|video_url|video|audio-url|audio_url|audio",
            "web": "signup-url|signup_url",
        },
        conference={
            "title": "event.name",
            "timezone": "event.timezone",
            "start": "event.starts-at|event.start_time",
            "end": "event.ends-at|event.end_time",
            "venue": "event.location-name|event.location_name",
            "description": "event.description",
            "logo": "event.logo-url|event.logo",
            "url": "event.event-url|event.event_url",
        },
        rooms="microlocations",
        tracks="tracks",
        says_states=True,
        ignored="comments|created-at|deleted-at|submitted-at|is-mail-sent|social-links|position|last-modified-at",
    ),
    Source(
        name="conference-hall",
        matches=lambda root: (
            has_any(root, "proposals") or (has_all(root, "talks") and has_any(root, "categories", "formats"))
        ),
        prepare=prepare.conference_hall,
        talk=keep_names("title abstract level")
        | {
            "id": "id|proposalNumber",
            "description": "references",
            "state": "confirmationStatus|deliberationStatus|state",
            "language": "language|languages.0",
            "track": "categories.0.name|categories.0",
            "type": "formats.0.name|formats.0",
        },
        person={"id": "uid|id"},
        topics="tags",
        conference=keep_names("description timezone")
        | {
            "title": "name",
            "start": "startDate|conferenceDates.start",
            "end": "endDate|conferenceDates.end",
        },
        says_states=True,
        ignored="createTimestamp|updateTimestamp|review|comments|message|organizersMessage|answers|.*[tT]imestamp|loves|hates"
        "|rating|noOpinion|organizerTags",
    ),
    Source(
        name="frab, events",
        matches=lambda root: has_all(root, "conference_events"),
        prepare=prepare.frab,
        talk=keep_names("id guid title subtitle abstract description language duration logo url state")
        | {
            "type": "type|event_type",
            "track": "track.name|track",
            "start": "start_time|start|date",
            "end": "end_time|end",
            "room": "room.name|room",
        },
        persons="speakers|persons",
        link_lists="links|attachments",
        optout="do_not_record",
        conference={"version": "conference_events.version"},
        ignored="track_id|type_id|conference_id|recording_license",
    ),
    Source(
        name="OSEM, events",
        matches=lambda root: has_any(
            first_record(root, "events"), "event_type", "length", "is_highlighted", "start_time"
        ),
        prepare=prepare.frab,
        talk=keep_names("id guid title subtitle abstract description language state url")
        | {
            "type": "event_type.title|event_type|type",
            "track": "track.name|track",
            "start": "scheduled_date|start_time|start",
            "end": "end_time|end",
            "duration": "length|duration",
            "room": "room.name|room",
            "level": "difficulty_level",
        },
        persons="speakers|persons|speaker_names",
        link_lists="links|attachments|media_id",
        conference={"title": "conference.title|title", "timezone": "conference.timezone|timezone"},
        ignored="is_highlighted|require_registration|max_attendees|created_at|updated_at|date|links",
    ),
    Source(
        name="symposion, conference.json",
        matches=lambda root: has_any(
            first_record(root) or first_record(root, "schedule"), "conf_key", "conf_url", "authors"
        ),
        prepare=prepare.symposion,
        talk=keep_names("abstract description room start end duration license language")
        | {
            "id": "conf_key",
            "title": "name|title",
            "url": "conf_url",
            "type": "kind",
        },
        persons="authors",
        topics="tags",
        comma=True,
        release="released",
        cancelled="cancelled",
        links={"recording": "video_url", "slides": "slides_url"},
        ignored="contact|remote|last_updated|reviewers|start_iso|end_iso",
    ),
    Source(
        name="schedule2.json",
        matches=lambda root: has_all(follow(root, "schedule"), "events", "conference"),
        prepare=prepare.schedule2,
        talk=keep_names(
            "id guid code title subtitle abstract description type language end duration slug url"
        )
        | {
            "track": "track.name|track",
            "start": "start|date",
            "room": "room.name|room",
            "logo": "logo.url|logo",
            "feedback_url": "feedback.url|feedback_url",
            "license": "recording.license|recording_license",
        },
        persons="persons",
        link_lists="links|attachments",
        links={"related": "origin_url"},
        optout="do_not_record",
        conference={
            "title": "schedule.conference.title",
            "acronym": "schedule.conference.acronym",
            "url": "schedule.conference.url",
            "base_url": "schedule.base_url",
            "timezone": "schedule.conference.time_zone_name",
            "version": "schedule.version",
            "description": "schedule.conference.description",
            "logo": "schedule.conference.logo.url|schedule.conference.logo",
            "start": "schedule.conference.start",
            "end": "schedule.conference.end",
            "generator": "schedule.generator.name",
            "language": "schedule.conference.language|schedule.conference.languages.0",
        },
        rooms="schedule.conference.rooms",
        tracks="schedule.conference.tracks",
        ignored="participants|recording|feedback",
        is_full=True,
    ),
    Source(
        name="voc submissions",
        matches=is_voc_submission,
        prepare=prepare.records,
        talk=keep_names("guid id code title subtitle abstract description duration state")
        | {
            "type": "type|submission_type.name|submission_type",
            "track": "track.name|track",
            "language": "language|content_locale",
            "logo": "logo|image",
            "license": "recording_license",
            "url": "public_url|url",
        },
        person={"name": "public_name|name|full_name"},
        link_lists="links|attachments|resources",
        topics="tags",
        optout="do_not_record",
        ignored="event_classifiers|origin|url|$schema|notes|internal_notes|answers",
        seconds=True,
        says_states=True,
    ),
    Source(
        name="pyvideo",
        matches=lambda root: (
            (
                has_all(first_record(root) or root, "title")
                and has_any(first_record(root) or root, "recorded", "videos")
            )
            or has_all(root, "videos_of_event")
        ),
        prepare=prepare.pyvideo,
        talk=keep_names("title description language")
        | {
            "abstract": "summary",
            "date": "recorded",
            "license": "copyright_text",
            "logo": "thumbnail_url",
            "url": "",
        },
        links={"recording": "recordings", "related": "related_urls"},
        topics="tags",
        conference={"title": "category", "description": "category_description", "url": "category_url"},
        ignored="duration|alias|state|quality_notes|slug|whiteboard|source_url|id|category|thumbnail_url",
        finish=_finish_pyvideo,
    ),
)
