"""Feedback about a talk, an event or a recap."""

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from roadshow.api.semantic_events import record_event

from ..models import Event, Feedback, Recap, ReleasedSlot, Talk


@transaction.atomic
def give_feedback(
    *,
    event: Event,
    talk: Talk | None = None,
    recap: Recap | None = None,
    rating: int | None = None,
    comment: str = "",
    name: str = "",
) -> Feedback:
    """Store feedback; organisers decide whether it is shown.

    Raises ValidationError when it is empty, or about both a talk and a recap.
    """
    feedback = Feedback(event=event, talk=talk, recap=recap, rating=rating, comment=comment, name=name)
    feedback.full_clean()
    feedback.save()
    about = f"{talk.guid}" if talk else None
    record_event("feedback.received", event=event, feedback=feedback.pk, talk=about, rating=rating)
    return feedback


def is_feedback_open(event: Event, talk: Talk | None = None) -> bool:
    """Whether organisers ask for feedback, and a talk has begun (one without a time always has); 1 query."""
    if not event.feedback_open or talk is None:
        return event.feedback_open
    slots = ReleasedSlot.objects.current().filter(talk=talk).with_present()
    begins_at = slots.aggregate(first=Min("present_starts_at"))["first"]
    return begins_at is None or begins_at <= timezone.now()
