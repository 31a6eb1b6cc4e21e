"""Changes of talks in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ...formats.days import is_all_day
from .report import FieldChange

_UTC = ZoneInfo("UTC")
_LONGEST = 80  # characters of a value that is shown


def format_slot(slot: list, zone: ZoneInfo) -> str:
    starts, ends = (datetime.fromisoformat(text).astimezone(zone) for text in slot[1:3])
    if is_all_day(starts, ends, zone):
        return _("%(day)s, all day") % {"day": date_format(starts, "D j M Y")}
    return f"{date_format(starts, 'D j M Y')}, {starts:%H:%M}–{ends:%H:%M}"


def describe_change(change: FieldChange, zone: ZoneInfo = _UTC) -> str:
    """A changed field in words: its name, the old and the new value."""
    before, after = (_describe(change.name, value, zone) for value in (change.before, change.after))
    name = change.label
    if change.name == "persons":
        return name
    text = _("%(field)s: %(before)s → %(after)s") % {
        "field": name,
        "before": before or "–",
        "after": after or "–",
    }
    return _("%(change)s (edited by hand before)") % {"change": text} if change.by_hand else text


def _describe(name: str, value, zone: ZoneInfo) -> str:
    if name == "slots":
        text = "; ".join(
            filter(None, (f"{format_slot(slot, zone)} {slot[3]}".strip() for slot in value or []))
        )
    elif name == "links":
        text = ", ".join(link[1] or link[0] for link in value or [])
    elif name == "topics":
        text = ", ".join(value or [])
    elif name == "do_not_record":
        text = _("yes") if value else _("no")
    else:
        text = " ".join(str(value or "").split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
