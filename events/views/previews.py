"""Link preview images of events and talks (Open Graph)."""

import hashlib
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from roadshow.core import link_preview
from roadshow.core.templatetags.roadshow import event_dates
from roadshow.core.text import format_short_date, format_time
from roadshow.http.files import file_response

from ..models import Event, Talk
from .talks import visible_event


@require_safe
def event_preview(request, slug):
    event = visible_event(request, slug)
    where = " · ".join(filter(None, [event_dates(event), event.location_label]))
    return serve_preview(request, event, title=event.name, above=where, below=event.tagline)


@require_safe
def talk_preview(request, slug, talk):
    event = visible_event(request, slug)
    rows = Talk.objects.visible_to(request.user).filter(event=event).for_cards()
    row = get_object_or_404(rows, slug=talk)
    people = ", ".join(credit.speaker.name for credit in row.credits)
    above = f"{event.name} · {describe_first_slot(row) or event_dates(event)}"
    return serve_preview(
        request, event, title=row.title, above=above, below=people, color=row.track.color if row.track else ""
    )


def describe_first_slot(talk: Talk) -> str:
    """Day, time and room of its first slot; empty while it has none."""
    if not talk.present_slots:
        return ""
    slot = talk.present_slots[0]
    start = slot.starts_at.astimezone(talk.event.zone)
    room = slot.room.name if slot.room else ""
    return " · ".join(filter(None, [f"{format_short_date(start)} {format_time(start)}", room]))


def serve_preview(request, event: Event, *, title: str, above: str, below: str, color: str = ""):
    """The preview as a PNG; its entity tag is a digest of the SVG it is rendered from."""
    preview = link_preview.Preview(
        title=title,
        above=above,
        below=below,
        site=settings.SITE_NAME,
        seed=event.slug,
        color=color or event.color,
        hue_name=str(event.series or event),
    )
    svg = link_preview.render_svg(preview)
    key = hashlib.sha256(svg.encode()).hexdigest()

    def render_png() -> bytes:
        return cast(bytes, cache.get_or_set(f"preview:{key}", lambda: link_preview.render_png(svg)))

    return file_response(request, render_png, state=[key], modified=None, content_type="image/png")
