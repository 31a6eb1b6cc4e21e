"""Migrations: from an empty database, back again, and from an installation of version 0.1.

`version_0_1.sql.gz` is what `pg_dump --inserts --no-owner` wrote of such an installation with a few rows of each kind.
"""

import ast
import gzip
import re
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).parents[2]
DUMP = Path(__file__).with_name("version_0_1.sql.gz")
FROZEN = [
    path
    for app in [
        "roadshow",
        "roadshow/core",
        "roadshow/api",
        "roadshow/jobs",
        "speakers",
        "events",
        "resources",
    ]
    for path in sorted((ROOT / app / "migrations").glob("0*.py"))
]
SCHEMA = {
    "columns": """SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity,
        character_maximum_length, generation_expression
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": """SELECT tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(tgfoid) FROM pg_trigger t
        WHERE NOT tgisinternal""",
    "functions": """SELECT p.oid::regprocedure::text, prosrc FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
}
ROWS = {
    "SELECT name, slug FROM events_event": [("Former event", "former-event")],
    "SELECT title, people FROM events_talk": [("Notes on the engine", "Ada Lovelace")],
    "SELECT number, note FROM events_release ORDER BY number": [(1, "First"), (2, "Second")],
    "SELECT count(*) FROM events_releasedslot": [(2,)],
    "SELECT name FROM speakers_speaker ORDER BY name": [("Ada Lovelace",), ("Hidden person",)],
    "SELECT title FROM resources_resource": [("Paper",)],
    "SELECT name FROM roadshow_webhook": [("Hook",)],
    "SELECT key, status FROM api_storedresponse": [("key", 201)],
    "SELECT count(*) > 20, min(xid) > 0 FROM api_change": [(True, True)],
    """SELECT c.app_label, p.codename FROM auth_group_permissions g JOIN auth_permission p ON p.id = g.permission_id
       JOIN django_content_type c ON c.id = p.content_type_id WHERE c.app_label IN ('api', 'base')
       ORDER BY p.codename""": [("api", "view_change"), ("api", "view_storedresponse")],
}


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """A function that makes an empty database and returns its name; all are dropped in the end."""
    with django_db_blocker.unblock():
        prefix = connection.settings_dict["NAME"] + "_migrations"
    made = []

    def make(name: str) -> str:
        made.append(f"{prefix}_{name}")
        execute_on("postgres", f'DROP DATABASE IF EXISTS "{made[-1]}"')
        execute_on("postgres", f'CREATE DATABASE "{made[-1]}" TEMPLATE template0')
        return made[-1]

    yield make
    for name in made:
        execute_on("postgres", f'DROP DATABASE IF EXISTS "{name}"')


def connect(name: str) -> psycopg.Connection:
    parameters = connection.get_connection_params()
    del parameters["cursor_factory"]  # Django's own, which needs its connection
    return psycopg.connect(**parameters | {"dbname": name, "autocommit": True})


def execute_on(name: str, sql: str) -> list[tuple]:
    with closing(connect(name)) as made, made.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def migrate(django_db_blocker):
    """`migrate(database, *arguments)`: the command on another database than that of the tests."""

    def migrate(name: str, *arguments: str) -> None:
        own = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            with django_db_blocker.unblock():
                call_command("migrate", *arguments, verbosity=0)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own

    return migrate


def schema_of(name: str) -> dict[str, list[tuple]]:
    """Everything of a schema but the order of columns and the parentheses that PostgreSQL writes around AND."""
    return {
        part: sorted(tuple(re.sub(r"[()]", "", str(value)) for value in row) for row in execute_on(name, sql))
        for part, sql in SCHEMA.items()
    }


@pytest.fixture(scope="module")
def fresh(database, migrate):
    name = database("fresh")
    migrate(name)
    return name


def test_an_installation_of_version_0_1_is_upgraded_with_its_rows(database, migrate, fresh):
    name = database("former")
    execute_on(name, gzip.decompress(DUMP.read_bytes()).decode())
    migrate(name)
    assert schema_of(name) == schema_of(fresh)
    assert {sql: execute_on(name, sql) for sql in ROWS} == ROWS


def test_all_apps_go_back_to_nothing_and_forwards_again(migrate, fresh):
    before = schema_of(fresh)
    migrate(fresh, "core", "zero")  # every other migration of the portal depends on it
    assert not execute_on(
        fresh, "SELECT FROM pg_tables WHERE tablename ~ '^(core|api|roadshow|events|speakers|resources)_'"
    )
    migrate(fresh)
    assert schema_of(fresh) == before


def test_triggers_pair_the_rows_of_a_statement_in_linear_time(db):
    """An inner join may be planned as a nested loop for the whole session, see `pair_rows`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE prosrc ~ 'old_rows' AND prosrc ~ 'new_rows'"
        )
        functions = dict(cursor.fetchall())
    pairs = re.compile(r"(old|new)_rows \w+\s+(?P<kind>\w*)\s*JOIN\s+(?!\1)(old|new)_rows")
    kinds = {name: [found["kind"] for found in pairs.finditer(body)] for name, body in functions.items()}
    assert sum(map(len, kinds.values())) > 50
    assert not {name for name, found in kinds.items() if set(found) - {"FULL"}}


def test_migrations_follow_the_models(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: f"{path.parts[-3]}.{path.stem}")
def test_migrations_import_no_code_of_the_portal(path):
    modules = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append(node.module)
    assert not [
        name for name in modules if name.split(".")[0] in {"roadshow", "events", "speakers", "resources"}
    ]
