"""Triggers that run once after each statement, so that an import of a thousand rows costs a few statements more."""

import pgtrigger


def statement_trigger(name: str, operation: pgtrigger.Operation, body: str, **options) -> pgtrigger.Trigger:
    """A trigger `name_operation` whose PL/pgSQL `body` has the statement's rows as `old_rows` and `new_rows`."""
    return pgtrigger.Trigger(
        name=f"{name}_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(
            old=None if operation is pgtrigger.Insert else "old_rows",
            new=None if operation is pgtrigger.Delete else "new_rows",
        ),
        func=f"{body}\n  RETURN NULL;",
        **options,
    )
