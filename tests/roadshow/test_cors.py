"""Requests from other origins, and the addresses that programs look for by convention."""

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db
ORIGIN = {"Origin": "https://app.example.org"}


@pytest.mark.parametrize(
    ("path", "method", "wanted"),
    [
        ("/api/v1/talks/", "POST", "Authorization, Content-Type, Idempotency-Key"),
        ("/api/v1/talks/0b2f1f0e-0000-4000-8000-000000000000/", "PATCH", "Authorization, If-Match"),
        ("/api/v1/events/secret/plan/", "GET", "Authorization"),
        ("/api/v1/events/mine/feedback/", "POST", "Content-Type"),
        ("/api/v1/suggestions/", "POST", "Content-Type"),
        ("/events/mine/schedule.json", "GET", "If-None-Match"),
    ],
)
def test_preflights_are_answered(client, path, method, wanted):
    asked = ORIGIN | {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted}
    response = client.options(path, headers=asked)
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert method in response["Access-Control-Allow-Methods"]
    assert set(wanted.split(", ")) <= set(response["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in response


def test_pages_answer_no_preflight(client):
    response = client.options("/admin/", headers=ORIGIN | {"Access-Control-Request-Method": "POST"})
    assert "Access-Control-Allow-Origin" not in response


def test_responses_to_writes_and_errors_can_be_read(client):
    event = make.Event(feedback_open=True)
    for response in (
        client.post(
            f"/api/v1/events/{event.slug}/feedback/", {"rating": 5}, "application/json", headers=ORIGIN
        ),
        client.post("/api/v1/talks/", {}, "application/json", headers=ORIGIN),
        client.get("/api/v1/nothing/", headers=ORIGIN),
    ):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in response["Access-Control-Expose-Headers"]


def test_addresses_by_convention(client, settings):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text and "Disallow: /admin/" in text
    assert client.get("/favicon.ico")["Location"].endswith("icons/icon.svg")
    assert client.get("/.well-known/change-password")["Location"] == "/admin/password_change/"
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@example.org" in text and "Expires: 20" in text
