"""Who may do what, said once for pages, admin and API.

Organisers are the users marked as staff. What belongs to an event is theirs if the event is; what the whole
portal shares (topics, venues, the library of links) is every organiser's.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

User = AbstractBaseUser | AnonymousUser


def is_organiser(user: User | None) -> bool:
    """Whether `user` may sign in to the admin at all."""
    return bool(user and user.is_active and user.is_staff)


def sees_all(user: User | None) -> bool:
    """Whether `user` sees and may change every row: superusers do."""
    return bool(user and user.is_active and user.is_superuser)
