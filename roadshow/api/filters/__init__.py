"""The query parameters that pages and API share: one FilterSet for each model, on `RecordFilter`.

A FilterSet is told who asks (`request=`), because a filter must not say more than the rows themselves: what
`speaker=` or `series=` names has to be visible too. `problems()` says in sentences what is wrong with the
parameters: the API answers 400 with them, a page shows them and ignores the parameter.
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
