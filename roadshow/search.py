"""Search over all kinds of record that a user sees."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Event, Series, Talk, Topic
from resources.models import Collection, Resource
from roadshow.core.compiled_queries import replanned_query
from roadshow.core.search import SearchQuerySet
from speakers.models import Speaker


@dataclass(frozen=True)
class Kind:
    """A group of results. `rows(user)` are those that the user sees, loaded for cards."""

    name: str
    label: str | Promise
    rows: Callable[..., SearchQuerySet]


KINDS = (
    Kind("talks", _("Talks"), lambda user: Talk.objects.visible_to(user).for_cards()),
    Kind("speakers", _("Speakers"), lambda user: Speaker.objects.visible_to(user).for_cards()),
    Kind("events", _("Events"), lambda user: Event.objects.visible_to(user).for_cards()),
    Kind("series", _("Series"), lambda user: Series.objects.visible_to(user)),
    Kind("topics", _("Topics"), lambda user: Topic.objects.visible_to(user)),
    Kind("resources", _("Links"), lambda user: Resource.objects.visible_to(user).listed().for_cards()),
    Kind("collections", _("Collections"), lambda user: Collection.objects.visible_to(user).with_items(user)),
)


def search_kinds(kinds: Iterable[Kind], user, query: str, limit: int) -> list[tuple[Kind, "Found"]]:
    """For each kind what was found for `query`, of about `limit` rows, those with the words in their title first.

    Similar words count only where no kind has the exact ones.
    """
    text = query.replace("\0", " ").strip()
    results = []
    for similar in (False, True):
        results = [
            (kind, Found(kind, user, text, _compile_keys(kind, limit, similar)(user, text=text)))
            for kind in kinds
        ]
        if any(found.keys for _kind, found in results):
            break
    return results


@dataclass(frozen=True)
class Found:
    """The rows of a kind that were found, by their keys."""

    kind: Kind
    user: Any
    text: str
    keys: list[int]

    def rows(self) -> SearchQuerySet:
        """All of them, best first."""
        return self.kind.rows(self.user).rank_keys(self.keys, self.text)

    def best(self, count: int) -> list:
        """The best few."""
        if not self.keys:
            return []
        load = _compile_best(self.kind)
        return load(self.user, text=self.text, keys=self.keys, page=slice(0, count))


@cache
def _compile_keys(kind: Kind, limit: int, similar: bool) -> Callable[..., list[int]]:
    """Planned each time: how to find a word depends on how many rows have it, and only then is it parsed once."""

    @replanned_query
    def find_keys(user, text):
        return kind.rows(user).keys_of_best(text, limit, similar=similar)

    return find_keys


@cache
def _compile_best(kind: Kind) -> Callable[..., list]:
    @replanned_query
    def load_best(user, text, keys):
        return kind.rows(user).filter(pk__any=keys).best_first(text)

    return load_best
