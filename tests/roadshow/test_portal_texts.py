"""Privacy and imprint are the owner's; a person is exported and erased by owners alone; addresses end in a slash."""

import pytest
from django.urls import reverse

from roadshow.models import PortalText
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_footer_leads_to_what_the_owner_wrote_in_each_language(client, admin_client):
    page = client.get("/")
    for kind in ("privacy", "imprint"):
        assert f'href="/{kind}/"' in page.text
        assert "has not written this page yet" in client.get(f"/{kind}/").text
    add = reverse("admin:roadshow_portaltext_add")
    for language, text in (("en", "We keep *little*."), ("zh-hans", "我们保存很少。")):
        values = {"kind": "privacy", "language": language, "text": text}
        assert admin_client.post(add, values).status_code == 302
    assert "We keep <em>little</em>." in client.get("/privacy/").text
    assert "我们保存很少。" in client.get("/zh-hans/privacy/").text
    assert 'href="/zh-hans/privacy/"' in client.get("/zh-hans/").text
    PortalText.objects.filter(language="zh-hans").delete()
    assert "little" in client.get("/zh-hans/privacy/").text


def test_only_owners_write_them(client):
    row = PortalText.objects.create(kind="privacy", text="Ours")
    client.force_login(make.Organiser())
    assert client.get(reverse("admin:roadshow_portaltext_add")).status_code == 403
    assert client.get(reverse("admin:roadshow_portaltext_change", args=[row.pk])).status_code in (302, 403)
    assert "Ours" not in client.get(reverse("admin:roadshow_portaltext_changelist")).text


def test_an_owner_exports_and_erases_a_person_after_a_confirmation(admin_client, client):
    person = make.Speaker(name="Grace Hopper")
    export, erase = (reverse(f"personal_data:{name}", args=[person.pk]) for name in ("export", "erase"))
    form = admin_client.get(reverse("admin:speakers_speaker_change", args=[person.pk])).text
    assert export in form and erase in form
    assert admin_client.get(export).json()["person"]["name"] == "Grace Hopper"
    refused = admin_client.post(erase, {"name": "Grace"})
    assert refused.status_code == 422 and 'value="Grace"' in refused.text
    assert Speaker.objects.exists()
    for user in (make.Organiser(), make.User()):
        client.force_login(user)
        assert client.get(export).status_code in (302, 403) and client.post(erase).status_code in (302, 403)
    assert admin_client.post(erase, {"name": "Grace Hopper"}).status_code == 302
    assert not Speaker.objects.exists()


def test_a_write_without_the_final_slash_stays_a_write(client):
    client.force_login(make.Organiser())
    body = {"name": "X", "slug": "x"}
    answer = client.post("/api/v1/topics", body, content_type="application/json")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/topics/")
    assert client.get("/api/v1/topics?q=x").status_code == 301
    followed = client.post("/api/v1/topics", body, content_type="application/json", follow=True)
    assert followed.status_code == 201
