"""What every record looks like in JSON, and how JSON becomes a record.

Reading is a list of small functions, compiled once for each request: key -> value of a loaded row.
Each serializer says in `load` what its rows need, so a page costs the same few queries however long it is.
Writing is the framework's, with one difference: `full_clean` and the constraints of the model decide, so API,
admin and imports refuse the same things with the same sentences.
"""

from .fields import Column, Links, PageUrl, PictureUrl, Reference, References, Rows
from .queries import keys, local_time, objects
from .records import RecordSerializer, replace_rows, require_editable
from .shapes import Shape
from .strict import STRICT, StrictSerializer

__all__ = [
    "STRICT",
    "Column",
    "Links",
    "PageUrl",
    "PictureUrl",
    "RecordSerializer",
    "Reference",
    "References",
    "Rows",
    "Shape",
    "StrictSerializer",
    "keys",
    "local_time",
    "objects",
    "replace_rows",
    "require_editable",
]
