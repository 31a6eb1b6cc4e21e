"""The recipes of docs/api.md, as they stand there."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client
from knox.models import get_digest_token

from events.actions import release
from events.models import Talk, TalkLink
from roadshow.api.webhooks import sign
from roadshow.models import ApiToken
from tests import factories as make
from tests.roadshow.test_api_actions import CALENDAR
from tests.roadshow.test_api_changes import full_read

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def recipe(title: str):
    """The function under a heading of the page."""
    code = re.search(rf"^## {re.escape(title)}$.*?```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)[1]
    names = {}
    exec(code, names)  # our own page
    name = re.findall(r"^def (\w+)", code, re.MULTILINE)[-1]
    return names[name]


class Portal(httpx.BaseTransport):
    """Answers httpx by the portal itself, without a socket."""

    def handle_request(self, request):
        client, parts = Client(), urlsplit(str(request.url))
        headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
        answer = client.generic(
            request.method,
            f"{parts.path}?{parts.query}",
            request.read(),
            content_type=request.headers.get("content-type", "application/octet-stream"),
            headers=headers,
        )
        return httpx.Response(answer.status_code, headers=list(answer.items()), content=answer.content)


@pytest.fixture
def organiser():
    return make.Organiser()


@pytest.fixture
def portal(organiser):
    digest, secret = get_digest_token()
    ApiToken(user=organiser, digest=digest, token_key=secret[:15], name="recipes", may_write=True).save()
    headers = {"Authorization": f"Token {secret}"}
    with httpx.Client(base_url="http://testserver", headers=headers, transport=Portal()) as client:
        yield client


@pytest.fixture
def event(organiser):
    event = make.Event(slug="roadshow", organisers=[organiser])
    for title in ("One", "Two"):
        make.Slot(
            talk=make.Talk(event=event, title=title, speakers=[make.Speaker(name=f"Speaker of {title}")])
        )
    release(event=event, by=organiser)
    return event


def test_mirror_an_event(portal, event):
    mirrored = recipe("Mirror an event")(portal, "roadshow")
    assert mirrored["event"]["name"] == event.name
    assert len(mirrored["schedule"]["days"][0]["rooms"]) == 2
    assert {talk["speakers"][0]["name"] for talk in mirrored["talks"]} == {"Speaker of One", "Speaker of Two"}


def test_show_what_is_on_now(portal, event):
    shown = recipe("Show what is on now")(portal, "roadshow", at="2030-10-06T10:10:00Z")
    assert [line.partition(": ")[2] for line in shown] == ["One (Speaker of One)", "Two (Speaker of Two)"]
    assert recipe("Show what is on now")(portal, "roadshow") == []
    make.Slot(talk=make.Talk(event=event, title="At home"), room=None)
    release(event=event, by=None)
    shown = recipe("Show what is on now")(portal, "roadshow", at="2030-10-06T10:10:00Z")
    assert "Online: At home ()" in shown


def test_sync_changes(portal, event):
    sync, records = recipe("Sync changes"), {}
    state = sync(portal, records)
    assert records.keys() == full_read().keys()
    assert sync(portal, records, state) == state
    talk = event.talks.get(title="One")
    talk.title = "Renamed"
    talk.save()
    event.talks.filter(title="Two").update(state="draft")
    state = sync(portal, records, state)
    assert records.keys() == full_read().keys()
    assert records["talks", str(talk.guid)]["title"] == "Renamed"


def test_upload_slides(portal, event):
    add_slides = recipe("Upload slides' links for all talks")
    TalkLink.objects.create(talk=event.talks.get(title="One"), url="https://example.org/paper", kind="paper")
    addresses = {"one": "https://example.org/1.pdf", "two": "https://example.org/2.pdf"}
    add_slides(portal, "roadshow", addresses)
    talks = add_slides(portal, "roadshow", addresses)
    assert [[link["kind"] for link in talk["links"]] for talk in talks] == [["paper", "slides"], ["slides"]]
    Talk.objects.bulk_create(
        Talk(event=event, title="Many", slug=f"many-{number}", state="confirmed") for number in range(200)
    )
    late = [f"many-{number}" for number in range(200)]
    assert len(add_slides(portal, "roadshow", dict.fromkeys(late, "https://example.org/all.pdf"))) == 200


def test_subscribe_to_changes():
    receive, seen = recipe("Subscribe to changes"), set()
    body = b'{"delivery": "1", "webhook": "2", "results": [{"kind": "talks"}]}'
    signature = sign("secret", body, int(time.time()))
    assert receive("secret", body, signature, seen) == [{"kind": "talks"}]
    assert receive("secret", body, signature, seen) == []
    for wrong in (sign("other", body, int(time.time())), sign("secret", body, int(time.time()) - 3600)):
        with pytest.raises(PermissionError):
            receive("secret", body, wrong, seen)


def test_import_a_schedule(portal, event):
    report = recipe("Import a schedule")(portal, "roadshow", CALENDAR)
    assert (report["new"], report["release"]) == (["From a calendar"], 2)


def test_there_are_six():
    recipes = PAGE.partition("# Recipes")[2]
    assert recipes.count("\n## ") == 6


def first_requests(language: str) -> list[str]:
    """The examples in a language under “Begin”."""
    section = PAGE.split("## Begin\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize(
    ("language", "program"),
    [("sh", ["sh", "-c"]), ("python", [sys.executable, "-c"]), ("js", ["node", "--input-type=module", "-e"])],
)
def test_the_first_request_in_each_language(live_server, event, language, program):
    code = first_requests(language)[0].replace("https://talks.example.org", live_server.url)
    told = subprocess.run([*program, code], capture_output=True, text=True, timeout=60, check=True)
    assert event.name in told.stdout


def test_the_first_change(live_server, portal, organiser):
    event = make.Event(slug="bangalore-2018", organisers=[organiser])
    code = first_requests("sh")[1].replace("https://talks.example.org", live_server.url)
    token = portal.headers["Authorization"].removeprefix("Token ")
    environment = {"PATH": os.environ["PATH"], "TOKEN": token}
    told = subprocess.run(["sh", "-c", code], capture_output=True, text=True, timeout=60, env=environment)
    assert told.stdout == '{"tagline":"A day of talks"}', told.stderr
    event.refresh_from_db()
    assert event.tagline == "A day of talks"


def test_the_guide_is_above_the_reference(client):
    page = client.get("/api/docs/").text
    assert (
        page.index("<h2>Begin</h2>") < page.index("<h2>Mirror an event</h2>") < page.index('id="swagger-ui"')
    )
    assert 'href="/api/v1/schema/"' in page
    assert not re.search(r'(src|rel="stylesheet" href)="https?://', page)
