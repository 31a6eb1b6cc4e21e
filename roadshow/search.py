"""Search over all kinds of record that a user sees."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Event, Series, Talk, Topic
from resources.models import Collection, Resource
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


def search_kinds(
    kinds: Iterable[Kind], user, query: str, limit: int
) -> list[tuple[Kind, SearchQuerySet, int]]:
    """For each kind the best rows, best first, and how many of them there are (at most about `limit`).

    Similar words count only where no kind has the exact ones.
    """
    results = []
    for similar in (False, True):
        results = [(kind, *kind.rows(user).find_best(query, limit, similar=similar)) for kind in kinds]
        if any(total for _, _, total in results):
            break
    return results
