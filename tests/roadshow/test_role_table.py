"""The table of roles: each person at each surface of the portal, generated from the URLconf.

A surface is an address with a method or a variant of its query. Nobody without the permission is shown anything of a
draft event there. A new address is a new row by itself; one whose parameters are unknown here fails the test.
"""

import json
from functools import cache
from itertools import chain
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from events import models as events
from events.actions import release
from events.actions.importing.uploads import import_upload
from roadshow.core.roles import ROLE_PERMISSIONS, Permission, RoleName
from roadshow.jobs.models import Job
from roadshow.models import Delivery, Webhook
from tests import factories as make

pytestmark = pytest.mark.django_db

SECRET = "Zylophant"
OWNER, STRANGER, VISITOR, STAFF = (
    "organiser of it",
    "stranger",
    "visitor",
    "other staff",
)
IN_SERIES = {"organiser of the series": "organiser", "reader of the series": "reader"}
PEOPLE = [VISITOR, STRANGER, STAFF, OWNER, *IN_SERIES, *map(str, RoleName)]
ELSEWHERE = ("account_", "socialaccount_", "mfa_", "openid_")  # signing in, of a library
EVENTS = {
    "event",
    "talk",
    "track",
    "release",
    "feedback",
    "eventspeaker",
    "speaker",
}  # models with rows of the event

# What more than seeing drafts it takes: the beginning of a surface's name and the permission.
STRICTER: dict[str, Permission | None] = {
    "admin:speakers_speaker": Permission.EDIT_SPEAKERS,
    "admin:events_eventspeaker": Permission.EDIT_SPEAKERS,
    "api:people": Permission.EDIT_SPEAKERS,
    "api:person": Permission.EDIT_SPEAKERS,
    "admin:events_feedback": Permission.MODERATE,
    "admin:events_event_setup": Permission.EDIT_EVENT,
    "admin:events_event_duplicates": Permission.EDIT_SPEAKERS,
    "admin:events_event_quality": Permission.EDIT_TALKS,
    "admin:events_event_recap": Permission.EDIT_EVENT,
    "admin:events_event_statistics": Permission.MODERATE,
    "admin:events_event_publish": Permission.EDIT_EVENT,
    "admin:events_event_people": Permission.MANAGE_PEOPLE,
    "admin:events_event_board": Permission.SCHEDULE,
    "admin:events_event_plan": Permission.SCHEDULE,
    "admin:events_event_import_schedule": Permission.EDIT_EVENT,
    "admin:events_event_release_plan": Permission.RELEASE,
    "admin:events_event_delete": Permission.MANAGE_PEOPLE,
    "admin:events_event_enter_talks": Permission.EDIT_TALKS,
    "admin:events_event_clone": Permission.EDIT_EVENT,
    "admin:events_event_print": Permission.EDIT_SPEAKERS,
    "admin:events_event_mail": Permission.EDIT_SPEAKERS,
    "admin:events_event_material": Permission.EDIT_TALKS,
    "admin:events_invitation": None,
    "admin:events_role": None,
    "admin:events_release_load": Permission.RELEASE,
    "personal_data:": None,  # owners of the portal alone
}
SEEN = {  # surfaces where those who may are shown the event's name or that of a part
    "events:event", "events:talk", "events:talks", "speakers:speaker", "api:events-detail",
    "api:talks-detail", "api:speakers-detail", "api:tracks-detail", "api:person", "admin:events_event_change",
    "admin:events_event_overview", "admin:events_event_history", "admin:events_event_people",
    "admin:events_event_board", "admin:events_event_setup", "admin:events_event_release_plan",
    "admin:events_event_import_schedule", "admin:events_event_delete", "admin:events_talk_change",
    "admin:events_talk_history", "admin:events_track_change", "admin:events_release_load",
    "admin:speakers_speaker_change", "admin:events_eventspeaker_change", "admin:events_feedback_change",
    "admin:events_talk_changelist", "admin:events_event_changelist", "admin:speakers_speaker_changelist",
    "admin:events_eventspeaker_changelist", "admin:events_feedback_changelist",
    "admin:events_eventspeaker_private_link",
}  # fmt: skip


@cache
def list_surfaces() -> list[tuple[str, tuple[str, ...]]]:
    """(name, names of its parameters) of each address of the URLconf."""

    def walk(patterns, spaces=(), keys=()):
        for pattern in patterns:
            inner = pattern.pattern
            groups = inner.converters or getattr(getattr(inner, "regex", None), "groupindex", {})
            found = (*keys, *groups)
            if isinstance(pattern, URLResolver):
                space = (pattern.namespace,) if pattern.namespace else ()
                yield from walk(pattern.url_patterns, (*spaces, *space), found)
            elif pattern.name and (spaces or not pattern.name.startswith(ELSEWHERE)):
                yield ":".join((*spaces, pattern.name)), found

    return sorted(set(walk(get_resolver().url_patterns)))


