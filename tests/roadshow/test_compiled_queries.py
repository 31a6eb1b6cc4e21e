"""Queries that are compiled once: the same rows with other values, and never one user's for another."""

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from events.models import Talk
from roadshow.core.compiled_queries import Parameter, compile_statement, compiled_query
from roadshow.core.prepared_statements import PreparingCursor
from tests import factories

pytestmark = pytest.mark.django_db
ANYBODY = AnonymousUser()


@compiled_query
def load_talks(user, event, slugs):
    return Talk.objects.visible_to(user).select_related("event").filter(event=event, slug__any=slugs)


def test_the_same_statement_runs_with_other_values():
    first, second = factories.Talk(title="First"), factories.Talk(title="Second")
    assert load_talks(ANYBODY, event=first.event_id, slugs=["first", "second"]) == [first]
    assert load_talks(ANYBODY, event=second.event_id, slugs=["first", "second"]) == [second]
    assert load_talks(ANYBODY, event=second.event_id, slugs=[]) == []


def test_rows_have_their_relations(django_assert_num_queries):
    talk = factories.Talk(title="First")
    with django_assert_num_queries(1):
        (found,) = load_talks(ANYBODY, event=talk.event_id, slugs=["first"])
        assert found.event == talk.event


def test_values_that_mean_something_in_sql_are_values():
    talk = factories.Talk(title="First")
    assert load_talks(ANYBODY, event=talk.event_id, slugs=["first' OR '1'='1", "%s", "{first}"]) == []


def test_each_user_has_rows_of_their_own():
    organiser = factories.Organiser()
    draft = factories.Talk(title="First", state="draft", event__organisers=[organiser])
    values = {"event": draft.event_id, "slugs": ["first"]}
    assert load_talks(organiser, **values) == [draft]
    assert load_talks(ANYBODY, **values) == []
    assert load_talks(factories.Organiser(), **values) == []
    assert load_talks(organiser, **values) == [draft]


def test_a_statement_is_prepared_once_for_a_connection():
    talk = factories.Talk(title="First")
    for _ in range(3):
        load_talks(ANYBODY, event=talk.event_id, slugs=["first"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ['SELECT "events_talk"."id"%= ANY(%'],
        )
        assert cursor.fetchall() == [(3,)]


def test_a_statement_is_run_whose_columns_have_other_types_since():
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.prepare_threshold = 0
        other.execute("CREATE TEMPORARY TABLE short AS SELECT 1::smallint AS number")
        PreparingCursor(other).execute("SELECT number FROM short")
        other.execute("DO $$ BEGIN ALTER TABLE short ALTER number TYPE bigint; END $$")  # as if by another
        other.execute("UPDATE short SET number = 100000")
        assert PreparingCursor(other).execute("SELECT number FROM short").fetchone() == (100_000,)


def test_constants_are_part_of_the_statement_so_that_partial_indexes_are_used():
    shown = Talk.objects.filter(title__contains="100 %", state="confirmed", pk=Parameter("pk"))
    _compiler, sql, parameters = compile_statement(shown)
    assert "'confirmed'" in sql
    assert r"E'%%100 \\%%%%'" in sql
    assert [one.value for one in parameters] == ["pk"]
