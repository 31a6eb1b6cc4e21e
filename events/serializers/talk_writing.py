"""Write talks with their parts: a thousand in as many statements as one."""

from collections import defaultdict
from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from simple_history.utils import bulk_create_with_history

from roadshow.api.errors import Conflict, as_api_error
from roadshow.api.serializers import RecordSerializer
from roadshow.api.serializers.records import clean, column_values
from roadshow.core.bulk import update_rows
from speakers.models import Speaker

from ..models import Event, Talk, TalkLink, TalkSpeaker

LINK = ("url", "title", "kind")
Problems = list[Any]  # errors of each talk, by key; an empty dict for none


class TalkWriter(RecordSerializer):
    def validate_event(self, event: Event) -> Event:
        """Raises ValidationError: a talk with slots cannot move to another event."""
        if self.instance and (problem := self.check_event(self.instance, {"event": event})):
            raise ValidationError(problem["event"])
        return event

    @staticmethod
    def check_event(row: Talk, values: dict) -> dict:
        """Errors: a talk with slots cannot move to another event."""
        if row._state.adding or values.get("event", row.event) == row.event:
            return {}
        if row.slots.exists() or row.released_slots.exists():
            return {
                "event": [_("The talk has a place in its event's schedule, so it stays with that event.")]
            }
        return {}

    def write_related(self, row, related):
        (problem,), changed = self.write_parts([(row, related)])
        if problem:
            raise ValidationError(problem)
        return bool(changed)

    def write_all(self, wanted: list[tuple[Talk, dict]]) -> Problems:
        """Create and update talks with validated values, in a constant number of statements.

        After an IntegrityError the talks are saved one by one, to find the cause. When any talk has an error,
        the caller has to roll back.
        """
        rows = [row for row, _values in wanted]
        before = {row: column_values(row) for row in rows if not row._state.adding}
        moves = [self.check_event(row, values) for row, values in wanted]
        parts = [(row, self.assign(row, values)) for row, values in wanted]
        problems = [move | self.validate_row(row) for move, row in zip(moves, rows, strict=True)]
        if any(problems):
            return problems
        names = {name for _row, values in wanted for name in values} - {*self.Meta.related}
        changed = [row for row, values in before.items() if column_values(row) != values]
        if problems := self.save_rows(rows, changed, [*names]):
            return problems
        problems, touched = self.write_parts(parts)
        update_rows([row for row in before if row in touched and row not in changed], (), batch_size=100)
        return problems

    def save_rows(self, rows: list[Talk], changed: list[Talk], names: list[str]) -> Problems:
        """Create new rows, and write columns of changed ones. Returns errors of each talk when there are any."""
        new = [row for row in rows if row._state.adding]
        unaddressed = [row for row in rows if not row.slug]
        try:
            with transaction.atomic():
                self.save_all(new, changed, names)
        except IntegrityError:
            for row in unaddressed:  # the slug may have been taken meanwhile
                row.slug = ""
            return self.save_one_by_one(rows, {id(row) for row in new})
        return []

    def validate_row(self, row: Talk) -> Any:
        """Errors of `full_clean()`; references are known to exist."""
        skipped = {one.name for one in row._meta.fields if one.is_relation or not one.editable}
        try:
            row.full_clean(exclude=skipped, validate_unique=False, validate_constraints=False)
        except ModelError as error:
            return as_api_error(error, self.names).detail
        return {}

    @staticmethod
    def save_all(new: list[Talk], old: list[Talk], fields: list[str]) -> None:
        """Raises IntegrityError."""
        unaddressed = [row for row in (*new, *old) if not row.slug]
        others = Talk.objects.filter(event__in={row.event_id for row in unaddressed})
        taken = set(others.exclude(pk__in=[row.pk for row in unaddressed]).values_list("event", "slug"))
        taken |= {(row.event_id, row.slug) for row in new}
        for row in unaddressed:
            event = row.event_id
            row.give_address(lambda slug, event=event: (event, slug) in taken)  # type: ignore[misc]  # the default
            taken.add((row.event_id, row.slug))
        update_rows(old, fields, batch_size=100)
        bulk_create_with_history(new, Talk, batch_size=500)

    def save_one_by_one(self, rows: list[Talk], new: set[int]) -> Problems:
        """Errors of each talk. Raises Conflict when all could be saved: a concurrent change was the cause."""
        problems: Problems = []
        for row in rows:
            if id(row) in new:
                row.pk, row._state.adding = None, True
            try:
                clean(row, self.names)
                row.save()
                problems.append({})
            except ValidationError as error:
                problems.append(error.detail)
        if not any(problems):
            raise Conflict
        return problems

    def write_parts(self, written: list[tuple[Talk, dict]]) -> tuple[Problems, set[Talk]]:
        """Write topics, speakers with roles, and links of saved talks where they differ: (errors, talks changed)."""
        topics, links = (
            {row: one[name] for row, one in written if name in one} for name in ("topics", "links")
        )
        known_topics: defaultdict[int, set] = defaultdict(set)
        for talk, topic in Talk.topics.through.objects.filter(talk__in=topics).values_list("talk", "topic"):
            known_topics[talk].add(topic)
        new_topics = {
            row: found for row, found in topics.items() if {one.pk for one in found} != known_topics[row.pk]
        }
        Talk.objects.set_topics(new_topics)
        existing: defaultdict[int, list] = defaultdict(list)
        for talk, *link in TalkLink.objects.filter(talk__in=links).values_list("talk", *LINK):
            existing[talk].append(link)
        made = {row: [TalkLink(**link) for link in found] for row, found in links.items()}
        new_links = {
            row: found
            for row, found in made.items()
            if [[getattr(link, name) for name in LINK] for link in found] != existing[row.pk]
        }
        TalkLink.objects.replace(new_links)
        problems, new_credits = self.write_credits(written)
        return problems, {*new_topics, *new_links, *new_credits}

    def write_credits(self, written: list[tuple[Talk, dict]]) -> tuple[Problems, set[Talk]]:
        """Write speakers in order: (errors, talks changed).

        Speakers keep their roles; those that the user cannot see are kept last.
        """
        concerned = [row for row, one in written if one.keys() & {"speakers", "roles"}]
        existing: defaultdict[int, list] = defaultdict(list)
        for credit in TalkSpeaker.objects.filter(talk__in=concerned).select_related("speaker"):
            existing[credit.talk_id].append(credit)
        known = {credit.speaker_id for credit in chain.from_iterable(existing.values())}
        people = Speaker.objects.visible_to(self.context["request"].user)
        seen = set(people.filter(pk__in=known).values_list("pk", flat=True)) if known else known
        problems, wanted = [], {}
        for row, one in written:
            before = existing[row.pk]
            after, unknown = merge_credits(before, seen, one)
            problems.append(
                {
                    "roles": [
                        _("“%(slug)s” is not a speaker of this talk.") % {"slug": slug} for slug in unknown
                    ]
                }
                if unknown
                else {}
            )
            if [(one.speaker_id, one.role) for one in after] != [
                (one.speaker_id, one.role) for one in before
            ]:
                wanted[row] = after
        if not any(problems):
            TalkSpeaker.objects.replace(wanted)
        return problems, set(wanted)


def merge_credits(
    before: list[TalkSpeaker], seen: set[int], related: dict
) -> tuple[list[TalkSpeaker], list[str]]:
    """(unsaved credits of a talk after a change, slugs in `roles` that are not speakers of it)."""
    roles = related.get("roles", {})
    visible = [credit for credit in before if credit.speaker_id in seen]
    people = related.get("speakers", [credit.speaker for credit in visible])
    kept = {credit.speaker_id: credit.role for credit in before}
    after = [
        TalkSpeaker(speaker=one, role=roles.get(one.slug, kept.get(one.pk, TalkSpeaker.Role.SPEAKER)))
        for one in people
    ]
    after += [
        TalkSpeaker(speaker=credit.speaker, role=credit.role)
        for credit in before
        if credit.speaker_id not in seen
    ]
    return after, [slug for slug in roles if slug not in {one.slug for one in people}]
