"""Passkeys, with the authenticator that Chromium simulates."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organiser():
    return factories.Organiser(username="organiser", email="organiser@example.org")


def add_authenticator(page) -> None:
    """Give the browser a security key that knows its user."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_an_organiser_adds_a_passkey_and_signs_in_with_it(open_page, live_server, organiser, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    site = live_server.url.replace("127.0.0.1", "localhost")  # passkeys belong to a name
    page = open_page()
    add_authenticator(page)
    page.goto(site + reverse("account_login"))
    page.locator("input[name=login]").fill("organiser")
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{site}/admin/**")
    page.goto(site + reverse("mfa_add_webauthn"))
    if page.locator("input[name=password]").count():  # it asks for the password once more
        page.locator("input[name=password]").fill(factories.PASSWORD)
        page.locator("input[name=password]").press("Enter")
    page.locator("input[name=name]").fill("My phone")
    if page.locator("input[name=passwordless]").count():
        page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    assert Authenticator.objects.filter(user=organiser, type="webauthn").count() == 1
    page.context.clear_cookies()
    page.goto(site + reverse("account_login"))
    page.get_by_role("button", name="passkey").click()
    page.wait_for_url(f"{site}/admin/**")
    page.goto(site + reverse("admin:index"))
    assert page.get_by_text("organiser").count()
