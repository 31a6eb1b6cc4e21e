"""What the writers of an event's document share: errors with their places, checking and saving rows."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django.db.models import Model
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from roadshow.api.errors import as_api_error

from ..formats.event_document import Path

BATCH = 500


def nest_errors(errors: Iterable[tuple[Path, Any]]) -> ValidationError:
    """One error with the places of all."""
    root: dict = {}
    for path, detail in errors:
        node = root
        for step in path[:-1]:
            node = node.setdefault(str(step), {})
        node[str(path[-1]) if path else "non_field_errors"] = detail
    return ValidationError(root)


def check_texts(row: Any) -> None:
    """Run the checks of a row's own columns; the database checks what is unique. Raises ValidationError."""
    skipped = {one.name for one in row._meta.fields if one.is_relation or not one.editable}
    try:
        row.full_clean(exclude=skipped, validate_unique=False, validate_constraints=False)
    except ModelError as error:
        raise as_api_error(error) from error


def save_all(model: type[Model], rows: list, fields: list[str]) -> None:
    """Create the new ones among rows and update the others, in a constant number of statements."""
    old = [row for row in rows if row.pk is not None]
    bulk_create_with_history([row for row in rows if row.pk is None], model, batch_size=BATCH)
    for row in old:
        row.updated_at = timezone.now()
    bulk_update_with_history(old, model, [*fields, "updated_at"], batch_size=BATCH)
