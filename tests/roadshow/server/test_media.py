"""Media: cached for ever, shown when they are pictures, downloaded otherwise, kept in an object store on request."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    default_storage.save("photos/one.jpg", ContentFile(b"picture"))
    default_storage.save("files/page.html", ContentFile(b"<script>"))


def test_a_picture_is_shown_and_kept_for_ever(client):
    answer = client.get("/media/photos/one.jpg")
    assert b"".join(answer.streaming_content) == b"picture"
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get("/media/photos/one.jpg", headers={"If-Modified-Since": answer["Last-Modified"]})
    assert again.status_code == 304


def test_what_is_no_picture_is_downloaded(client):
    answer = client.get("/media/files/page.html")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["photos/two.jpg", "photos", "../secret-key", "photos/..%2f..%2fsecret-key"])
def test_nothing_else_is_served(client, tmp_path, path):
    (tmp_path.parent / "secret-key").write_text("secret")
    assert client.get(f"/media/{path}").status_code == 404
