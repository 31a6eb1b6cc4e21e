"""Files over the API: pictures, photos, documents; and what reads recaps, feedback and tokens."""

import os
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart
from django.utils import timezone
from PIL import Image

from events.models import Photo
from roadshow.api import uploads
from roadshow.models import ApiToken
from roadshow.server.maintenance import delete_unlinked_documents
from tests import factories as make
from tests.roadshow.test_api_actions import api, event, organiser, token  # noqa: F401 - fixtures
from tests.roadshow.test_api_schema import named, response_schema, validator

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
FORM = {"content_type": "multipart/form-data; boundary=part"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def jpeg(name="Me and you.jpg") -> SimpleUploadedFile:
    data = BytesIO()
    picture = Image.new("RGB", (2400, 1200), "teal")
    exif = picture.getexif()
    exif[0x010E] = "a secret place"
    picture.save(data, "JPEG", exif=exif)
    return SimpleUploadedFile(name, data.getvalue())


def form(**values) -> bytes:
    return encode_multipart("part", values)


def test_pictures_are_set_reencoded_and_taken_away(api, event):  # noqa: F811 - fixtures
    talk, speaker = make.Talk(event=event), make.Speaker(created_by=event.organisers.get())
    for address, record in (
        (f"/api/v1/talks/{talk.guid}/", talk),
        (f"/api/v1/events/{event.slug}/", event),
        (f"/api/v1/speakers/{speaker.slug}/", speaker),
    ):
        before = api.get(address)
        answer = api.put(f"{address}picture/", form(file=jpeg()), **FORM)
        assert answer.status_code == 200, answer.content
        assert answer["ETag"] != before["ETag"]
        assert "/me-and-you-" in answer.json()["picture"]
        record.refresh_from_db()
        stored = record.picture.read()
        with Image.open(BytesIO(stored)) as picture:
            assert (picture.format, picture.size) == ("WEBP", (1920, 960))
        assert b"secret" not in stored
        stale = {"headers": {"If-Match": '"1-1-1.0"'}}
        assert api.delete(f"{address}picture/", **stale).status_code == 412
        assert api.delete(f"{address}picture/").json()["picture"] is None
        assert api.delete(f"{address}picture/").status_code == 200


def test_what_is_no_picture_is_refused(api, event, monkeypatch):  # noqa: F811 - fixtures
    address = f"/api/v1/talks/{make.Talk(event=event).guid}/picture/"
    for file in (SimpleUploadedFile("a.png", PDF), SimpleUploadedFile("a.svg", b"<svg/>")):
        answer = api.put(address, form(file=file), **FORM)
        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "file")
    assert api.put(address, form(), **FORM).status_code == 400
    unknown = api.put(address, form(file=jpeg(), colour="red"), **FORM)
    assert (unknown.status_code, unknown.json()["errors"][0]["attr"]) == (400, "colour")
    assert api.put(address, {}, content_type="application/json").status_code == 415
    theirs = make.Talk()
    assert api.put(f"/api/v1/talks/{theirs.guid}/picture/", form(), **FORM).status_code == 403
    monkeypatch.setattr(uploads, "PICTURE_MB", 0)
    assert "larger" in api.put(address, form(file=jpeg()), **FORM).json()["errors"][0]["detail"]


def test_slides_become_a_link_and_are_kept_while_they_are_linked(api, event, media):  # noqa: F811 - fixtures
    talk = make.Talk(event=event)
    address = f"/api/v1/talks/{talk.guid}/files/"
    answer = api.post(address, {"file": SimpleUploadedFile("The end.pdf", PDF), "title": "Slides"})
    assert answer.status_code == 201, answer.content
    (link,) = answer.json()["links"]
    assert (link["title"], link["kind"], link["url"]) == ("Slides", "slides", answer["Location"])
    assert api.get(link["url"]).getvalue() == PDF
    assert api.get(link["url"])["Content-Disposition"].startswith("attachment")
    second = api.post(address, {"file": SimpleUploadedFile("More.pdf", PDF), "kind": "paper"})
    assert [one["title"] for one in second.json()["links"]] == ["Slides", "More"]
    for bad in ({"kind": "virus"}, {"title": "x" * 201}, {"colour": "red"}, {"file": jpeg("a.pdf")}):
        assert api.post(address, {"file": SimpleUploadedFile("a.pdf", PDF)} | bad).status_code == 400, bad
    old = (timezone.now() - timedelta(days=2)).timestamp()
    files = list(media.glob("documents/*/*.pdf"))
    for file in files:
        os.utime(file, (old, old))
    talk.links.filter(title="More").update(url="https://example.org/more.pdf")
    stray = default_storage.save("documents/2020/stray.pdf", SimpleUploadedFile("stray.pdf", PDF))
    os.utime(media / stray, (old, old))
    assert delete_unlinked_documents() == 1  # the journal can bring the other one back
    assert len(list(media.glob("documents/*/*.pdf"))) == len(files) == 2


