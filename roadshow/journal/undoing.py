"""Take an activity back: each of its changes, the last one first.

The undo is an activity itself, recorded by the same triggers, so that it can be undone, too.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from .actor import name_activity
from .models import Activity, Change
from .triggers import JOURNALED

BATCH = 1000


class CannotUndoActivity(Exception):  # noqa: N818 - a refusal, in sentences, not a fault
    """What stands in the way; `reasons` are sentences."""

    def __init__(self, reasons: list[str]):
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@transaction.atomic
def undo_activity(activity: Activity, subject: str = "") -> Activity:
    """Take back what an activity changed; return the activity of the undo.

    Raises CannotUndoActivity, naming what stands in the way, and changes nothing: rows that were changed since, or to
    which later rows refer. Rights are the caller's business.
    """
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if activity.undone_by_id or activity.erased or not activity.is_recent:
        raise CannotUndoActivity([_("This was undone already, or it cannot be undone any more.")])
    undo = name_activity(Activity.Kind.UNDO, subject or activity.subject)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table, operation, changes in _batches(activity):
                _OPERATIONS[operation](cursor, table, changes)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        raise CannotUndoActivity([_describe_constraint(error)]) from error
    activity.undone_by_id = undo
    activity.save(update_fields=["undone_by"])
    return Activity.objects.get(pk=undo)


def find_models() -> dict[str, type[models.Model]]:
    """Models by the name of their table."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    }


def _batches(activity: Activity) -> Iterator[tuple[str, str, list[Change]]]:
    """Changes, the last one first, in runs of one table and operation in which no row comes twice."""
    changes = activity.changes.order_by("-pk").iterator(BATCH)
    for (table, operation), run in groupby(list(changes), lambda one: (one.table, one.operation)):
        batch: dict[int, Change] = {}
        for change in run:
            if change.row in batch or len(batch) == BATCH:
                yield table, operation, list(batch.values())
                batch = {}
            batch[change.row] = change
        yield table, operation, list(batch.values())


def _undo_inserts(cursor, table: str, changes: list[Change]) -> None:
    digests = {change.row: change.digest for change in changes}
    cursor.execute(
        f"SELECT id, md5((to_jsonb(t) - %s::text[])::text) FROM {table} t WHERE id = ANY(%s)",
        [list(JOURNALED[table]), list(digests)],
    )
    now = dict(cursor.fetchall())
    _refuse_changed(changes, [row for row, digest in digests.items() if row in now and now[row] != digest])
    cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [list(digests)])


def _undo_updates(cursor, table: str, changes: list[Change]) -> None:
    rows = [{"id": change.row, "before": change.before, "after": change.after} for change in changes]
    cursor.execute(
        f"SELECT r.id FROM jsonb_to_recordset(%s::jsonb) r(id bigint, after jsonb) LEFT JOIN {table} t ON t.id = r.id"
        " WHERE t.id IS NULL OR EXISTS (SELECT FROM jsonb_each(r.after) e WHERE to_jsonb(t) -> e.key <> e.value)",
        [json.dumps(rows)],
    )
    _refuse_changed(changes, [row for (row,) in cursor.fetchall()])
    columns = _columns(cursor, table)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'p."{name}"' for name in columns)
    touch = ", updated_at = now()" if _has_column(table, "updated_at") else ""
    cursor.execute(
        f"UPDATE {table} t SET ({names}) = (SELECT {values} FROM jsonb_populate_record(t, r.before) p){touch}"
        " FROM jsonb_to_recordset(%s::jsonb) r(id bigint, before jsonb) WHERE t.id = r.id",
        [json.dumps(rows)],
    )


def _undo_deletes(cursor, table: str, changes: list[Change]) -> None:
    columns = [*_columns(cursor, table), *(["updated_at"] if _has_column(table, "updated_at") else [])]
    names = ", ".join(f'"{name}"' for name in columns)
    lines = json.dumps([change.before for change in changes])
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(null::{table}, %s::jsonb)",
        [lines],
    )


_OPERATIONS: dict[str, Callable] = {
    Change.Operation.INSERT: _undo_inserts,
    Change.Operation.UPDATE: _undo_updates,
    Change.Operation.DELETE: _undo_deletes,
}


def _columns(cursor, table: str) -> list[str]:
    """The columns that can be written, without `updated_at`: not those that the database computes."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' AND attname <> 'updated_at'",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _has_column(table: str, name: str) -> bool:
    model = find_models().get(table)
    return model is not None and any(field.column == name for field in model._meta.concrete_fields)


def _refuse_changed(changes: Iterable[Change], rows: list[int]) -> None:
    if not rows:
        return
    odd = {change.row: change.label or str(change.row) for change in changes if change.row in rows}
    names = ", ".join(f"“{label}”" for label in list(odd.values())[:3])
    message = _("Changed again since then: %(names)s (%(count)d in all). Undo the later change first.")
    raise CannotUndoActivity([message % {"names": names, "count": len(odd)}])


def _describe_constraint(error: IntegrityError) -> str:
    """A sentence for a constraint that the undo would break."""
    diagnosis = getattr(error.__cause__, "diag", None)
    model = find_models().get(diagnosis.table_name) if diagnosis else None
    name = model._meta.verbose_name_plural if model else _("other records")
    if diagnosis and diagnosis.sqlstate == "23503":
        return _("Later entries (%(names)s) refer to this, or what it belonged to is gone.") % {"names": name}
    return _("What took its place meanwhile (%(names)s) has to give way first.") % {"names": name}
