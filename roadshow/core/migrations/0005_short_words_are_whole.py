"""A search takes words of up to three letters as they are, unless they come last.

As prefixes, "a" or "the" would stand for a large part of all words, and take most of the time of a search.
"""

from django.db import migrations

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
    dependencies = [("base", "0004_stamp")]
    operations = [migrations.RunSQL(QUERY, migrations.RunSQL.noop)]
