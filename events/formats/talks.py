"""The talks of a file, from its own strings: titles and what they say, texts, kinds, slots."""

import re
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from . import links as addresses
from .addressing import Addresses
from .clock import Span
from .document import TALK_KINDS, Link, Slot, Talk
from .identity import Identities, make_slug, parse_guid
from .persons import Persons
from .raw import RawEvent, RawSchedule
from .reading import Report
from .states import parse_state
from .text import clean_block, clean_line
from .titles import CANCELLED, guess_kind, split_state
from .writing import make_repeated_slug

_LEVELS = {
    "beginner": re.compile(
        r"beginn|introduct|novice|basic|easy|anfänger|einsteiger|débutant|principiante|初级|入门"
    ),
    "intermediate": re.compile(r"intermed|medium|fortgeschritten|mittel|intermédiaire|intermedio|中级"),
    "advanced": re.compile(r"advanc|expert|deep|hard|profi|avancé|avanzado|experto|高级"),
}
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_LANGUAGES = {
    "english": "en", "englisch": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr",
    "spanish": "es", "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "dutch": "nl",
    "chinese": "zh", "中文": "zh", "japanese": "ja", "日本語": "ja", "russian": "ru", "polish": "pl",
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt",
    "nld": "nl", "zho": "zh", "chi": "zh", "jpn": "ja", "rus": "ru", "pol": "pl", "ces": "cs", "cze": "cs",
}  # fmt: skip


def parse_language(text: str, place: str, report: Report) -> str:
    """A language as BCP 47 writes it; empty, and reported, for what is none."""
    text = clean_line(text)
    first, *others = re.split(r"\s*[,;/&+|]\s*|\s+(?:and|und|et|y)\s+", text)
    if others and (_LANGUAGE.fullmatch(first) or first.lower() in _LANGUAGES):
        report.tally(_("Several languages; the first was kept"), place, what=text[:40])
        text = first
    if not text or text.lower() in _LANGUAGES:
        return _LANGUAGES.get(text.lower(), "")
    if _LANGUAGE.fullmatch(text):
        return text.replace("_", "-")
    report.tally(_("Not a language"), place, what=text[:40])
    return ""


