"""The story, told by a client that openapi-generator generated: `python story_… ADDRESS TOKEN`."""

import sys
from datetime import UTC, date, datetime, timedelta

import roadshow_client
from roadshow_client.models import (
    BulkTalkRequest,
    BulkTalksRequest,
    EventPutRequest,
    PatchedPlanRequest,
    PlanRequest,
    ReleasingRequest,
)

address, token = sys.argv[1:]
configuration = roadshow_client.Configuration(
    host=address, api_key={"token": token}, api_key_prefix={"token": "Token"}
)
client = roadshow_client.ApiClient(configuration)
events, talks = roadshow_client.EventsApi(client), roadshow_client.TalksApi(client)
feed = roadshow_client.ChangesApi(client)
DAY, START = date(2031, 5, 1), datetime(2031, 5, 1, 8, tzinfo=UTC)

# Build an event of 30 talks
body = EventPutRequest(name="Story", starts_on=DAY, ends_on=DAY, state="published")
event = events.events_update("story", body)
assert event.actual_instance.slug == "story"
wanted = [BulkTalkRequest(event="story", title=f"Talk {number}", state="confirmed") for number in range(30)]
made = talks.talks_bulk_create(bulk_talks_request=BulkTalksRequest(talks=wanted)).talks
for number, talk in enumerate(made):
    start = START + timedelta(minutes=15 * number)
    body = PlanRequest(talk=talk.guid, starts_at=start, ends_at=start + timedelta(minutes=15))
    events.events_plan_create("story", body)

# Release it
released = events.events_release_create("story", releasing_request=ReleasingRequest(note="First"))
assert (released.number, released.report.slots, released.report.new) == (1, 30, 30), released

# Mirror it
cursor = feed.changes(cursor="now").cursor
read = talks.talks_list(event=["story"], page_size=200).results
mirror = {one.actual_instance.guid: one.actual_instance for one in read}
assert len(mirror) == 30

# Move one talk
(slot,) = events.events_plan_list("story", talk=[made[7].guid]).results
slot = slot.actual_instance
later = timedelta(hours=10)
body = PatchedPlanRequest(starts_at=slot.starts_at + later, ends_at=slot.ends_at + later)
events.events_plan_partial_update(slug="story", guid=slot.guid, patched_plan_request=body)
released = events.events_release_create("story", releasing_request=ReleasingRequest(note="Second"))
assert (released.report.moved, released.report.new, released.report.cancelled) == (1, 0, 0), released

# See exactly one change
seen = [one.actual_instance for one in feed.changes(cursor=cursor, kind=["talks", "slots"]).results]
assert sorted(one.kind for one in seen) == ["slots", "talks"], seen
talk = next(one.record for one in seen if one.kind == "talks")
assert talk.guid == made[7].guid
print("one change seen")
