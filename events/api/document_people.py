"""The speakers of an event's document: known by GUID, by slug, else by name among the event's own."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _
from msgspec import UNSET
from rest_framework.exceptions import ValidationError

from roadshow.core.slugs import SlugAllocator
from speakers.models import Speaker, SpeakerLink

from ..formats.event_document import CreditPart, EventDocument, Path, PlacedTalk, SpeakerPart
from ..models import Event
from .document_rows import check_texts, save_all

FIELDS = ("name", "headline", "biography", "state")


class PeopleWriter:
    """Writes the speakers of a document; `find` is the row of a credit afterwards."""

    def __init__(self, event: Event, document: EventDocument, user: User, log: Any) -> None:
        self.event, self.document, self.user, self.log = event, document, user, log
        self.rows: dict[tuple, Speaker] = {}  # (kind of key, key) -> row
        self.errors: list[tuple[Path, Any]] = []

    def find(self, credit: CreditPart) -> Speaker:
        return self.rows[_surest_key(credit)]

    def write(self, placed: list[PlacedTalk]) -> list[tuple[Path, Any]]:
        """Write all; returns errors with their places."""
        parts = self._list_parts(placed)
        known = self._load([part for _path, part in parts])
        new: list[tuple[Path, Speaker, bool]] = []
        changed: list[tuple[Path, Speaker, bool]] = []
        links: dict[Speaker, tuple[Path, list]] = {}
        for path, part in parts:
            row = known.get(_surest_key(part))
            if row is None and (part.guid in self.hidden or (isinstance(part, CreditPart) and not part.name)):
                self.errors.append((path, {"name": [_("There is no such speaker; a new one needs a name.")]}))
                continue
            row, is_changed = self._assign(row, part, path)
            (new if row.pk is None else changed).append((path, row, is_changed))
            if isinstance(part, SpeakerPart) and part.links is not UNSET:
                links[row] = (path, part.links)
            for key in _all_keys(part):
                self.rows.setdefault(key, row)
        self._require_editable([(path, row) for path, row, is_changed in changed if is_changed])
        if not self.errors:
            differing = [row for _path, row, is_changed in changed if is_changed]
            self.log.remember(Speaker, [row.pk for row in differing])
            self._save([row for _path, row, _is_changed in new], differing)
            self._write_links(links)
        return self.errors

    def _list_parts(self, placed: list[PlacedTalk]) -> list[tuple[Path, SpeakerPart | CreditPart]]:
        """The listed speakers, then those whom only talks name."""
        listed = self.document.speakers or []
        parts: list[tuple[Path, SpeakerPart | CreditPart]] = [
            (("speakers", n), part) for n, part in enumerate(listed)
        ]
        known = {key for _path, part in parts for key in _all_keys(part)}
        for talk in placed:
            for number, credit in enumerate(talk.talk.speakers or ()):
                path = (*talk.path, "speakers", number)
                if not _all_keys(credit):
                    self.errors.append((path, {"name": [_("Say who it is.")]}))
                elif _surest_key(credit) not in known:
                    parts.append((path, credit))
                    known.update(_all_keys(credit))
        return parts

    def _load(self, parts: list[SpeakerPart | CreditPart]) -> dict[tuple, Speaker]:
        """The rows that the user sees, by GUID, by slug, and by name where one of the event's has it alone."""
        guids, slugs = [part.guid for part in parts if part.guid], [part.slug for part in parts if part.slug]
        named = Speaker.objects.filter(Q(guid__in=guids) | Q(slug__in=slugs)).defer("search")
        own = Speaker.objects.filter(talks__event=self.event).distinct().defer("search")
        seen = Speaker.objects.visible_to(self.user)
        rows = {row.pk: row for row in [*named, *own]}
        visible = set(seen.filter(pk__in=rows).values_list("pk", flat=True))
        self.hidden = {row.guid for row in rows.values() if row.pk not in visible}
        names = Counter(row.name for row in own)
        found: dict[tuple, Speaker] = {
            ("name", row.name): row for row in own if names[row.name] == 1 and row.pk in visible
        }
        for row in rows.values():
            if row.pk in visible:
                found["guid", row.guid] = found["slug", row.slug] = row
        return found

    def _assign(
        self, row: Speaker | None, part: SpeakerPart | CreditPart, path: Path
    ) -> tuple[Speaker, bool]:
        """Give the row (or a new one) what the part says; whether it differed."""
        values = {name: value for name in FIELDS if (value := getattr(part, name, UNSET)) is not UNSET}
        if row is None:
            row = Speaker(guid=part.guid or uuid4(), slug=part.slug, created_by=self.user)
        elif isinstance(part, CreditPart):
            values = {}  # a credit names a person and changes nobody
        elif part.guid and part.slug:
            values["slug"] = part.slug
        is_changed = any(getattr(row, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(row, name, value)
        try:
            if is_changed:
                check_texts(row)
        except ValidationError as error:
            self.errors.append((path, error.detail))
        return row, is_changed

    def _require_editable(self, changed: list[tuple[Path, Speaker]]) -> None:
        keys = {row.pk for _path, row in changed}
        own = (
            set(Speaker.objects.editable_by(self.user).filter(pk__in=keys).values_list("pk", flat=True))
            if keys
            else keys
        )
        self.errors += [
            ((*path, "name"), [_("You may not change this speaker. Send them as they were read.")])
            for path, row in changed
            if row.pk not in own
        ]

    @staticmethod
    def _save(new: list[Speaker], changed: list[Speaker]) -> None:
        slugs = SlugAllocator(Speaker, (row.slug or row.name for row in new), fallback="speaker")
        for row in new:
            row.slug = slugs.allocate(row.slug or row.name)
        save_all(Speaker, [*new, *changed], [*FIELDS, "slug"])

    def _write_links(self, links: dict[Speaker, tuple[Path, list]]) -> None:
        existing: dict[int, list] = {}
        for link in SpeakerLink.objects.filter(speaker__in=links).order_by("position", "pk"):
            existing.setdefault(link.speaker_id, []).append((link.url, link.title))
        differing = {
            row: wanted
            for row, (_path, parts) in links.items()
            if (wanted := [(part.url, part.title) for part in parts]) != existing.get(row.pk, [])
        }
        self._require_editable([(links[row][0], row) for row in differing])
        for row, wanted in differing.items():
            if len({url for url, _title in wanted}) < len(wanted):
                self.errors.append(((*links[row][0], "links"), [_("Give each link once.")]))
        if differing and not self.errors:
            self.log.remember(
                SpeakerLink, SpeakerLink.objects.filter(speaker__in=differing).values_list("pk", flat=True)
            )
            SpeakerLink.objects.filter(speaker__in=differing).delete()
            SpeakerLink.objects.bulk_create(
                [
                    SpeakerLink(speaker=row, url=url, title=title, position=position)
                    for row, wanted in differing.items()
                    for position, (url, title) in enumerate(wanted)
                ],
                batch_size=1000,
            )


def _all_keys(part: SpeakerPart | CreditPart) -> list[tuple[str, UUID | str]]:
    """What names a person in a document, the surest first."""
    keys = [("guid", part.guid), ("slug", part.slug), ("name", part.name)]
    return [(kind, key) for kind, key in keys if key]


def _surest_key(part: SpeakerPart | CreditPart) -> tuple[str, UUID | str]:
    """The key that counts: slugs and names change, so that a GUID counts alone where there is one."""
    return _all_keys(part)[0]
