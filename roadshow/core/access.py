"""Permissions, in one place for pages, admin and API.

Organisers are the users marked as staff. They may change what belongs to their events; what the whole portal shares
(topics, venues, the library of links) may be changed by every organiser.
"""

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as Account

User = Account | AnonymousUser


def is_organiser(user: User | None) -> bool:
    """Whether `user` may sign in to the admin at all."""
    return bool(user and user.is_active and user.is_staff)


def only_events(user: User | None) -> frozenset[int] | None:
    """Primary keys of the events that the token of this request is limited to; None without such a limit."""
    return getattr(user, "only_events", None)


def can_curate(user: User | None) -> bool:
    """Whether `user` may change what the whole portal shares: organisers do, unless their token is limited."""
    return is_organiser(user) and only_events(user) is None


def can_see_all(user: User | None) -> bool:
    """Whether `user` sees and may change every row: superusers do, unless their token is limited."""
    return bool(user and user.is_active and user.is_superuser and only_events(user) is None)
