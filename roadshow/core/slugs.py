"""Addresses for many new rows at once."""

from collections import Counter
from collections.abc import Iterable
from itertools import count

from django.db.models import Model

from roadshow.core.models import slug_of

LENGTH = 80  # characters, as free_slug has it


class Slugs:
    """Free slugs of `model` for many names, in two queries, or a few more where many rows have one name.

    `reserved` are never given out.
    """

    def __init__(
        self, model: type[Model], names: Iterable[str], *, fallback: str, reserved: Iterable[str] = ()
    ):
        self.rows, self.fallback = model._base_manager.all(), fallback
        self.wanted = Counter(slug_of(name, fallback=fallback, max_length=LENGTH) for name in names)
        self.used = set(reserved) | self._taken(self.wanted)
        self.next: dict[str, int] = {}  # slug -> the number to try after it
        self._look_ahead()

    def _taken(self, slugs: Iterable[str]) -> set[str]:
        return set(self.rows.filter(slug__in=slugs).values_list("slug", flat=True))

    def _look_ahead(self) -> None:
        """Learn which numbered slugs are taken, as far as there are enough free ones for each name."""
        open_ = [slug for slug, times in self.wanted.items() if times > 1 or slug in self.used]
        first, width = 2, 4
        while open_:
            tried = {slug: [_numbered(slug, first + step) for step in range(width)] for slug in open_}
            self.used |= self._taken([slug for slugs in tried.values() for slug in slugs])
            free = {slug: sum(self._is_free(other) for other in slugs) for slug, slugs in tried.items()}
            open_ = [slug for slug in open_ if free[slug] < self.wanted[slug]]
            first, width = first + width, width * 8

    def _is_free(self, slug: str) -> bool:
        return slug not in self.used and slug not in self.wanted

    def free(self, name: str) -> str:
        """A slug of `name`, one of the names given before, that no other row has or gets."""
        base = slug = slug_of(name, fallback=self.fallback, max_length=LENGTH)
        if base in self.used:
            for number in count(self.next.get(base, 2)):
                slug = _numbered(base, number)
                if slug not in self.used:
                    self.next[base] = number + 1
                    break
        self.used.add(slug)
        return slug


def _numbered(base: str, number: int) -> str:
    return f"{base[: LENGTH - len(str(number)) - 1]}-{number}"
