"""Pictures that organisers upload, and what happens when two of them are at work at once."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

import speakers.models
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db
NO_LINKS = {"links-TOTAL_FORMS": "0", "links-INITIAL_FORMS": "0"}


@pytest.fixture
def enter(client):
    """Enters a speaker by the admin's form; gives the answer."""
    client.force_login(factories.Organiser())

    def entered(**fields):
        data = {"name": "Ada Lovelace", "state": "published"} | NO_LINKS | fields
        return client.post("/admin/speakers/speaker/add/", data)

    return entered


def picture(size: tuple[int, int], format: str) -> SimpleUploadedFile:
    data, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("1" if size[0] > 5000 else "RGB", size).save(
        data, format, **({"exif": exif} if format == "JPEG" else {})
    )
    return SimpleUploadedFile(f"me.{format.lower()}", data.getvalue())


def test_a_picture_is_stored_as_another_without_what_it_says_of_its_maker(enter, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert enter(picture=picture((2000, 1000), "JPEG")).status_code == 302
    stored = Speaker.objects.get().picture
    assert re.fullmatch(r"speakers/me-[0-9a-f]{16}\.webp", stored.name)  # nobody guesses a draft's picture
    assert b"taken at home" not in stored.read()
    assert Image.open(stored.path).size == (1920, 960)


@pytest.mark.parametrize(
    ("size", "format", "sentence"),
    [
        ((9000, 7000), "PNG", "more than 20 million pixels"),
        ((4000, 3100), "WEBP", "more than 12 million pixels"),
        ((20, 20), "EPS", "Use JPEG, PNG or WebP."),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused_by_the_form(enter, size, format, sentence):
    page = enter(picture=picture(size, format))
    assert page.status_code == 200
    assert sentence in page.text
    assert not Speaker.objects.exists()


def test_a_lost_race_is_told_and_is_no_error(enter, monkeypatch):
    factories.Speaker(slug="ada-lovelace")
    monkeypatch.setattr(speakers.models, "make_unique_slug", lambda *given, **options: "ada-lovelace")
    page = enter()
    assert page.status_code == 409
    assert "Fetch it again and repeat your change." in page.text
    assert Speaker.objects.count() == 1
