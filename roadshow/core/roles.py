"""Roles of people who help with an event, and what each may do.

Superusers own the portal. The organisers of an event or series (`organisers`) are its owners and may do everything
there. All others have at most one role for an event, for a series with all its events, or for the portal.
"""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    VIEW = "view"  # drafts, the plan, releases
    EDIT_EVENT = "edit_event"  # settings, rooms, tracks, recaps, pictures, imports
    EDIT_TALKS = "edit_talks"
    SCHEDULE = "schedule"  # slots of the plan
    RELEASE = "release"
    EDIT_SPEAKERS = "edit_speakers"  # profiles and private data
    MODERATE = "moderate"  # feedback
    RUN_LIVE = "run_live"  # changes on the day itself
    CURATE = "curate"  # what the whole portal shares: links, topics, venues
    MANAGE_PEOPLE = "manage_people"  # roles and invitations


class RoleName(models.TextChoices):
    ORGANISER = "organiser", _("organiser")
    SCHEDULER = "scheduler", _("track scheduler")
    SPEAKER_MANAGER = "speaker_manager", _("speaker manager")
    MODERATOR = "moderator", _("moderator")
    VOLUNTEER = "volunteer", _("volunteer")
    READER = "reader", _("read-only")
    CURATOR = "curator", _("curator")


EVENT_ROLES = [role for role in RoleName if role != RoleName.CURATOR]
PERMISSION_LABELS = {
    Permission.VIEW: _("See drafts and the plan"),
    Permission.EDIT_EVENT: _("Change the event, its rooms, tracks, recaps and pictures; import"),
    Permission.EDIT_TALKS: _("Enter and change talks"),
    Permission.SCHEDULE: _("Change the plan"),
    Permission.RELEASE: _("Release the plan"),
    Permission.EDIT_SPEAKERS: _("Change speakers and see their contact data"),
    Permission.MODERATE: _("Show and hide feedback"),
    Permission.RUN_LIVE: _("Announce changes on the day"),
    Permission.MANAGE_PEOPLE: _("Invite people and change roles"),
}
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    RoleName.ORGANISER: frozenset(Permission) - {Permission.MANAGE_PEOPLE, Permission.CURATE},
    RoleName.SCHEDULER: frozenset({Permission.VIEW, Permission.SCHEDULE}),
    RoleName.SPEAKER_MANAGER: frozenset({Permission.VIEW, Permission.EDIT_TALKS, Permission.EDIT_SPEAKERS}),
    RoleName.MODERATOR: frozenset({Permission.VIEW, Permission.MODERATE, Permission.RUN_LIVE}),
    RoleName.VOLUNTEER: frozenset({Permission.VIEW, Permission.RUN_LIVE}),
    RoleName.READER: frozenset({Permission.VIEW}),
    RoleName.CURATOR: frozenset({Permission.CURATE}),
}


def roles_with(permission: Permission) -> list[str]:
    """Names of the roles that include a permission."""
    return [name for name, permissions in ROLE_PERMISSIONS.items() if permission in permissions]
