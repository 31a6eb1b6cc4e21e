"""Who may do what, said once for pages, admin and API.

Staff may add events, and change what belongs to events of theirs and what the whole portal shares (topics,
venues, the library of links). Other users may do what their roles (`core.roles`) say.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as Account
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from .roles import RoleName

User = Account | AnonymousUser


def acting_user(request: HttpRequest) -> Account:
    """The user who is signed in. Raises PermissionDenied for a visitor."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    return request.user


def is_organiser(user: User | None) -> bool:
    """Whether `user` may sign in to the admin at all: staff, and people with a role."""
    return bool(user and user.is_active and (user.is_staff or _get_role_names(user)))


def can_add_events(user: User | None) -> bool:
    """Whether `user` may add events and series, which are theirs then."""
    return bool(user and user.is_active and user.is_staff)


def only_events(user: User | None) -> frozenset[int] | None:
    """Primary keys of the events that the token of this request is limited to; None without such a limit."""
    return getattr(user, "only_events", None)


def can_curate(user: User | None) -> bool:
    """Whether `user` may change what the whole portal shares: staff and curators, unless their token is limited."""
    if user is None or only_events(user) is not None or not is_organiser(user):
        return False
    return user.is_staff or RoleName.CURATOR in _get_role_names(user)


def can_see_all(user: User | None) -> bool:
    """Whether `user` sees and may change every row: superusers do, unless their token is limited."""
    return bool(user and user.is_active and user.is_superuser and only_events(user) is None)


def _get_role_names(user: User) -> frozenset[str]:
    """Names of the roles of `user`, looked up once for each request."""
    if not user.is_authenticated:
        return frozenset()
    known: Any = user
    if not hasattr(known, "_role_names"):
        known._role_names = frozenset(known.roles.order_by().values_list("name", flat=True))
    return known._role_names
