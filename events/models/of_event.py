"""What belongs to an event."""

from django.db.models import Q

from roadshow.core.access import can_see_all, is_organiser
from roadshow.core.search import SearchQuerySet

from .event import Event


class OfEventQuerySet(SearchQuerySet):
    """Rows that belong to an event and are seen and changed with it."""

    def visible_to(self, user):
        if can_see_all(user):
            return self
        public = ~Q(event__state=Event.State.DRAFT)
        return self.filter(
            public | Q(event__in=Event.objects.editable_by(user)) if is_organiser(user) else public
        )

    def editable_by(self, user):
        return self if can_see_all(user) else self.filter(event__in=Event.objects.editable_by(user))