class Talks:
    """Reads the talks of one file."""

    def __init__(self, raw: RawSchedule, report: Report, addresses: Addresses) -> None:
        self.raw, self.report, self.addresses = raw, report, addresses
        self.persons = Persons(raw, report, addresses)
        source = (
            clean_line(raw.acronym)
            or make_slug(clean_line(raw.title))
            or clean_line(raw.base_url)
            or "schedule"
        )
        self.identities = Identities(source, report)
        self.labelled = any(event.type.strip() for event in raw.events)

    def talks(self, spans: list[Span | None]) -> list[Talk]:
        """The talks in the order of the file. `spans` are their times, one for each event."""
        talks: list[Talk] = []
        same: dict[tuple[str, str], int] = {}
        general = self.addresses.find_shared()
        for event, span in zip(self.raw.events, spans, strict=True):
            title, cancelled, note = self._title(event)
            slot, talk_guid, talk_id = self._slot(event, title, span)
            key = (event.same_as, title)
            index = same.get(key, -1) if event.same_as and slot else -1
            if index >= 0 and self._is_repeated(event, talks[index]):
                talks[index] = replace(talks[index], slots=[*talks[index].slots, slot])
                continue
            same[key] = len(talks)
            talk = self._talk(event, title, cancelled, note)
            if talk.url in general:  # the page of all talks is none of theirs
                talk = replace(talk, url="", origin_url="")
            talks.append(
                replace(
                    talk,
                    guid=(parse_guid(event.same_as) if self.raw.ours else None) or talk_guid,
                    id=talk_id,
                    slots=[slot] if slot else [],
                )
            )
        return talks

    def _is_repeated(self, event: RawEvent, talk: Talk) -> bool:
        """Whether an event with the talk's title and code (or, if ours, its page) is another slot of it."""
        if not self.raw.ours or parse_guid(event.same_as):
            return True
        return clean_line(event.slug) == make_repeated_slug(talk.slug, self.raw.acronym, event.id)

    def _talk(self, event: RawEvent, title: str, cancelled: bool, note: str) -> Talk:
        ours = self.raw.ours
        persons = self.persons.of(event)
        label, track = clean_line(event.type), clean_line(event.track)
        kind = event.kind or guess_kind(label, track, title, people=bool(persons), labelled=self.labelled)
        subtitle = clean_line(event.subtitle)
        page = self.addresses.resolve_web(event.url, event.place)
        origin = self.addresses.resolve_web(event.origin_url, event.place)
        links = self.addresses.read_links(event)
        if not ours and origin not in ("", page, *(link.url for link in links)) and page:
            links.append(Link(url=origin, kind="related"))
        return Talk(
            title=title,
            code=clean_line(event.code),
            slug=self._slug(event),
            subtitle=f"{subtitle} ({note})" if subtitle and note else subtitle or note,
            abstract=clean_block(event.abstract, markdown=ours),
            description=clean_block(event.description, markdown=ours),
            kind=kind if kind in TALK_KINDS else "talk",
            type_label="" if label in TALK_KINDS else label,
            level=self._level(event),
            language=parse_language(event.language, event.place, self.report),
            state="cancelled" if cancelled else self._state(event, kind),
            track=track,
            topics=list(dict.fromkeys(filter(None, map(clean_line, event.topics)))),
            persons=persons,
            links=links,
            url=page,
            origin_url=origin if ours else page or origin,
            logo=self.addresses.resolve(event.logo, page=event.url),
            feedback_url=self.addresses.resolve_web(event.feedback_url, event.place),
            recording_license=clean_line(event.license),
            recording_optout=event.optout,
            room=event.room,
            place=event.place,
        )

    def _level(self, event: RawEvent) -> str:
        """One of TALK_LEVELS, also by other programs' words ("Introductory and overview")."""
        text = clean_line(event.level).lower()
        for level, words in _LEVELS.items():
            if text == level or (text and words.search(text)):
                return level
        if text:
            self.report.tally(_("Not a level that is known"), event.place, what=text[:40])
        return ""

    def _state(self, event: RawEvent, kind: str) -> str:
        """One of TALK_STATES; a draft for what is not understood, or undecided in a file with decisions."""
        text = clean_line(event.state)
        if not text:
            if not self.raw.says_states or kind == "break":
                return "confirmed"
            self.report.tally(_("A talk without a state; it is a draft"), event.place)
            return "draft"
        state, is_known = parse_state(text)
        if not is_known:
            self.report.tally(
                _("Not a state that is known; the talk is a draft"), event.place, what=text[:40]
            )
        return state

    def _title(self, event: RawEvent) -> tuple[str, bool, str]:
        """The title, whether it says that the talk is cancelled, and what it says besides."""
        title = clean_line(event.title)
        if self.raw.ours:
            return title.removeprefix(CANCELLED) or CANCELLED.strip(), title.startswith(CANCELLED), ""
        if event.title != title and title and " ".join(event.title.split()) == title:
            self.report.tally(_("Blanks around or inside a title were removed"), event.place, "info")
        if not title:
            self.report.tally(_("A talk without a title"), event.place)
            return clean_line(event.subtitle) or (f"Talk {event.id}" if event.id else "Untitled"), False, ""
        bare, cancelled, removed, rest = split_state(title)
        if not removed or not bare:
            return title, False, ""
        self.report.tally(
            _("The title says that the talk is cancelled; it was marked so, and the words removed")
            if cancelled
            else _("Words about a change were removed from the title"),
            event.place,
            "info",
            what=removed[:60] if cancelled or len(removed) < 20 else "",
        )
        return bare, cancelled, rest

    def _slot(self, event: RawEvent, title: str, span: Span | None) -> tuple[Slot | None, UUID, str]:
        """The event's slot, with the GUID and the id that are its own alone."""
        identifier = self.identities.id_of(event)
        guid = self.identities.guid_of(event, title, identifier, span[0] if span else None)
        if span is None:
            return None, guid, identifier
        slot = Slot(
            starts_at=span[0],
            ends_at=span[1],
            room=event.room,
            guid=guid,
            number=self.identities.number_of(event),
            sequence=event.sequence,
            changed_at=event.changed_at,
        )
        return slot, guid, identifier

    def _slug(self, event: RawEvent) -> str:
        slug = clean_line(event.slug)
        if not slug or re.fullmatch(r"[\w.~-]+", slug):
            return slug
        if addresses.is_web(slug):
            self.report.tally(_("A slug that is an address"), event.place, "info")
            slug = re.split(r"[/#]", slug.rstrip("/#"))[-1]
        return make_slug(slug)
