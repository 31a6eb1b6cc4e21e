"""A trigger that stores the slug that a row had, whichever statement changes it; see `models.FormerAddress`."""

import pgtrigger


def former_address(kind: str, scope: str = "0") -> pgtrigger.Trigger:
    """The trigger for a kind of record. `scope` is the column within whose value slugs are unique, 0 for everywhere."""
    return pgtrigger.Trigger(
        name="former_address",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.slug IS DISTINCT FROM NEW.slug"),
        func=f"""
  DELETE FROM core_formeraddress
    WHERE kind = '{kind}' AND scope = {"0" if scope == "0" else f"NEW.{scope}"} AND address = NEW.slug;
  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)
    VALUES ('{kind}', {"0" if scope == "0" else f"OLD.{scope}"}, OLD.slug, NEW.id, now())
    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;
  RETURN NULL;""",
    )
