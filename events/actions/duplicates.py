"""Speakers of an event that are probably entered twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import User
from roadshow.core.roles import Permission
from speakers.models import Speaker

from ..models import Event, EventSpeaker
from ..schedule import fold_text

MOST = 50  # groups that are shown at once


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Records that are probably one person, those with most talks first, and why."""

    speakers: list[Speaker]
    reason: str | Promise


def find_duplicates(event: Event, user: User) -> list[Duplicates]:
    """Groups with at least one speaker of the event; only records that `user` may merge. 4 queries."""
    mine = Speaker.objects.editable_by(user)
    here = set(Speaker.objects.filter(talks__event=event).order_by().values_list("pk", flat=True).distinct())
    reasons: dict[frozenset[int], str | Promise] = {}
    for key, reason in _group_by_email(user):
        reasons[key] = reason
    for key in _group_by_name(mine.order_by().values_list("pk", "name")):
        reasons.setdefault(key, _("the same name"))
    found = [key for key in reasons if key & here][:MOST]
    rows = mine.filter(pk__in=frozenset().union(*found)).annotate(talk_total=Count("talks", distinct=True))
    loaded = {row.pk: row for row in rows.defer("search")}
    groups = []
    for key in found:
        people = [loaded[pk] for pk in key if pk in loaded]
        if len(people) > 1:
            people.sort(key=lambda one: (-one.talk_total, one.pk))
            groups.append(Duplicates(people, reasons[key]))
    return sorted(groups, key=lambda group: group.speakers[0].name)


def _group_by_email(user: User) -> list[tuple[frozenset[int], Promise | str]]:
    """Persons with one e-mail address at events of the user."""
    own = Event.objects.with_permission(user, Permission.EDIT_SPEAKERS)
    rows = EventSpeaker.objects.filter(event__in=own.order_by().values("pk")).exclude(email="")
    groups = defaultdict(set)
    for email, speaker in rows.order_by().values_list("email", "speaker"):
        groups[email.lower()].add(speaker)
    reason = _("the same e-mail address")
    return [(frozenset(group), reason) for group in groups.values() if len(group) > 1]


def _group_by_name(people: Iterable[tuple[int, str]]) -> list[frozenset[int]]:
    """Persons whose names have the same words, in any order, without accents and initials."""
    groups = defaultdict(set)
    for key, name in people:
        words = "".join(char if char.isalnum() else " " for char in fold_text(name)).split()
        whole = [word for word in words if len(word) > 1 or not word.isascii()] or words
        groups[tuple(sorted(whole))].add(key)
    return [frozenset(group) for words, group in groups.items() if words and len(group) > 1]
