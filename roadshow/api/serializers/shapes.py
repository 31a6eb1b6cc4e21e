"""What of a record is asked for: `?fields=` and `?expand=`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

if TYPE_CHECKING:
    from .records import RecordSerializer


@dataclass(frozen=True, slots=True)
class Shape:
    """Which keys, and which references as whole records. `fields` None means all."""

    fields: frozenset[str] | None = None
    expanded: dict[str, "Shape"] = field(default_factory=dict)

    @classmethod
    def parse(
        cls,
        serializer: type["RecordSerializer"],
        fields: Iterable[str],
        expand: Iterable[str],
        depth: int = 2,
    ) -> "Shape":
        """The shape that `?fields=` and `?expand=` ask for. Raises ValidationError on what does not exist."""
        fields, expand = [name for name in fields if name], [name for name in expand if name]
        expanded = {}
        for name in dict.fromkeys(path.partition(".")[0] for path in expand):
            if not depth:
                raise ValidationError({"expand": _("Two levels can be expanded, such as event.series.")})
            if name not in serializer.Meta.expandable:
                raise ValidationError({"expand": _unknown(name, serializer.Meta.expandable)})
            nested = serializer.nested(name)
            expanded[name] = cls.parse(nested, _below(name, fields), _below(name, expand), depth - 1)
        heads = frozenset(path.partition(".")[0] for path in fields)
        for name in heads - set(serializer.Meta.fields):
            raise ValidationError({"fields": _unknown(name, serializer.Meta.fields)})
        for path in fields:
            if "." in path and path.partition(".")[0] not in expanded:
                raise ValidationError(
                    {"fields": _("Expand “%(name)s” too.") % {"name": path.partition(".")[0]}}
                )
        return cls(heads or None, expanded)

    def wants(self, name: str) -> bool:
        return self.fields is None or name in self.fields


def _below(name: str, paths: Iterable[str]) -> list[str]:
    return [path.partition(".")[2] for path in paths if path.startswith(f"{name}.")]


def _unknown(name: str, known: Iterable[str]) -> str:
    return _("There is no “%(name)s” here. These are known: %(known)s.") % {
        "name": name[:80],
        "known": ", ".join(known) or "-",
    }
