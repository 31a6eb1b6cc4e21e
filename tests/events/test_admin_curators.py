"""Curators are invited by the portal's owners."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from events.models import Invitation, Role
from roadshow.core.access import can_curate
from tests import factories

pytestmark = pytest.mark.django_db
ADD = "admin:events_invitation_add"


def test_an_owner_invites_a_curator_and_takes_the_role_back(client):
    client.force_login(factories.Organiser(is_superuser=True))
    assert client.post(reverse(ADD), {"email": "cora@example.org"}).status_code == 302
    assert mail.outbox[-1].to == ["cora@example.org"]
    link = re.search(r"/invitations/\S+/", mail.outbox[-1].body).group()
    helper = factories.User()
    client.force_login(helper)
    assert "curator" in client.get(link).content.decode()
    client.post(link)
    role = Role.objects.get()
    assert (role.user, role.name, role.event, role.series) == (helper, "curator", None, None)
    assert can_curate(type(helper).objects.get(pk=helper.pk))
    client.force_login(factories.Organiser(is_superuser=True))
    assert helper.username in client.get(reverse("admin:events_role_changelist")).content.decode()
    client.post(reverse("admin:events_role_delete", args=[role.pk]), {"post": "yes"})
    assert not Role.objects.exists()


def test_a_wrong_address_is_refused(client):
    client.force_login(factories.Organiser(is_superuser=True))
    assert client.post(reverse(ADD), {"email": "nobody"}).status_code == 200
    assert not Invitation.objects.exists()


def test_organisers_invite_no_curators(client):
    client.force_login(factories.Organiser())
    for name in ("events_invitation_add", "events_invitation_changelist", "events_role_changelist"):
        assert client.get(reverse(f"admin:{name}")).status_code == 403
