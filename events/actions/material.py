"""Slides and recordings of an event's talks."""

import re
import unicodedata
from collections.abc import Iterable

from django.db import transaction

from ..models import Event, Talk, TalkLink

KINDS = (TalkLink.Kind.SLIDES, TalkLink.Kind.RECORDING)
URL = re.compile(r"https?://\S+")


def list_material(event: Event) -> dict[Talk, dict[str, str]]:
    """Confirmed talks in the order of the schedule, with the address of each kind, or ""; 2 queries."""
    talks = (
        event.talks.filter(state=Talk.State.CONFIRMED)
        .exclude(kind=Talk.Kind.BREAK)
        .only("title", "code", "event_id")
        .in_time_order()
    )
    found = load_material(talk.pk for talk in talks)
    return {talk: found[talk.pk] for talk in talks}


def load_material(talks: Iterable[int]) -> dict[int, dict[str, str]]:
    """The address of each kind, or "", by primary key of the talk; 1 query."""
    found = {talk: {str(kind): "" for kind in KINDS} for talk in talks}
    links = TalkLink.objects.filter(talk__in=found, kind__in=KINDS).order_by("-position", "-pk")
    for talk, kind, url in links.values_list("talk", "kind", "url"):
        found[talk][kind] = url
    return found


def match_lines(talks: Iterable[Talk], text: str) -> tuple[dict[int, str], list[str]]:
    """Addresses by primary key of the talk that each line names, and the lines that name none or several."""
    by_code = {talk.code.upper(): [talk] for talk in talks if talk.code}
    by_title: dict[str, list[Talk]] = {}
    for talk in talks:
        by_title.setdefault(_normalize(talk.title), []).append(talk)
    matched, left = {}, []
    for line in filter(str.strip, text.splitlines()):
        address = URL.search(line)
        name = URL.sub("", line, count=1).strip(" \t,;|–—-:") if address else ""
        found = by_code.get(name.upper()) or by_title.get(_normalize(name), [])
        if address and len(found) == 1:
            matched[found[0].pk] = address.group().rstrip(",;|")
        else:
            left.append(line)
    return matched, left


def _normalize(title: str) -> str:
    """The words of a title without case, accents and signs."""
    letters = unicodedata.normalize("NFKD", title.casefold())
    return re.sub(r"\W+", " ", "".join(one for one in letters if not unicodedata.combining(one))).strip()


@transaction.atomic
def save_material(*, event: Event, links: dict[int, dict[str, str]]) -> int:
    """Set the address of each kind for the given talks; an empty one removes the link. Returns how many changed."""
    rows = TalkLink.objects.select_for_update().filter(talk__event=event, talk__in=links, kind__in=KINDS)
    known = {(row.talk_id, row.kind): row for row in rows.order_by("-position", "-pk")}
    made, changed, gone = [], [], []
    for talk, urls in links.items():
        for kind, url in urls.items():
            row = known.get((talk, kind))
            if row and not url:
                gone.append(row.pk)
            elif row and row.url != url:
                row.url = url
                changed.append(row)
            elif not row and url:
                made.append(TalkLink(talk_id=talk, kind=kind, url=url, position=50))
    TalkLink.objects.filter(pk__in=gone).delete()
    TalkLink.objects.bulk_update(changed, ["url"])
    TalkLink.objects.bulk_create(made)
    return len(made) + len(changed) + len(gone)
