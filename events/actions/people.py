"""Invite people to roles of an event, and change who has which."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.core.roles import RoleName
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ..models import Event, Invitation, Role
from .planning import lock_event


class InvitationRefused(Exception):  # noqa: N818 - an expected refusal
    """The invitation cannot be accepted; the message says what to do."""


@transaction.atomic
def invite(
    *, event: Event, email: str, role: str, by: User, for_series: bool = False
) -> tuple[Invitation, str]:
    """Create an invitation to a role of the event, or of its series; returns it with the token of its link.

    An earlier invitation of the same address is replaced. Raises ValidationError.
    """
    scope = {"series": event.series} if for_series and event.series else {"event": event}
    Invitation.objects.filter(email__iexact=email, **scope).delete()
    invitation = Invitation(email=email, name=role, invited_by=by, **scope)
    token = invitation.renew()
    invitation.full_clean()
    invitation.save()
    name_activity(Activity.Kind.PEOPLE, invitation)
    return invitation, token


@transaction.atomic
def invite_curator(*, email: str, by: User) -> tuple[Invitation, str]:
    """Create an invitation to curate the portal; returns it with the token of its link. Raises ValidationError."""
    Invitation.objects.filter(email__iexact=email, name=RoleName.CURATOR).delete()
    invitation = Invitation(email=email, name=RoleName.CURATOR, invited_by=by)
    token = invitation.renew()
    invitation.full_clean()
    invitation.save()
    name_activity(Activity.Kind.PEOPLE, invitation)
    return invitation, token


@transaction.atomic
def accept_invitation(*, token: str, user: User) -> Role | None:
    """Give `user` the invitation's role, and delete the invitation.

    Who is an organiser of the event or series already keeps that: None. Raises InvitationRefused.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).valid(token).first()
    if invitation is None:
        raise InvitationRefused(_("This invitation has expired or was used. Ask for a new one."))
    scope = {"event": invitation.event, "series": invitation.series}
    target = invitation.event or invitation.series
    invitation.delete()
    if target is not None and target.organisers.filter(pk=user.pk).exists():
        return None
    role, _created = Role.objects.update_or_create(
        user=user, **scope, defaults={"name": invitation.name, "granted_by": invitation.invited_by}
    )
    _touch(role)
    name_activity(Activity.Kind.PEOPLE, role)
    return role


@transaction.atomic
def change_role(*, role: Role, name: str, by: User) -> Role:
    """Give the person of `role` another one in the same event or series. Raises ValidationError."""
    role.name, role.granted_by = name, by
    role.full_clean()
    role.save()
    _touch(role)
    name_activity(Activity.Kind.PEOPLE, role)
    return role


@transaction.atomic
def remove_role(*, role: Role) -> None:
    _touch(role)
    name_activity(Activity.Kind.PEOPLE, _("%(role)s removed") % {"role": role})
    role.delete()


@transaction.atomic
def remove_organiser(*, event: Event, user: User) -> None:
    """Take the event from an organiser. Raises InvitationRefused for the last one."""
    lock_event(event.pk)
    if not event.organisers.exclude(pk=user.pk).exists():
        raise InvitationRefused(_("The event needs an organiser: invite another one first."))
    event.organisers.remove(user)
    name_activity(Activity.Kind.PEOPLE, _("%(role)s removed") % {"role": user})


def _touch(role: Role) -> None:
    """Mark the event or series as changed: what its people see depends on their roles."""
    target = role.event or role.series
    if target is not None:
        type(target).objects.filter(pk=target.pk).update(updated_at=timezone.now())