@pytest.fixture(scope="module")
def portal(module_transaction):
    """A draft event with one of everything, all named by the secret and at addresses that end in "secret"."""
    series = make.Series(state="draft", slug="secret", name=f"{SECRET} series")
    event = make.Event(
        state="draft", slug="secret", name=f"{SECRET} event", series=series, description=SECRET
    )
    speaker = make.Speaker(slug="secret", name=f"{SECRET} person")
    track = make.Track(event=event, name=f"{SECRET} track", slug="secret")
    talk = make.Talk(
        event=event, slug="secret", title=f"{SECRET} talk", speakers=[speaker], track=track, notes=SECRET
    )
    private = events.EventSpeaker.objects.of(event, speaker)
    private.email, private.notes = f"{SECRET}@example.org", SECRET
    private.save()
    slot = make.Slot(talk=talk)
    comment = events.Feedback.objects.create(event=event, rating=5, comment=f"{SECRET} words")
    owner = make.Organiser(username="owner")
    event.organisers.add(owner)
    made = release(event=event, by=owner, note=SECRET)
    hook = Webhook.objects.create(name=f"{SECRET} hook", url="https://example.com/", event=event)
    delivery = Delivery.objects.create(webhook=hook, body=json.dumps({"name": SECRET}))
    Job.objects.create(kind=import_upload.path, label=SECRET, owner=owner, message=SECRET, arguments={
        "event": event.pk, "upload": str(uuid4()), "apply": False, "force": False, "release": False
    })  # fmt: skip
    collection, link, topic = (
        make.Collection(slug="secret"),
        make.Resource(slug="secret"),
        make.Topic(slug="secret"),
    )
    for tied in (link.talks, link.events, link.speakers):
        tied.add({"talks": talk, "events": event, "speakers": speaker}[tied.prefetch_cache_name])
    collection.items.create(resource=link)
    talk.topics.add(topic)
    recap = make.Recap(event=event, title=f"{SECRET} recap")
    picture = {"picture": "photos/hall.png", "width": 4, "height": 3}
    photo = event.photos.create(alternative=f"{SECRET} picture", **picture)
    event.rows = {
        type(row): row
        for row in (
            series, event, speaker, track, talk, private, comment, made, hook, delivery, collection, link, topic,
            slot.room, slot.room.venue, recap, photo,
        )
    }  # fmt: skip
    event.slot = slot
    return event


def sign_in(portal, person: str) -> tuple[Client, frozenset]:
    """(client of a person, what they may do at the event)."""
    client = Client()
    if person == VISITOR:
        return client, frozenset()
    user = make.Organiser() if person in (OWNER, STAFF) else make.User()
    granted = ROLE_PERMISSIONS.get(person, frozenset())
    role = {"user": user, "name": person}
    if person == OWNER:
        portal.organisers.add(user)
        granted = frozenset(Permission)
    elif person == STRANGER:
        events.Role.objects.create(user=user, event=make.Event(), name="organiser")
    elif person in IN_SERIES:
        granted = ROLE_PERMISSIONS[IN_SERIES[person]]
        events.Role.objects.create(user=user, series=portal.series, name=IN_SERIES[person])
    elif person == RoleName.CURATOR:
        events.Role.objects.create(**role)
    elif person != STAFF:
        events.Role.objects.create(**role, event=portal)
    client.force_login(user)
    return client, granted


def fill(portal, name: str, keys: tuple[str, ...]) -> str | None:
    """The address of the secret rows at a surface; None where none of them can be there."""
    values: dict = {"slug": "secret", "talk": "secret", "speaker": "secret", "section": "talks", "number": 0}
    values |= {"room": portal.slot.room.guid, "delivery": portal.guid}
    values |= {"token": "unknown", "path": "unknown", "url": "unknown", "app_label": "events"}
    values |= {"key": "0" * 32, "kind": "accepted"}
    if "pk" in keys or "object_id" in keys or "id" in keys or "content_type_id" in keys:
        row = find_row(portal, name)
        if row is None:
            return None
        values |= {"pk": row.pk, "object_id": row.pk}
    if "guid" in keys:
        values["guid"] = find_guid(portal, name)
    if unknown := set(keys) - set(values) - {"format", "version_id", "from_email", "extra_context"}:
        raise AssertionError(f"{name}: say above what {unknown} are")
    try:
        return reverse(name, kwargs={key: values[key] for key in keys})
    except NoReverseMatch:
        return None


def find_row(portal, name: str):
    """The secret row at an admin page or one of its neighbours."""
    if name.startswith(("personal_data:", "admin:speakers_")):
        return next(row for model, row in portal.rows.items() if model._meta.model_name == "speaker")
    for model, row in portal.rows.items():
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return row
    return None


def find_guid(portal, name: str):
    kind = name.partition(":")[2].partition("-")[0]
    if kind == "import":
        return Job.objects.get(label=SECRET).pk
    kind = {"talk": "talks", "planned": "slot", "slots": "slot", "releases": "release"}.get(
        kind, kind
    ).rstrip("s")
    if kind == "slot":
        return portal.slot.guid
    return next(row.guid for model, row in portal.rows.items() if model._meta.model_name == kind)


