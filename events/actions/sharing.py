"""Changes to what several events share: rooms, venues and topics.

Staff and curators may change them. What events of others use is renamed or deleted after a confirmation that names
those events, and their organisers are told.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Event, Notice, Room, Topic, Venue

Shared = Room | Venue | Topic
NAMED = 5  # events in a sentence


def list_other_events(record: Shared, by: Any) -> list[Event]:
    """Events that use a record and that `by` may not change, the next ones first."""
    uses = {
        Room: Q(event_rooms__room=record.pk),
        Venue: Q(venue=record.pk) | Q(event_rooms__room__venue=record.pk),
        Topic: Q(talks__topics=record.pk),
    }[type(record)]
    own = Event.objects.editable_by(by).order_by().values("pk")
    rows = Event.objects.filter(pk__in=Event.objects.filter(uses).order_by().values("pk")).exclude(pk__in=own)
    return list(rows.only("name", "slug", "state", "starts_on").order_by("-starts_on", "-pk"))


def describe_other_events(record: Shared, by: Any) -> str:
    """Where a record shows at events of others: "PyCon 2030, a draft"; empty when nowhere."""
    events = list_other_events(record, by)
    seen = set(
        Event.objects.visible_to(by).filter(pk__in=[one.pk for one in events]).values_list("pk", flat=True)
    )
    names = [one.name for one in events if one.pk in seen][:NAMED]
    if len(events) > len(names):
        names.append(_("%(count)d more") % {"count": len(events) - len(names)})
    return ", ".join(names)


def tell_others(record: Shared, by: Any, *, before: str, events: list[Event] | None = None) -> None:
    """Tell the organisers of the events of others that `record`, which was called `before`, was changed or deleted."""
    events = list_other_events(record, by) if events is None else events
    if not events:
        return
    message = gettext_noop("%(user)s changed what your events share: “%(before)s” is “%(after)s” now.")
    if record.pk is None:
        message = gettext_noop("%(user)s deleted what your events share: “%(before)s”.")
    elif before == str(record):
        message = gettext_noop("%(user)s edited what your events share: “%(before)s”.")
    organisers = get_user_model().objects.filter(
        Q(organised_events__in=events) | Q(organised_series__events__in=events)
    )
    Notice.objects.send(
        organisers.exclude(pk=by.pk).distinct(),
        message,
        user=by.get_full_name() or by.username,
        before=before,
        after=str(record),
    )
