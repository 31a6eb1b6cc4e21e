"""Storing the results of link checks, and concluding a link's health: broken is three failures over two days."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..links import FAILED, LATER, OK, CheckResult, Pace, find_archived_copy, iterate_checks
from ..models import CHECKED, LinkCheck, Resource

Health = Resource.Health
BROKEN_FAILURES, BROKEN_AFTER = 3, timedelta(days=2)  # failures in a row, and the time they have to span
CHECK_INTERVALS = {
    Health.GOOD: timedelta(days=30),
    Health.MOVED: timedelta(days=30),
    Health.FAILING: timedelta(days=1),
    Health.BROKEN: timedelta(days=7),
}
RETRY_BUSY, RETRY_CLOSED = timedelta(hours=6), timedelta(days=7)  # after a response that decides nothing
UNREACHABLE_AFTER = timedelta(days=7)  # without any response; then an undecided check counts as failed
RETENTION = timedelta(days=400)
CLAIM = timedelta(hours=6)  # for which a run keeps its links from others; a longer one was killed
BUSY = (408, 425, 429, 503)


@transaction.atomic
def record_check(*, resource: Resource, result: CheckResult, now: datetime) -> LinkCheck | None:
    """Keep what a check_urls saw, and conclude from all of them what the link's health is and when to look again.

    None, and nothing is stored, when the link's address has been changed in the meantime.
    """
    row = Resource.objects.select_for_update().filter(pk=resource.pk, url=result.url).defer("search").first()
    if row is None:
        return None
    outcome = FAILED if result.outcome == LATER and _is_unreachable(row, result, now) else result.outcome
    if outcome == OK:
        row.failures, row.failing_since, row.moved_to = 0, None, result.moved_to
        row.health = Health.MOVED if result.moved_to else Health.GOOD
    elif outcome == FAILED:
        row.failures = min(row.failures + 1, 1000)
        row.failing_since = row.failing_since or now
        lasting = row.failures >= BROKEN_FAILURES and now - row.failing_since >= BROKEN_AFTER
        row.health = Health.BROKEN if lasting else Health.FAILING
    row.checked_at = now
    row.next_check_at = now + (
        _retry_delay(result) if outcome == LATER else CHECK_INTERVALS[Health(row.health)]
    )
    Resource.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in CHECKED})
    for name in CHECKED:
        setattr(resource, name, getattr(row, name))
    return LinkCheck.objects.create(
        resource=row,
        at=now,
        outcome=result.outcome,
        status=result.status,
        reason=str(result.reason)[:300],
        final_url=result.final_url[:2000] if result.final_url != result.url else "",
        seconds=result.seconds,
    )


def _is_unreachable(row: Resource, result: CheckResult, now: datetime) -> bool:
    """Whether the server has sent no response of any kind for UNREACHABLE_AFTER."""
    if result.status is not None:
        return False
    silent = row.checks.filter(outcome=LATER, status=None)
    if last_response := row.checks.filter(status__isnull=False).first():
        silent = silent.filter(at__gt=last_response.at)
    first = silent.order_by("at").first()
    return first is not None and now - first.at >= UNREACHABLE_AFTER


def _retry_delay(result: CheckResult) -> timedelta:
    if result.retry_after:
        return max(timedelta(seconds=result.retry_after), timedelta(minutes=10))
    return RETRY_BUSY if result.status is None or result.status in BUSY else RETRY_CLOSED


@dataclass(frozen=True, slots=True)
class CheckedLink:
    """A link and the result of its check."""

    resource: Resource
    result: CheckResult


def check_due_links(
    *, limit: int | None = None, pace: Pace = Pace(), stop: threading.Event | None = None
) -> Iterator[int | CheckedLink]:
    """Check the links that are due. Yields their number first, then each link once its result is stored.

    Once `stop` is set only running checks are finished. The next run continues with the rest.
    """
    due = _claim_due_links(limit)
    waiting = {row.url: row for row in due}
    try:
        yield len(due)
        yield from _check_links(waiting, pace, stop)
    finally:
        _release_claims(waiting.values())


def _claim_due_links(limit: int | None) -> list[Resource]:
    """The due links, postponed so that another run at the same time takes others."""
    now = timezone.now()
    fields = ("pk", "url", "title", "slug", "archived_url", *CHECKED)
    with transaction.atomic():
        due = list(Resource.objects.due(now).only(*fields).select_for_update(skip_locked=True)[:limit])
        Resource.objects.filter(pk__in=[row.pk for row in due]).update(next_check_at=now + CLAIM)
    return due


def _release_claims(rows: Iterable[Resource]) -> None:
    """Make links that were claimed and not checked due again."""
    for row in rows:
        Resource.objects.filter(pk=row.pk).update(next_check_at=row.next_check_at)


def _check_links(
    waiting: dict[str, Resource], pace: Pace, stop: threading.Event | None
) -> Iterator[CheckedLink]:
    """Check the links of `waiting` (by URL), and remove each from it when its result is stored."""
    for result in iterate_checks(list(waiting), pace=pace, stop=stop):
        row = waiting.pop(result.url)
        if record_check(resource=row, result=result, now=timezone.now()) is None:
            continue
        if row.health == Health.BROKEN and settings.ARCHIVE_LOOKUP and not row.archived_url:
            row.archived_url = find_archived_copy(row.url)
            Resource.objects.filter(pk=row.pk, archived_url="").update(archived_url=row.archived_url)
        yield CheckedLink(row, result)


def delete_old_checks(*, now: datetime) -> int:
    """Delete checks older than RETENTION; returns their number."""
    return LinkCheck.objects.filter(at__lt=now - RETENTION).delete()[0]


@transaction.atomic
def accept_move(*, resource: Resource, by=None) -> Resource:
    """Set a link's URL to the one that its server redirects to permanently.

    Raises ValidationError with a sentence when there is none, or when another link has it.
    """
    if not resource.moved_to:
        raise ValidationError(_("“%(title)s” has not moved.") % {"title": resource.title})
    before, resource.url, resource.moved_to = resource.url, resource.moved_to, ""
    resource.clean()
    resource.health, resource.next_check_at = Health.GOOD, None
    resource._history_user = by  # type: ignore[attr-defined]  # read by simple_history
    resource.save()
    resource.had_address(before)
    return resource
