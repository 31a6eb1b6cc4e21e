"""Triggers that run once after each statement, so that an import of a thousand rows costs a few statements more."""

import pgtrigger


def pair_rows(old: str = "o", new: str = "n") -> str:
    """SQL of an update trigger's rows in pairs, to be followed by a condition that is true where one side is null.

    PostgreSQL keeps the first plan of a trigger for the whole session. Made for a statement of one row, an inner join
    is a nested loop, which takes a thousand times a thousand steps in an import; a full join cannot be one.
    """
    return f"old_rows {old} FULL JOIN new_rows {new} ON {new}.id = {old}.id"


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
