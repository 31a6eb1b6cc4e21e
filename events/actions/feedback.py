"""Feedback about a talk, an event or a recap."""

from django.db import transaction

from ..models import Event, Feedback, Recap, Talk


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
    return feedback
