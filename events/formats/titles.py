"""What organisers write into titles and types: that a talk is cancelled or changed, and what kind it is."""

import re

_STATE_WORDS = r"(?:CANCELL?ED|ABGESAGT|ENTF[ÄA]LLT|ANNUL[ÉE]E?|CANCELAD[OA]|取消|已取消)"
_CHANGE_WORDS = r"(?:AMENDE?MENT|AMENDED|RESCHEDULED|REPLACEMENT|UPDATED|MOVED|CHANGED|NEW TIME|NEW ROOM)"


def _prefix(words: str) -> re.Pattern:
    """Such a word first: in brackets, before a colon or dash, or in capitals."""
    return re.compile(
        rf"^\s*(?:[\[(]\s*(?i:{words})\s*[\])]\s*[:–—-]*|(?i:{words})\s*(?::|\s[–—-]\s)|{words}(?=\s))\s*(?=\S)"
    )


_CANCELLED_FIRST, _CHANGED_FIRST = _prefix(_STATE_WORDS), _prefix(_CHANGE_WORDS)
_CANCELLED_LAST = re.compile(
    rf"\s*(?:[\[(]\s*(?i:{_STATE_WORDS})\s*[\])]|\s[–—-]\s*{_STATE_WORDS}(?:\s*[,;:]\s*(?P<rest>.*))?)\s*$"
)
CANCELLED = "Cancelled: "  # how this portal writes it, where a format has no state


def split_state(title: str) -> tuple[str, bool, str, str]:
    """A title taken apart: (without such words, whether cancelled, what was removed, text that followed)."""
    removed, rest, cancelled = [], "", False
    found = _CANCELLED_LAST.search(title)
    if found and found.start() > 0:
        cancelled, rest = True, found["rest"] or ""
        removed.append(found[0].strip())
        title = title[: found.start()]
    for pattern in (_CANCELLED_FIRST, _CHANGED_FIRST):
        found = pattern.match(title)
        if found:
            cancelled = cancelled or pattern is _CANCELLED_FIRST
            removed.append(found[0].strip())
            title = title[found.end() :]
    return title.strip(), cancelled, " ".join(removed), rest.strip()


_KINDS = (
    ("keynote", re.compile(r"key\s?note|plenary|eröffnungsvortrag", re.IGNORECASE)),
    ("lightning", re.compile(r"lightning|ignite|blitz|pecha", re.IGNORECASE)),
    (
        "workshop",
        re.compile(r"workshop|tutorial|hands.?on|training|masterclass|hackathon|atelier|taller", re.I),
    ),
    ("panel", re.compile(r"\bpanel|podium|round.?table|debate|diskussion|\bdiscussion", re.IGNORECASE)),
    (
        "break",
        re.compile(
            r"\b(?:break|pause|lunch|breakfast|dinner|coffee|meal|mittagspause|kaffeepause|registration)\b",
            re.I,
        ),
    ),
)
_BREAK_TITLE = re.compile(
    r"\b(?:breakfast|lunch|dinner|supper|brunch|break|coffee|(?:morning|afternoon|high) tea|change\s?over"
    r"|free time|registration|check.?in|doors? open|pause|kaffee\w*|mittag\w*|abendessen|frühstück"
    r"|déjeuner|almuerzo|茶歇|午餐|休息)\b",
    re.IGNORECASE,
)
_KEYNOTE_TITLE = re.compile(r"(?:opening |closing )?keynote\b\s*[:–—-]", re.IGNORECASE)


def guess_kind(label: str, track: str, title: str, *, people: bool, labelled: bool) -> str:
    """One of TALK_KINDS, by the file's word for it, else by the track, else by the title.

    `people`: somebody gives it. `labelled`: other talks of the file have a word for their kind, so that one
    without, given by nobody, is a break.
    """
    kind = _find_kind(label, people) or (_find_kind(track, people) if len(track) < 20 else None)
    if kind:
        return "break" if kind == "keynote" and _is_break(title, people) else kind
    if _KEYNOTE_TITLE.match(title):
        return "keynote"
    if _is_break(title, people) or (labelled and not label and not people):
        return "break"
    return "talk"


def _find_kind(text: str, people: bool) -> str | None:
    """The kind that a word of a file stands for; what somebody gives is no break."""
    for kind, pattern in _KINDS:
        if text and pattern.search(text) and not (kind == "break" and people):
            return kind
    return None


def _is_break(title: str, people: bool) -> bool:
    return not people and len(title.split()) <= 6 and _BREAK_TITLE.search(title) is not None
