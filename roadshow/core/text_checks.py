"""A CHECK constraint for each table of `CheckedTexts`: no control characters, whichever way a text comes in.

`CheckedTexts.clean_fields` says the sentence; the constraint holds for bulk writes and SQL, too. Constraints are made
after each migration from the models as they are, so that a new field needs nothing.
"""

import hashlib

from django.apps import apps
from django.db import connections, models, transaction

from .models import CheckedTexts

# As CONTROL of the models, in PostgreSQL's notation; it stores no U+0000 at all. Tabs and line breaks harm no file.
PATTERN = r"[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]"
KNOWN = """
SELECT obj_description(c.oid, 'pg_constraint') FROM pg_constraint c
WHERE c.conrelid = to_regclass(%s) AND c.conname = %s
"""
COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
)


def list_text_columns() -> dict[str, list[str]]:
    """The columns with texts of each table."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, CheckedTexts) and not model._meta.proxy:
            found[model._meta.db_table] = sorted(
                str(field.column)
                for field in model._meta.local_concrete_fields
                if isinstance(field, models.CharField | models.TextField)
            )
    return {table: columns for table, columns in found.items() if columns}


def install_text_checks(*, using: str, **signal: object) -> None:
    """Make the constraints that are missing or differ; remove control characters that are stored already."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with pending checks cannot be altered
        for table, columns in list_text_columns().items():
            cursor.execute(COLUMNS, [table])
            here = {name for (name,) in cursor.fetchall()}
            if set(columns) <= here:  # not while migrating back
                _install(cursor, table, columns)


def constraint_name(table: str) -> str:
    return f"{table}_no_control_characters"


def _install(cursor, table: str, columns: list[str]) -> None:
    checks = [f"\"{column}\" !~ '{PATTERN}'" for column in columns]
    digest = hashlib.sha256(" ".join(checks).encode()).hexdigest()[:16]
    name = constraint_name(table)
    cursor.execute(KNOWN, [table, name])
    if cursor.fetchone() == (digest,):
        return
    cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
    _clean(cursor, table, columns)
    cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS {name}')
    cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT {name} CHECK ({" AND ".join(checks)})')
    cursor.execute(f"COMMENT ON CONSTRAINT {name} ON \"{table}\" IS '{digest}'")


def _clean(cursor, table: str, columns: list[str]) -> None:
    """Remove stored control characters; also from rows that triggers keep from being changed."""
    found = " OR ".join(f"\"{column}\" ~ '{PATTERN}'" for column in columns)
    cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" WHERE {found})')  # noqa: S608 - names of our models
    if not cursor.fetchone()[0]:
        return
    cleaned = ", ".join(
        f"\"{column}\" = regexp_replace(\"{column}\", '{PATTERN}', '', 'g')" for column in columns
    )
    cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    cursor.execute(f'UPDATE "{table}" SET {cleaned} WHERE {found}')  # noqa: S608 - names of our models
    cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
