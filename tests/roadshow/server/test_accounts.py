"""Second factors: by TOTP and recovery codes, obligatory by a setting; single sign-on by settings; no sign-up."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from roadshow.server.configuration import configure_single_sign_on
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser():
    return factories.Organiser(username="organiser", email="organiser@example.org")


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(client, page: str, name: str):
    return client.post(page, {name: "organiser", "password": factories.PASSWORD})


def test_without_a_second_factor_the_password_will_do(client, organiser):
    sign_in(client, reverse("admin:login"), "username")
    assert client.get(reverse("admin:index")).status_code == 200


def test_with_a_second_factor_the_password_alone_signs_nobody_in(client, organiser):
    secret = generate_totp_secret()
    TOTP.activate(organiser, secret)
    answer = sign_in(client, reverse("admin:login"), "username")
    assert "second factor" in answer.content.decode()
    assert client.get(reverse("admin:index")).status_code == 302
    answer = sign_in(client, reverse("account_login"), "login")
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_an_obligatory_second_factor_is_set_up_before_anything_else(client, organiser, settings):
    settings.MFA_REQUIRED = True
    client.force_login(organiser)
    for page in (reverse("admin:index"), "/", "/events/"):
        assert client.get(page)["Location"] == reverse("mfa_index")
    assert client.get("/api/v1/events/").status_code == 403
    assert client.get(reverse("mfa_index")).status_code in (200, 302)
    Authenticator.objects.create(user=organiser, type="totp", data={"secret": "x"})
    assert client.get(reverse("admin:index")).status_code == 200
    client.logout()
    assert client.get("/").status_code == 200


def test_nobody_signs_up(client):
    answer = client.post(
        reverse("account_signup"),
        {"username": "me", "password1": factories.PASSWORD, "password2": factories.PASSWORD},
    )
    assert b"Sign Up Closed" in answer.content or answer.status_code in (302, 403)
    assert not factories.Organiser._meta.model.objects.filter(username="me").exists()


def test_a_forgotten_password_is_reset_by_mail(client, organiser):
    client.post(reverse("account_reset_password"), {"email": "organiser@example.org"})
    assert [message.to for message in mail.outbox] == [["organiser@example.org"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_the_sign_in_page_leads_to_a_new_password(client):
    page = client.get(reverse("admin:login")).content.decode()
    assert f'href="{reverse("admin_password_reset")}"' in page
    assert client.get(reverse("admin_password_reset"))["Location"] == reverse("account_reset_password")


def test_recovery_codes_sign_in_once(client, organiser):
    TOTP.activate(organiser, generate_totp_secret())
    code = RecoveryCodes.activate(organiser).get_unused_codes()[0]
    for status in (302, 200):
        sign_in(client, reverse("account_login"), "login")
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == status
        client.logout()


def test_single_sign_on_is_off_until_it_is_set():
    assert configure_single_sign_on(server="", client="", secret="", name="") == {}
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT"):
        configure_single_sign_on(server="https://id.example.org", client="", secret="", name="")


def test_single_sign_on_shows_on_the_sign_in_page(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = configure_single_sign_on(
        server="https://id.example.org", client="roadshow", secret="secret", name="Our accounts"
    )
    assert "Our accounts" in client.get(reverse("account_login")).content.decode()
