"""Single sign-on against an OpenID Connect provider: only for accounts whose address the provider has verified."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.urls import reverse

from roadshow.server.configuration import configure_single_sign_on
from tests import factories
from tests.roadshow.servers import send, serving

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CODE = "code-of-the-provider"


def public_key() -> dict:
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1"}


class Provider:
    """An OpenID Connect provider with one person, who has signed in there already; `claims` are about them."""

    def __init__(self):
        self.claims = {"sub": "42", "email": "organiser@example.org", "email_verified": True}
        self.nonces: dict[str, str] = {}
        self.url = ""

    def answer(self, handler) -> None:
        path = urlsplit(handler.path).path
        length = int(handler.headers.get("Content-Length", 0))
        form = parse_qs(handler.rfile.read(length).decode())
        found = {
            "/.well-known/openid-configuration": self.describe,
            "/token": lambda: self.issue(form),
            "/userinfo": lambda: self.claims,
            "/keys": lambda: {
                "keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1"}]
            },
        }[path]()
        send(
            handler, json.dumps(found or {}).encode(), 200 if found else 400, content_type="application/json"
        )

    def describe(self) -> dict:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def issue(self, form: dict) -> dict | None:
        """Tokens for the code, if the client knows its secret."""
        if (form["code"], form["client_secret"]) != ([CODE], ["secret"]):
            return None
        now = int(time.time())
        claims = self.claims | {"iss": self.url, "aud": "roadshow", "iat": now, "exp": now + 60}
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def provider(settings):
    one = Provider()
    with serving(one.answer) as server:
        one.url = server.url
        settings.SOCIALACCOUNT_PROVIDERS = configure_single_sign_on(
            server=server.url, client="roadshow", secret="secret", name="Our accounts"
        )
        yield one


def sign_in(client, *, code: str = CODE):
    """Follow the button of the sign-in page to the provider and back."""
    there = client.post("/accounts/oidc/oidc/login/")
    assert there.status_code == 302, there.content
    query = parse_qs(urlsplit(there["Location"]).query)
    assert "openid" in query["scope"][0]
    back = urlsplit(query["redirect_uri"][0])
    return client.get(back.path, {"code": code, "state": query["state"][0]}, follow=True)


def is_signed_in(client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def test_an_organiser_signs_in_with_the_provider_s_verified_address(client, provider):
    organiser = factories.Organiser(username="organiser", email="organiser@example.org")
    sign_in(client)
    assert is_signed_in(client)
    assert client.get(reverse("admin:index")).wsgi_request.user == organiser


def test_an_address_that_is_not_verified_signs_nobody_in(client, provider):
    factories.Organiser(username="organiser", email="organiser@example.org")
    provider.claims["email_verified"] = False
    sign_in(client)
    assert not is_signed_in(client)


def test_nobody_gets_an_account_by_it(client, provider):
    page = sign_in(client)
    assert page.status_code in (200, 403)
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_a_wrong_code_or_state_signs_nobody_in(client, provider):
    factories.Organiser(username="organiser", email="organiser@example.org")
    sign_in(client, code="guessed")
    client.get("/accounts/oidc/oidc/login/callback/", {"code": CODE, "state": "guessed"})
    assert not is_signed_in(client)


def test_a_provider_that_is_away_is_no_error(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = configure_single_sign_on(
        server="http://127.0.0.1:9", client="roadshow", secret="secret", name="Our accounts"
    )
    page = client.post("/accounts/oidc/oidc/login/", follow=True)
    assert page.redirect_chain == [(reverse("account_login"), 302)]
    assert "The sign-in service does not respond." in page.content.decode()
