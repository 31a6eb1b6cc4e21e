"""Updates of many rows that, like `save()`, set `updated_at` and add to the history."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from simple_history.utils import bulk_update_with_history


def update_rows(
    rows: Iterable[Any], fields: Sequence[str], *, by: User | None = None, batch_size: int = 500
) -> None:
    """Write `fields` of stored rows of one model, with a new `updated_at` and an entry in the history of each."""
    changed = list(rows)
    if not changed:
        return
    now = timezone.now()
    for row in changed:
        row.updated_at = now
    bulk_update_with_history(
        changed, type(changed[0]), [*fields, "updated_at"], batch_size=batch_size, default_user=by
    )
