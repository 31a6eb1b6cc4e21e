"""Search knows terms with signs (C++, C#, .NET, Node.js, 100+), folds Arabic letters, and ranks exact words first."""

from importlib import import_module

from django.db import migrations

FIRST = import_module("roadshow.core.migrations.0001_schema")

# Lower case, no accents; Arabic forms of alef, yeh and teh marbuta as one letter each, without vowel signs. Signs that
# belong to a term become letters ("c++" is "cpp", "100+" is "100plus"), other ASCII punctuation becomes blanks. Characters of scripts
# without blanks between words become words of their own, so that a run of them is searched as a phrase.
FOLD = r"""
CREATE OR REPLACE FUNCTION roadshow_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      translate(lower(public.unaccent('public.unaccent'::regdictionary, value)),
                U&'\0622\0623\0625\0671\0649\0629\0640\064B\064C\064D\064E\064F\0650\0651\0652\0670',
                U&'\0627\0627\0627\0627\064A\0647'),
    '([[:alnum:]])\+\+', '\1pp', 'g'),
    '([[:alnum:]])\+(?![[:alnum:]])', '\1plus', 'g'),
    '\m([a-z])#', '\1sharp', 'g'),
    '\.net\M', ' dotnet', 'g'),
    '([a-z0-9])\.js\M', '\1js', 'g'),
    '[!-/:-@[-`{-~]+', ' ', 'g'),
    '([\u2E80-\u312F\u31A0-\u9FFF\uA960-\uA97F\uAC00-\uD7AF\uF900-\uFAFF])', ' \1 ', 'g')
$$;
"""
# Every word has to occur: as a prefix, or whole if it is a single character, or has at most three and is not the last
# (as prefixes, "a" or "the" would stand for a large part of all words). `weight` limits it to fields of that weight,
# `exact` takes all words whole.
QUERY = r"""
CREATE FUNCTION roadshow_query(value text, weight text DEFAULT '', exact boolean DEFAULT false) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(to_tsquery('pg_catalog.simple'::regconfig, string_agg(
           quote_literal(word) || CASE
             WHEN NOT exact AND length(word) > 1 AND (length(word) > 3 OR place = last) THEN ':*' || weight
             WHEN weight <> '' THEN ':' || weight
             ELSE '' END, ' & ')),
         ''::tsquery)
  FROM (SELECT trim(public.roadshow_fold(word)) AS word, place, max(place) OVER () AS last
        FROM regexp_split_to_table(trim(left(value, 200)), '\s+') WITH ORDINALITY AS words(word, place)) AS words
  WHERE word <> ''
$$;
"""
# Generated columns and indexes keep what the former function gave, until their rows are written again.
REBUILD = """
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT tables.relname AS name, title.attname AS title
    FROM pg_class AS tables
    JOIN pg_attribute AS search ON search.attrelid = tables.oid AND search.attname = 'search'
      AND search.attgenerated = 's'
    JOIN pg_attribute AS title ON title.attrelid = tables.oid AND title.attname IN ('title', 'name')
    WHERE tables.relkind = 'r' AND tables.relnamespace = current_schema()::regnamespace
  LOOP
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', found.name);
    EXECUTE format('UPDATE %I SET %I = %I', found.name, found.title, found.title);
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', found.name);
    EXECUTE format('REINDEX TABLE %I', found.name);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_content_scopes")]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, REBUILD),
        migrations.RunSQL(FOLD, FIRST.FOLD),
        migrations.RunSQL(
            ["DROP FUNCTION roadshow_query(text)", QUERY],
            ["DROP FUNCTION roadshow_query(text, text, boolean)", FIRST.QUERY],
        ),
        migrations.RunSQL(REBUILD, migrations.RunSQL.noop),
    ]
