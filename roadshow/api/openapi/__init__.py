"""The OpenAPI schema: what the framework cannot see of our records, references, errors and headers."""

from .operations import complete
from .parameters import flag, number, text, words
from .records import RecordSchema

__all__ = ["RecordSchema", "complete", "flag", "number", "text", "words"]
