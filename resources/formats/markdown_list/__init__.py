"""Lists in Markdown ("awesome lists"): headings, and "- [title](address) - text" below them.

HTML in them is read too (<details>, <table>, <a>). Written lists carry in comments the fields that a reader of the text
does not need, so that they round-trip.
"""

from .read import read
from .write import write

__all__ = ["read", "write"]
