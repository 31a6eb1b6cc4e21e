"""The story, told by a client that openapi-python-client generated: `python story_… ADDRESS TOKEN`."""

import sys
from datetime import UTC, date, datetime, timedelta

from roadshow_client import AuthenticatedClient
from roadshow_client.api.changes import changes
from roadshow_client.api.events import (
    events_plan_create,
    events_plan_list,
    events_plan_partial_update,
    events_release_create,
    events_update,
)
from roadshow_client.api.talks import talks_bulk_create, talks_list
from roadshow_client.models import (
    BulkTalkRequest,
    BulkTalksRequest,
    ChangesKindItem,
    EventPutRequest,
    EventPutRequestState,
    PatchedPlanRequest,
    PatchedTalkRequestState,
    PlanRequest,
    ReleasingRequest,
)

address, token = sys.argv[1:]
client = AuthenticatedClient(address, token, prefix="Token", raise_on_unexpected_status=True)
DAY, START = date(2031, 5, 1), datetime(2031, 5, 1, 8, tzinfo=UTC)


def read_changes(cursor: str, **options):
    while True:
        page = changes.sync(client=client, cursor=cursor, **options)
        yield from page.results
        if not page.more:
            return
        cursor = page.cursor


# Build an event of 30 talks
event = events_update.sync(
    "story", client=client,
    body=EventPutRequest(name="Story", starts_on=DAY, ends_on=DAY, state=EventPutRequestState.PUBLISHED),
)  # fmt: skip
assert event.slug == "story"
wanted = [
    BulkTalkRequest(event="story", title=f"Talk {number}", state=PatchedTalkRequestState.CONFIRMED)
    for number in range(30)
]
made = talks_bulk_create.sync(client=client, body=BulkTalksRequest(talks=wanted)).talks
for number, talk in enumerate(made):
    start = START + timedelta(minutes=15 * number)
    body = PlanRequest(talk=talk.guid, starts_at=start, ends_at=start + timedelta(minutes=15))
    events_plan_create.sync("story", client=client, body=body)

# Release it
released = events_release_create.sync("story", client=client, body=ReleasingRequest(note="First"))
assert (released.number, released.report.slots, released.report.new) == (1, 30, 30), released

# Mirror it
cursor = changes.sync(client=client, cursor="now").cursor
page = talks_list.sync(client=client, event=["story"], page_size=200)
mirror = {talk.guid: talk for talk in page.results}
assert len(mirror) == 30
assert all(len(talk.slots) == 1 for talk in mirror.values())

# Move one talk
(slot,) = events_plan_list.sync("story", client=client, talk=[made[7].guid]).results
later = PatchedPlanRequest(
    starts_at=slot.starts_at + timedelta(hours=10), ends_at=slot.ends_at + timedelta(hours=10)
)
events_plan_partial_update.sync("story", slot.guid, client=client, body=later)
released = events_release_create.sync("story", client=client, body=ReleasingRequest(note="Second"))
assert (released.report.moved, released.report.new, released.report.cancelled) == (1, 0, 0), released

# See exactly one change
seen = list(read_changes(cursor, kind=[ChangesKindItem.TALKS, ChangesKindItem.SLOTS]))
assert sorted(one.kind for one in seen) == ["slots", "talks"], seen
talk = next(one.record for one in seen if one.kind == "talks")
assert talk.guid == made[7].guid
assert talk.slots != mirror[talk.guid].slots
print("one change seen")
