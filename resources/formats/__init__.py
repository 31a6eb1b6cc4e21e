"""Link lists as files: bytes to dataclasses and back, without a database.

`read_links` detects a file's format; `WRITERS` names the formats that can be written, which all round-trip.
"""

from .collector import merge_duplicate_links
from .detect import MAX_BYTES, read_links
from .document import Collection, Link, LinkList, Reading
from .writing import WRITERS, Format, write_links

__all__ = [
    "MAX_BYTES",
    "WRITERS",
    "Collection",
    "Format",
    "Link",
    "LinkList",
    "Reading",
    "merge_duplicate_links",
    "read_links",
    "write_links",
]
