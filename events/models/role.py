"""Roles that people have for an event, a series or the portal, and invitations to them."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import can_see_all
from roadshow.core.roles import Permission, RoleName, roles_with
from roadshow.journal.triggers import journal_triggers

from .event import USERNAME, Event
from .series import Series

LIFETIME = dt.timedelta(days=14)  # of an invitation


def role_scope_constraints(name: str) -> list[models.BaseConstraint]:
    """An event, a series, or neither for the portal; a curator is one of the portal, and nobody else is."""
    return [
        models.CheckConstraint(
            condition=Q(event__isnull=True) | Q(series__isnull=True),
            name=f"{name}_has_one_scope",
            violation_error_message=_("Choose an event or a series, not both."),
        ),
        models.CheckConstraint(
            condition=Q(name=RoleName.CURATOR, event__isnull=True, series__isnull=True)
            | (~Q(name=RoleName.CURATOR) & (Q(event__isnull=False) | Q(series__isnull=False))),
            name=f"{name}_of_the_portal_is_curator",
            violation_error_message=_(
                "A curator is one of the whole portal; other roles need an event or series."
            ),
        ),
    ]


class ScopedRoleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.editable_by(user)

    def editable_by(self, user):
        """Those of events and series whose people `user` may manage."""
        if can_see_all(user):
            return self
        events = Event.objects.with_permission(user, Permission.MANAGE_PEOPLE)
        return self.filter(Q(event__in=events) | Q(series__in=Series.objects.editable_by(user)))


class Role(models.Model):
    """What a person may do, besides those who are organisers of the event or series."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles", verbose_name=_("person")
    )
    name = models.CharField(_("role"), max_length=20, choices=RoleName)
    event = models.ForeignKey(
        Event, models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("event")
    )
    series = models.ForeignKey(
        Series, models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("series")
    )
    rooms: models.ManyToManyField = models.ManyToManyField(
        "Room",
        blank=True,
        related_name="+",
        verbose_name=_("rooms"),
        help_text=_("Only in these rooms may they announce changes on the day; in all when none is chosen."),
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ScopedRoleQuerySet.as_manager()

    class Meta:
        triggers = journal_triggers("events_role", event="r.event_id", label=USERNAME)
        verbose_name, verbose_name_plural = _("role"), _("roles")
        ordering = ["user__username", "pk"]
        constraints = [
            *role_scope_constraints("role"),
            models.UniqueConstraint(
                fields=["user", "event", "series"],
                name="role_once_in_a_scope",
                nulls_distinct=False,
                violation_error_message=_("This person has a role here already."),
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_name_display()}"


@dataclass(frozen=True, slots=True)
class LiveRights:
    """Whether somebody may announce changes of the day, and in which rooms (primary keys); None: everywhere."""

    is_allowed: bool
    rooms: frozenset[int] | None = None


def find_live_rights(user, event: Event) -> LiveRights:
    """What `user` may announce at an event; 1 to 4 queries. Rooms chosen in a role limit it to them."""
    permissions = event.permissions_of(user)
    if Permission.RUN_LIVE not in permissions:
        return LiveRights(is_allowed=False)
    if Permission.EDIT_EVENT in permissions:
        return LiveRights(is_allowed=True)
    scope = Q(event=event.pk) | Q(series=event.series_id, series__isnull=False)
    roles = user.roles.filter(scope, name__in=roles_with(Permission.RUN_LIVE)).prefetch_related("rooms")
    rooms = [frozenset(room.pk for room in role.rooms.all()) for role in roles]
    return LiveRights(True, None if not all(rooms) else frozenset().union(*rooms))


class Invitation(models.Model):
    """An offer of a role, sent by mail as a link. The link holds the token; its digest is stored."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("role"), max_length=20, choices=RoleName)
    event = models.ForeignKey(
        Event, models.CASCADE, null=True, blank=True, related_name="invitations", verbose_name=_("event")
    )
    series = models.ForeignKey(
        Series, models.CASCADE, null=True, blank=True, related_name="invitations", verbose_name=_("series")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, editable=False, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))

    class QuerySet(ScopedRoleQuerySet):
        def valid(self, token: str):
            """The invitation of a token, unless it has expired."""
            return self.filter(digest=digest_token(token), expires_at__gt=timezone.now())

    objects = QuerySet.as_manager()

    class Meta:
        triggers = journal_triggers("events_invitation", event="r.event_id", label="r.email")
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = role_scope_constraints("invitation")

    def __str__(self):
        return f"{self.email}: {self.get_name_display()}"

    def renew(self) -> str:
        """Set a new token and end; returns the token, which is not stored. The old link stops to work."""
        token = secrets.token_urlsafe(32)
        self.digest, self.expires_at = digest_token(token), timezone.now() + LIFETIME
        return token


def digest_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
