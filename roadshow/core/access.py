"""Who may do what, said once for pages, admin and API.

Staff may add events, and change what belongs to events of theirs and what the whole portal shares (topics,
venues, the library of links). Other users may do what their roles (`core.roles`) say.
"""

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as Account

from .roles import RoleName

User = Account | AnonymousUser


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
    if only_events(user) is not None or not is_organiser(user):
        return False
    return user.is_staff or RoleName.CURATOR in _get_role_names(user)


def can_see_all(user: User | None) -> bool:
    """Whether `user` sees and may change every row: superusers do, unless their token is limited."""
    return bool(user and user.is_active and user.is_superuser and only_events(user) is None)


def _get_role_names(user: User) -> frozenset[str]:
    """Names of the roles of `user`, looked up once for each request."""
    if not user.is_authenticated:
        return frozenset()
    if not hasattr(user, "_role_names"):
        user._role_names = frozenset(user.roles.order_by().values_list("name", flat=True))
    return user._role_names
