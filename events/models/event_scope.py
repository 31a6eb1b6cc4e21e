"""Who sees and changes rows that belong to an event, talks among them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import can_see_all, is_organiser
from roadshow.core.roles import Permission
from roadshow.core.search import SearchQuerySet

from .event import Event


class EventScopedQuerySet(SearchQuerySet):
    """Rows that belong to an event; who has `permission` for the event may change them."""

    permission = Permission.EDIT_EVENT

    def visible_to(self, user):
        if can_see_all(user):
            return self
        public = ~Q(event__state=Event.State.DRAFT)
        return self.filter(
            public | Q(event__in=Event.objects.listed_for(user)) if is_organiser(user) else public
        )

    def editable_by(self, user):
        if can_see_all(user):
            return self
        return self.filter(event__in=Event.objects.with_permission(user, self.permission))

    def listed_for(self, user):
        """Rows that the admin lists for `user`: those of events for which they have a role."""
        return self if can_see_all(user) else self.filter(event__in=Event.objects.listed_for(user))


class TalkState(models.TextChoices):
    DRAFT = "draft", _("draft")
    CONFIRMED = "confirmed", _("confirmed")
    CANCELLED = "cancelled", _("cancelled")
    WITHDRAWN = "withdrawn", _("withdrawn (never shown)")


PUBLIC_STATES = [TalkState.CONFIRMED, TalkState.CANCELLED]


def visible_talks(user, path: str = "") -> list[Q]:
    """The conditions on a talk, at the end of `path`, for `user` to see it; for users who do not see all.

    Each condition is one of one table, so that PostgreSQL narrows either table before it joins them.
    """
    conditions = [Q((f"{path}state__in", PUBLIC_STATES)), ~Q((f"{path}event__state", Event.State.DRAFT))]
    if is_organiser(user):
        own = Q((f"{path}event__in", Event.objects.listed_for(user)))
        conditions = [one | own for one in conditions]
    return conditions
