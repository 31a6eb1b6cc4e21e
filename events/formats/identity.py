"""GUIDs and addresses for what a file leaves nameless: the same input gives the same result for ever."""

import re
import unicodedata
from uuid import NAMESPACE_URL, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "https://c3voc.de/schedule/schema.xsd")


def guid_of(text: str | UUID | None) -> UUID | None:
    """The UUID in a text, in any of its spellings, or None; the empty UUID counts as none."""
    if isinstance(text, UUID):
        return text if text.int else None
    try:
        found = UUID((text or "").strip())
    except ValueError:
        return None
    return found if found.int else None


def derived(*parts: object) -> UUID:
    """A GUID made of these parts."""
    name = "\x1f".join(str(part) for part in parts)
    return uuid5(_NAMESPACE, name.encode("utf-8", "replace").decode())


def slug_of(text: str, limit: int = 60) -> str:
    """Lower-case letters, digits and hyphens; empty where a text has no Latin letters at all."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    plain = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].rstrip("-")
