"""What checks of addresses mean over time: one failure proves nothing, three over days do."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..links import FAILED, LATER, OK, Checked, Pace, archived_copy, check_each
from ..models import CHECKED, LinkCheck, Resource

Health = Resource.Health
FAILURES, DAYS = 3, timedelta(days=2)  # so many failures in a row, over so long, make a link broken
AGAIN = {
    Health.GOOD: timedelta(days=30),
    Health.MOVED: timedelta(days=30),
    Health.FAILING: timedelta(days=1),
    Health.BROKEN: timedelta(days=7),
}
SOON, CLOSED = timedelta(hours=6), timedelta(days=7)  # after an answer that decides nothing: busy, or locked
PATIENCE = timedelta(days=7)  # a server that gives no answer at all for so long fails
KEPT = timedelta(days=400)
BUSY = (408, 425, 429, 503)


@transaction.atomic
def record_check(*, resource: Resource, checked: Checked, now: datetime) -> LinkCheck | None:
    """Keep what a check saw, and conclude from all of them what the link's health is and when to look again.

    None, and nothing is kept, when the link's address has been changed in the meantime.
    """
    row = Resource.objects.select_for_update().filter(pk=resource.pk, url=checked.url).defer("search").first()
    if row is None:
        return None
    outcome = FAILED if checked.outcome == LATER and _silent_for_long(row, checked, now) else checked.outcome
    if outcome == OK:
        row.failures, row.failing_since, row.moved_to = 0, None, checked.moved_to
        row.health = Health.MOVED if checked.moved_to else Health.GOOD
    elif outcome == FAILED:
        row.failures = min(row.failures + 1, 1000)
        row.failing_since = row.failing_since or now
        lasting = row.failures >= FAILURES and now - row.failing_since >= DAYS
        row.health = Health.BROKEN if lasting else Health.FAILING
    row.checked_at = now
    row.next_check_at = now + (_patience(checked) if outcome == LATER else AGAIN[row.health])
    Resource.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in CHECKED})
    for name in CHECKED:
        setattr(resource, name, getattr(row, name))
    return LinkCheck.objects.create(
        resource=row,
        at=now,
        outcome=checked.outcome,
        status=checked.status,
        reason=str(checked.reason)[:300],
        final_url=checked.final_url[:2000] if checked.final_url != checked.url else "",
        seconds=checked.seconds,
    )


def _silent_for_long(row: Resource, checked: Checked, now: datetime) -> bool:
    """Whether a server has given no answer of any kind for so long that it counts as a failure."""
    if checked.status is not None:
        return False
    silent = row.checks.filter(outcome=LATER, status=None)
    if spoke := row.checks.filter(status__isnull=False).first():
        silent = silent.filter(at__gt=spoke.at)
    first = silent.order_by("at").first()
    return first is not None and now - first.at >= PATIENCE


def _patience(checked: Checked) -> timedelta:
    if checked.retry_after:
        return max(timedelta(seconds=checked.retry_after), timedelta(minutes=10))
    return SOON if checked.status is None or checked.status in BUSY else CLOSED


@dataclass(frozen=True, slots=True)
class Looked:
    """One link that was checked, and what was seen."""

    resource: Resource
    checked: Checked


def check_due(
    *, limit: int | None = None, pace: Pace = Pace(), stop: threading.Event | None = None
) -> Iterator[int | Looked]:
    """Check the links that are due: first how many there are, then each, kept as soon as it is known.

    Once `stop` is set, only what is under way is finished. The next run goes on with the rest.
    """
    fields = ("pk", "url", "title", "slug", "archived_url", *CHECKED)
    due = list(Resource.objects.due(timezone.now()).only(*fields)[:limit])
    yield len(due)
    by_url = {row.url: row for row in due}
    for checked in check_each(by_url, pace=pace, stop=stop):
        row = by_url[checked.url]
        if record_check(resource=row, checked=checked, now=timezone.now()) is None:
            continue
        if row.health == Health.BROKEN and settings.ARCHIVE_LOOKUP and not row.archived_url:
            row.archived_url = archived_copy(row.url)
            Resource.objects.filter(pk=row.pk, archived_url="").update(archived_url=row.archived_url)
        yield Looked(row, checked)


def forget_old_checks(*, now: datetime) -> int:
    """Delete checks that are older than a year or so; how many there were."""
    return LinkCheck.objects.filter(at__lt=now - KEPT).delete()[0]


@transaction.atomic
def accept_move(*, resource: Resource, by=None) -> Resource:
    """Give a link the address that its server says it has moved to.

    Raises ValidationError with a sentence when there is none, or when another link has it.
    """
    if not resource.moved_to:
        raise ValidationError(_("“%(title)s” has not moved.") % {"title": resource.title})
    before, resource.url, resource.moved_to = resource.url, resource.moved_to, ""
    resource.clean()
    resource.health, resource.next_check_at = Health.GOOD, None
    resource._history_user = by
    resource.save()
    resource.had_address(before)
    return resource
