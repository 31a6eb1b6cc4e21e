"""Extensions, and the two functions that full-text search is built from, as version 0.1 had them."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# Lower case, no accents, ASCII punctuation as blanks, and every character of the scripts that put no blanks
# between words as a word of its own, so that a run of them is searched as a phrase.
FOLD = r"""
CREATE OR REPLACE FUNCTION roadshow_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT regexp_replace(
    regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, value)),
                   '[!-/:-@[-`{-~]+', ' ', 'g'),
    '([\u2E80-\u312F\u31A0-\u9FFF\uA960-\uA97F\uAC00-\uD7AF\uF900-\uFAFF])', ' \1 ', 'g')
$$;
"""
# Every word has to occur: as a prefix, or whole if it has at most three letters and is not the last. As prefixes,
# "a" or "the" would stand for a large part of all words, and take most of the time of a search.
QUERY = r"""
CREATE OR REPLACE FUNCTION roadshow_query(value text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(to_tsquery('pg_catalog.simple'::regconfig, string_agg(
           quote_literal(word) || CASE WHEN length(word) < 4 AND place < last THEN '' ELSE ':*' END, ' & ')),
         ''::tsquery)
  FROM (SELECT trim(public.roadshow_fold(word)) AS word, place, max(place) OVER () AS last
        FROM regexp_split_to_table(trim(left(value, 200)), '\s+') WITH ORDINALITY AS words(word, place)) AS words
  WHERE word <> ''
$$;
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("base", "0001_text"),
        ("base", "0002_changes"),
        ("base", "0003_stored_answers"),
        ("base", "0004_stamp"),
        ("base", "0005_short_words_are_whole"),
        ("base", "0006_changes_by_time"),
    ]

    dependencies = []

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION roadshow_fold(text)"),
        migrations.RunSQL(QUERY, "DROP FUNCTION roadshow_query(text)"),
    ]
