"""Addresses for many new rows at once."""

from collections.abc import Iterable
from itertools import count

from django.db.models import Model

from .models import slug_of

LENGTH = 80  # characters, as free_slug has it


class Slugs:
    """Free slugs of `model` for many names: one query for all, and one more for each that is taken.

    `reserved` are never given out.
    """

    def __init__(
        self, model: type[Model], names: Iterable[str], *, fallback: str, reserved: Iterable[str] = ()
    ):
        self.rows, self.fallback = model._base_manager.all(), fallback
        wanted = {slug_of(name, fallback=fallback, max_length=LENGTH) for name in names}
        self.used = set(reserved) | self._taken(slug__in=wanted)
        self.next: dict[str, int] = {}  # slug -> the number to try after it

    def _taken(self, **condition) -> set[str]:
        return set(self.rows.filter(**condition).values_list("slug", flat=True))

    def free(self, name: str) -> str:
        """A slug of `name`, one of the names given before, that no other row has or gets."""
        base = slug = slug_of(name, fallback=self.fallback, max_length=LENGTH)
        if base in self.used:
            if base not in self.next:
                self.next[base] = 2
                self.used |= self._taken(slug__startswith=base[: LENGTH - 10])
            for number in count(self.next[base]):
                slug = f"{base[: LENGTH - len(str(number)) - 1]}-{number}"
                if slug not in self.used:
                    self.next[base] = number + 1
                    break
        self.used.add(slug)
        return slug
