"""Slugs of new rows: of one, and of many at once."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, count
from typing import Any

from roadshow.core.addresses import slugify
from roadshow.core.models import FormerAddress, Record

LENGTH = 80  # characters


def make_slug(text: str, *, fallback: str = "item", max_length: int = LENGTH) -> str:
    """A slug of `text`. Letters of scripts other than Latin stay: a Chinese title has a readable address."""
    return slugify(text)[:max_length].strip("-_") or fallback


def make_unique_slug(
    text: str, taken: Callable[[str], bool], *, fallback: str = "item", max_length: int = LENGTH
) -> str:
    """The first slug of `text` for which `taken(slug)` is false: "a-talk", then "a-talk-2", and so on."""
    base = make_slug(text, fallback=fallback, max_length=max_length)
    numbered = (_numbered_slug(base, number, max_length) for number in count(2))
    return next(slug for slug in chain([base], numbered) if not taken(slug))


class SlugAllocator:
    """Free slugs of `model` for many names, in four queries, or a few more where many rows share one name.

    Slugs in `reserved` are never allocated.
    """

    def __init__(
        self, model: type[Record], names: Iterable[str], *, fallback: str, reserved: Iterable[str] = ()
    ):
        self.rows: Any = model._base_manager.all()
        self.fallback = fallback
        self.kind = model.address_kind
        self.wanted = Counter(make_slug(name, fallback=fallback, max_length=LENGTH) for name in names)
        self.used = set(reserved) | self._find_used(self.wanted)
        self.next: dict[str, int] = {}  # slug -> the number to try after it
        self._load_numbered_slugs()

    def _find_used(self, slugs: Iterable[str]) -> set[str]:
        slugs = list(slugs)
        former = FormerAddress.objects.filter(kind=self.kind, address__in=slugs)
        return {
            *self.rows.filter(slug__in=slugs).values_list("slug", flat=True),
            *former.values_list("address", flat=True),
        }

    def _load_numbered_slugs(self) -> None:
        """Load which numbered slugs are in use, until enough free ones are known for each repeated name."""
        repeated = [slug for slug, times in self.wanted.items() if times > 1 or slug in self.used]
        first, width = 2, 4
        while repeated:
            candidates = {slug: _numbered_slugs(slug, first, width) for slug in repeated}
            self.used |= self._find_used(list(chain.from_iterable(candidates.values())))
            free = {slug: sum(map(self._is_free, numbered)) for slug, numbered in candidates.items()}
            repeated = [slug for slug in repeated if free[slug] < self.wanted[slug]]
            first, width = first + width, width * 8

    def _is_free(self, slug: str) -> bool:
        return slug not in self.used and slug not in self.wanted

    def allocate(self, name: str) -> str:
        """A slug for `name` (one of the names given to the constructor) that no other row has or gets."""
        base = slug = make_slug(name, fallback=self.fallback, max_length=LENGTH)
        if base in self.used:
            for number in count(self.next.get(base, 2)):
                slug = _numbered_slug(base, number)
                if slug not in self.used:
                    self.next[base] = number + 1
                    break
        self.used.add(slug)
        return slug


def _numbered_slugs(base: str, first: int, width: int) -> list[str]:
    return [_numbered_slug(base, number) for number in range(first, first + width)]


def _numbered_slug(base: str, number: int, max_length: int = LENGTH) -> str:
    return f"{base[: max_length - len(str(number)) - 1]}-{number}"
