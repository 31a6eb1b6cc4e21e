"""Writing talks with all that hangs on them: one, or a thousand in as many statements."""

from collections import defaultdict

from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from roadshow.api.errors import Conflict, as_api_error
from roadshow.api.serializers import RecordSerializer
from roadshow.api.serializers.records import clean
from speakers.models import Speaker

from ..models import Talk, TalkLink, TalkSpeaker

LINK = ("url", "title", "kind")
Problems = list[dict]  # what is wrong with each talk, by key; nothing: an empty dict


class TalkWriter(RecordSerializer):
    def write(self, row, values):
        if problem := self.kept(row, values):
            raise ValidationError(problem)
        return super().write(row, values)

    @staticmethod
    def kept(row: Talk, values: dict) -> dict:
        """What keeps a talk from going to another event: nothing (an empty dict), or its event's schedule."""
        if row._state.adding or values.get("event", row.event) == row.event:
            return {}
        if row.slots.exists() or row.released_slots.exists():
            return {
                "event": [_("The talk has a place in its event's schedule, so it stays with that event.")]
            }
        return {}

    def write_related(self, row, related):
        (problem,) = self.write_parts([(row, related)])
        if problem:
            raise ValidationError(problem)

    def write_all(self, wanted: list[tuple[Talk, dict]]) -> Problems:
        """Stores talks, new ones too, with these validated values. How many statements it takes does not grow.

        What the database refuses is tried once more one by one, to tell which it was. When any talk has a
        problem, the caller has to take all of it back.
        """
        problems = [self.kept(row, values) for row, values in wanted]
        parts = [(row, self.assign(row, values)) for row, values in wanted]
        problems = [kept | self.judged(row) for kept, (row, _values) in zip(problems, wanted, strict=True)]
        if any(problems):
            return problems
        changed = {name for _row, values in wanted for name in values} - {*self.Meta.related}
        rows = [row for row, _values in wanted]
        new, old = ([row for row in rows if row._state.adding is adding] for adding in (True, False))
        unaddressed = [row for row in rows if not row.slug]
        try:
            with transaction.atomic():
                self.store(new, old, [*changed, "updated_at"])
        except IntegrityError:
            for row in unaddressed:  # somebody else may have been given the same
                row.slug = ""
            return self.one_by_one(rows, {id(row) for row in new})
        return self.write_parts(parts)

    def judged(self, row: Talk) -> dict:
        """What the model itself says against a row; references are known to exist."""
        skipped = {one.name for one in row._meta.fields if one.is_relation or not one.editable}
        try:
            row.full_clean(exclude=skipped, validate_unique=False, validate_constraints=False)
        except ModelError as error:
            return as_api_error(error, self.names).detail
        return {}

    @staticmethod
    def store(new: list[Talk], old: list[Talk], fields: list[str]) -> None:
        """Raises IntegrityError."""
        unaddressed = [row for row in (*new, *old) if not row.slug]
        others = Talk.objects.filter(event__in={row.event_id for row in unaddressed})
        taken = set(others.exclude(pk__in=[row.pk for row in unaddressed]).values_list("event", "slug"))
        taken |= {(row.event_id, row.slug) for row in new}
        for row in unaddressed:
            row.give_address(lambda slug, event=row.event_id: (event, slug) in taken)
            taken.add((row.event_id, row.slug))
        for row in old:
            row.updated_at = timezone.now()
        bulk_update_with_history(old, Talk, fields, batch_size=100)
        bulk_create_with_history(new, Talk, batch_size=500)

    def one_by_one(self, rows: list[Talk], new: set[int]) -> Problems:
        """Raises Conflict when none of them is to blame any more: somebody else was quicker."""
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

    def write_parts(self, written: list[tuple[Talk, dict]]) -> Problems:
        """Writes topics, speakers with their roles, and links of stored talks, where they differ."""
        topics, links = (
            {row: one[name] for row, one in written if name in one} for name in ("topics", "links")
        )
        there = defaultdict(set)
        for talk, topic in Talk.topics.through.objects.filter(talk__in=topics).values_list("talk", "topic"):
            there[talk].add(topic)
        Talk.objects.set_topics(
            {row: found for row, found in topics.items() if {one.pk for one in found} != there[row.pk]}
        )
        there = defaultdict(list)
        for talk, *link in TalkLink.objects.filter(talk__in=links).values_list("talk", *LINK):
            there[talk].append(link)
        made = {row: [TalkLink(**link) for link in found] for row, found in links.items()}
        TalkLink.objects.replace(
            {
                row: found
                for row, found in made.items()
                if [[getattr(link, name) for name in LINK] for link in found] != there[row.pk]
            }
        )
        return self.write_credits(written)

    def write_credits(self, written: list[tuple[Talk, dict]]) -> Problems:
        """Those who give the talks, in order. Who stays keeps their role; whom the writer cannot see stays, last."""
        concerned = [row for row, one in written if one.keys() & {"speakers", "roles"}]
        there = defaultdict(list)
        for credit in TalkSpeaker.objects.filter(talk__in=concerned).select_related("speaker"):
            there[credit.talk_id].append(credit)
        known = {credit.speaker_id for credits_ in there.values() for credit in credits_}
        people = Speaker.objects.visible_to(self.context["request"].user)
        seen = set(people.filter(pk__in=known).values_list("pk", flat=True)) if known else known
        problems, wanted = [], {}
        for row, one in written:
            before = there[row.pk]
            after, unknown = credits_after(before, seen, one)
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
        return problems


def credits_after(
    before: list[TalkSpeaker], seen: set[int], related: dict
) -> tuple[list[TalkSpeaker], list[str]]:
    """The credits of a talk after a change, unsaved, and the slugs in `roles` that are none of its speakers."""
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