def test_photos_are_added_read_changed_and_deleted(api, client, event):  # noqa: F811 - fixtures
    values = {"event": "mine", "alternative": "A hall full of people.", "license": "CC BY 4.0"}
    answer = api.post("/api/v1/photos/", values | {"file": jpeg()})
    assert answer.status_code == 201, answer.content
    named("Photo").validate(answer.json())
    photo = answer.json()
    assert (photo["width"], photo["license"]) == (1920, "CC BY 4.0")
    assert answer["Location"].endswith(f"/api/v1/photos/{photo['guid']}/")
    assert api.post("/api/v1/photos/", values).status_code == 400
    assert api.post("/api/v1/photos/", values | {"file": jpeg(), "alternative": ""}).status_code == 400
    changed = api.patch(answer["Location"], {"caption": "Full"}, content_type="application/json")
    assert changed.json()["caption"] == "Full"
    theirs = make.Event()
    refused = api.post("/api/v1/photos/", values | {"file": jpeg(), "event": theirs.slug})
    assert refused.status_code == 403
    client.logout()
    hidden = Photo.objects.create(event=make.Event(state="draft"), alternative="Secret")
    page = client.get("/api/v1/photos/?event=mine").json()
    validator(response_schema("/api/v1/photos/")).validate(page)
    assert [one["guid"] for one in page["results"]] == [photo["guid"]]
    assert client.get(f"/api/v1/photos/{hidden.guid}/").status_code == 404
    client.force_login(event.organisers.get())
    assert client.delete(answer["Location"]).status_code == 204


def test_recaps_and_feedback_are_read_by_those_who_may(client, event, organiser):  # noqa: F811 - fixtures
    recap = make.Recap(event=event)
    talk = make.Talk(event=event)
    event.feedback.create(comment="For all", state="shown", rating=5, talk=talk)
    event.feedback.create(comment="For few")
    page = client.get("/api/v1/recaps/?event=mine").json()
    validator(response_schema("/api/v1/recaps/")).validate(page)
    assert client.get(f"/api/v1/recaps/{recap.guid}/").json() == page["results"][0]
    comments = []
    for user in (None, make.User(is_staff=True), organiser):
        client.logout() if user is None else client.force_login(user)
        page = client.get("/api/v1/feedback/?event=mine").json()
        validator(response_schema("/api/v1/feedback/")).validate(page)
        comments.append([one["comment"] for one in page["results"]])
    assert comments == [["For all"], ["For all"], ["For few", "For all"]]
    assert client.get(f"/api/v1/feedback/?talk={talk.guid}").json()["count"] == 1
    for query in ("event=nowhere", "talk=1", f"talk={event.guid}", "colour=red"):
        assert client.get(f"/api/v1/feedback/?{query}").status_code == 400


class TestTokens:
    def test_tokens_are_made_listed_and_revoked(self, client, event, organiser):  # noqa: F811 - fixtures
        headers = token(organiser, may_write=True)
        data = {"name": "Video", "may_write": True, "events": ["mine"], "days": 30}
        answer = client.post("/api/v1/tokens/", data, content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content
        made = answer.json()
        named("NewApiToken").validate(made)
        mine = {"Authorization": f"Token {made['token']}"}
        assert client.get("/api/v1/me/", headers=mine).json()["token"]["name"] == "Video"
        listed = client.get("/api/v1/tokens/", headers=mine).json()
        validator(response_schema("/api/v1/tokens/")).validate(listed)
        assert [one["current"] for one in listed] == [True, False]
        assert "token" not in listed[0]
        assert client.delete(answer["Location"], headers=mine).status_code == 204
        assert client.get("/api/v1/tokens/", headers=mine).status_code == 401
        assert ApiToken.objects.count() == 1

    def test_a_token_makes_none_that_may_do_more(self, client, event, organiser):  # noqa: F811 - fixtures
        def post(headers, **data):
            data = {"name": "New"} | data
            return client.post("/api/v1/tokens/", data, content_type="application/json", headers=headers)

        make.Event(slug="other", organisers=[organiser])
        assert post(token(organiser)).status_code == 403  # it may only read
        limited = token(organiser, may_write=True, every_event=False, events=[event])
        assert post(limited).status_code == 400
        assert post(limited, events=["mine", "other"]).status_code == 400
        assert post(limited, events=["mine"]).status_code == 201
        brief = token(organiser, may_write=True, expiry=timezone.now() + timedelta(days=10))
        assert post(brief, days=11).status_code == post(brief, days=None).status_code == 400
        assert post(brief, days=9).status_code == 201
        assert post(brief, days=9, colour="red").status_code == 400

    def test_they_are_their_owners_alone(self, client, organiser):  # noqa: F811 - fixtures
        token(organiser)
        client.force_login(make.Organiser())
        assert client.get("/api/v1/tokens/").json() == []
        digest = ApiToken.objects.get().digest
        assert client.delete(f"/api/v1/tokens/{digest[:16]}/").status_code == 404
        client.logout()
        assert client.get("/api/v1/tokens/").status_code == 401
