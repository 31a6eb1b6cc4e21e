"""The stamp: one word for the state of all that pages show. See roadshow.http.caching."""

from django.db import migrations

# A random value never comes back, not even when a change is undone or a backup restored. Each transaction takes a
# row that no other holds, so that nobody waits; the sum over the rows changes when the first of its changes shows.
# Once in a transaction is enough, because nobody else sees it before its end.
CREATE = """
CREATE TABLE base_stamp (id serial PRIMARY KEY, value bigint NOT NULL);
INSERT INTO base_stamp (value) VALUES ((random() * 1e15)::bigint);
CREATE FUNCTION roadshow_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('roadshow.stamped', true), '') <> '1' THEN
    UPDATE base_stamp SET value = (random() * 1e15)::bigint
    WHERE id = (SELECT id FROM base_stamp ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
      INSERT INTO base_stamp (value) VALUES ((random() * 1e15)::bigint);
    END IF;
    PERFORM set_config('roadshow.stamped', '1', true);
  END IF;
  RETURN NULL;
END $$;
"""
DROP = "DROP FUNCTION roadshow_stamp(); DROP TABLE base_stamp;"


class Migration(migrations.Migration):
    dependencies = [("base", "0003_stored_answers")]
    operations = [migrations.RunSQL(CREATE, DROP)]
