"""Lists of links as files: bytes to plain dataclasses and back, without a database.

`read` recognises what a file is; `WRITERS` names what can be written, all of which is read without a change.
"""

from .detect import LIMIT, read
from .document import Collection, Link, LinkList, Reading
from .gathering import distinct
from .writing import WRITERS, Format, write

__all__ = [
    "LIMIT",
    "WRITERS",
    "Collection",
    "Format",
    "Link",
    "LinkList",
    "Reading",
    "distinct",
    "read",
    "write",
]