def list_exports(name: str, url: str):
    """The files that an export's page makes."""
    if name.endswith("_export"):
        yield f"{name} as a file", url, "post", {"format": "0", "resource": "0"}
    if name.endswith("_export_list"):
        yield f"{name} as a file", f"{url}?export_as=csv", "get", {}


def list_requests(portal):
    """(surface, address, method, data) of each row of the table."""
    for name, keys in list_surfaces():
        url = fill(portal, name, keys)
        if url is None or name in ("admin:logout", "set_language"):
            continue
        yield name, url, "get", {}
        if name.startswith(
            ("api:", "admin:events_", "admin:speakers_", "personal_data:", "events:", "jobs:")
        ):
            yield name, url, "post", {}
        if name.endswith(("-list", "_changelist")) or name in ("search", "suggest", "api:search"):
            yield f"{name} searched", f"{url}?q={SECRET}", "get", {}
        if name.endswith("_changelist") and name.split("_")[-2] in EVENTS:
            yield f"{name} filtered", f"{url}?event__id__exact={portal.pk}", "get", {}
            yield f"{name} filtered by talks", f"{url}?talks__event__id__exact={portal.pk}", "get", {}
            chosen = {"action": "delete_selected", "_selected_action": [find_row(portal, name).pk]}
            yield f"{name} action", url, "post", chosen
        yield from list_exports(name, url)
        if name == "api:changes":
            yield f"{name} of the event", f"{url}?event=secret", "get", {}
        if name == "admin:events_event_import_schedule":
            file = SimpleUploadedFile("table.csv", b"title,start\nOne,2030-10-06 10:00\n")
            yield f"{name} preview", url, "post", {"file": file}
        if name == "events:oembed":
            yield f"{name} of the event", f"{url}?url=http://testserver/events/secret/", "get", {}
    yield from list_autocompletes()


def list_autocompletes():
    url = reverse("admin:autocomplete")
    for model, model_admin in admin.site._registry.items():
        inlines = [(inline.model, inline) for inline in model_admin.inlines]
        for of, one in [(model, model_admin), *inlines]:
            for field in one.autocomplete_fields:
                asked = {
                    "app_label": of._meta.app_label,
                    "model_name": of._meta.model_name,
                    "field_name": field,
                }
                query = urlencode(asked | {"term": SECRET})
                yield f"autocomplete {of._meta.label_lower}.{field}", f"{url}?{query}", "get", {}


def needed(surface: str) -> Permission | None:
    for beginning, permission in STRICTER.items():
        if surface.startswith(beginning):
            return permission
    return Permission.VIEW


def read(response) -> str:
    content = b"".join(response) if response.streaming else response.content
    return (
        content.decode(errors="replace").replace(f"q={SECRET}", "")
        + response.headers.get("Location", "").partition("?")[0]
    )


def list_shown(client: Client, portal, sees_event: bool) -> list[tuple[str, str, int, bool]]:
    """(surface, method, status, whether it names the secret) of each row."""
    found = []
    for surface, url, method, data in list_requests(portal):
        if sees_event and needed(surface) is Permission.VIEW and surface not in SEEN:
            continue  # whatever it shows, they may see it
        client.raise_request_exception = True
        response = getattr(client, method)(url, data)
        text = read(response)
        for echo in (f'value="{SECRET}"', f"“{SECRET}”", f"q%3D{SECRET}", f"term={SECRET}"):
            text = text.replace(echo, "")
        if sees_event and needed(surface) is not Permission.VIEW and surface not in SEEN:
            text = text.replace(f"{SECRET} event", "")  # the navigation names the event that they see
        found.append((surface, method, response.status_code, SECRET in text))
    return found


def digest_event() -> list:
    """All rows of events, speakers and their parts, without what a request may add by itself."""
    models = chain(apps.get_app_config("events").get_models(), apps.get_app_config("speakers").get_models())
    return [list(model._base_manager.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_is_shown_more_than_their_role_says(portal, person):
    client, granted = sign_in(portal, person)
    before = digest_event() if Permission.VIEW not in granted else None
    rows = list_shown(client, portal, Permission.VIEW in granted)
    assert len(rows) > (100 if Permission.VIEW in granted else 500)
    leaks = [
        (surface, method)
        for surface, method, _status, named in rows
        if named and needed(surface) not in granted
    ]
    hidden = [
        (surface, status)
        for surface, method, status, named in rows
        if surface in SEEN and method == "get" and needed(surface) in granted and not named
    ]
    broken = [(surface, method, status) for surface, method, status, _named in rows if status >= 500]
    assert (leaks, hidden, broken) == ([], [], [])
    assert before is None or digest_event() == before


def test_the_table_has_every_model_of_the_admin():
    users = User.objects.count()
    names = {name for name, _keys in list_surfaces()}
    for model in admin.site._registry:
        assert f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" in names
    assert User.objects.count() == users
