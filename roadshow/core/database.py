"""Parameters of the database itself: every session has them, whichever connection a pooler hands out.

A `SET` of one session, or options in the connection, would be lost or refused by PgBouncer in transaction mode.
"""

from django.db import connections

PARAMETERS = {
    # Finds words that are nearly right; the default of 0.6 misses one wrong letter in a short word.
    "pg_trgm.word_similarity_threshold": "0.45",
    # Reading a row anywhere costs little today; the default of 4 reads whole tables to find a few rows.
    "random_page_cost": "1.1",
}


def set_parameters(*, using: str, **signal: object) -> None:
    """Store PARAMETERS in the database; its owner may. Called after each migration, so also after a restore."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone():  # migrated back to nothing
            return
        cursor.execute(
            "SELECT current_database(), word_similarity('', '')"
        )  # loads pg_trgm, which knows its name
        database = connection.ops.quote_name(cursor.fetchone()[0])
        for name, value in PARAMETERS.items():
            cursor.execute(f"ALTER DATABASE {database} SET {name} = {value}")
            cursor.execute(f"SET {name} = {value}")  # in this session, which began before
