"""Parameters of the database itself: every session has them, whichever connection a pooler hands out.

A `SET` of one session, or options in the connection, would be lost or refused by PgBouncer in transaction mode.
"""

import logging

from django.conf import settings
from django.db import DatabaseError, connections, transaction

logger = logging.getLogger(__name__)


def list_parameters() -> dict[str, str]:
    return {
        # Finds words that are nearly right; the default of 0.6 misses one wrong letter in a short word.
        "pg_trgm.word_similarity_threshold": "0.45",
        # Reading a row anywhere costs little today; the default of 4 reads whole tables to find a few rows.
        "random_page_cost": "1.1",
        # A statement or a lock that takes longer ends with an error, instead of holding a thread.
        "statement_timeout": f"{settings.STATEMENT_TIMEOUT}s",
        "lock_timeout": f"{settings.LOCK_TIMEOUT}s",
        "idle_in_transaction_session_timeout": "120s",
    }


def set_parameters(*, using: str, **signal: object) -> None:
    """Store the parameters in the database; its owner may. Called after each migration, so also after a restore.

    Another account than the owner's only logs that it may not; `manage.py check --deploy` says which are missing.
    """
    connection = connections[using]
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
            if not cursor.fetchone():  # migrated back to nothing
                return
            cursor.execute(
                "SELECT current_database(), word_similarity('', '')"
            )  # loads pg_trgm, which knows its name
            database = connection.ops.quote_name(cursor.fetchone()[0])
            for name, value in list_parameters().items():
                cursor.execute(f"ALTER DATABASE {database} SET {name} = '{value}'")
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])  # this session began before
    except DatabaseError as error:
        logger.warning("The parameters of the database cannot be stored: %s", " ".join(str(error).split()))


def find_missing_parameters(using: str = "default") -> list[str]:
    """Names of parameters that new sessions do not have."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase "
            "WHERE datname = current_database()"
        )
        stored = {row[0].partition("=")[0] for row in cursor.fetchall()}
    return sorted(set(list_parameters()) - stored)
