"""Query parameters that pages and API share: one FilterSet for each model, a subclass of `RecordFilter`.

A FilterSet has the request's user, because filters must not reveal more than the rows themselves: rows that
`speaker=` or `series=` name must be visible too. `problems()` describes parameters that cannot be used: the API
responds with 400 and these messages, a page shows them and ignores the parameter.
"""

from .kinds import (
    DateFilter,
    InstantFilter,
    ListFilter,
    NumberFilter,
    ReferenceFilter,
    TextFilter,
    YesNoFilter,
)
from .near import NearFilter, WithinFilter
from .records import RecordFilter

__all__ = [
    "DateFilter",
    "InstantFilter",
    "ListFilter",
    "NearFilter",
    "NumberFilter",
    "RecordFilter",
    "ReferenceFilter",
    "TextFilter",
    "WithinFilter",
    "YesNoFilter",
]
