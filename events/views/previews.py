"""Preview pictures of events and talks, which other sites show beside a link."""

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from roadshow.core import link_preview
from roadshow.core.templatetags.roadshow import dates_of
from roadshow.http.files import file_response

from ..models import Event, Talk
from .talks import visible_event


@require_safe
def event_preview(request, slug):
    event = visible_event(request, slug)
    where = " · ".join(filter(None, [dates_of(event), event.place]))
    return picture(request, event, title=event.name, above=where, below=event.tagline)


@require_safe
def talk_preview(request, slug, talk):
    event = visible_event(request, slug)
    rows = Talk.objects.visible_to(request.user).filter(event=event).for_cards()
    row = get_object_or_404(rows, slug=talk)
    people = ", ".join(credit.speaker.name for credit in row.credits)
    above = f"{event.name} · {dates_of(event)}"
    return picture(
        request, event, title=row.title, above=above, below=people, color=row.track.color if row.track else ""
    )


def picture(request, event: Event, *, title: str, above: str, below: str, color: str = ""):
    """The picture as a PNG. It is a function of what it shows, so that decides whether it is new."""
    shown = link_preview.Preview(
        title=title,
        above=above,
        below=below,
        site=settings.SITE_NAME,
        seed=event.slug,
        color=color or event.color,
        hue_name=str(event.series or event),
    )
    svg = link_preview.draw(shown)
    key = hashlib.sha256(svg.encode()).hexdigest()

    def made() -> bytes:
        return cache.get_or_set(f"preview:{key}", lambda: link_preview.render(svg))

    return file_response(request, made, state=[key], modified=None, content_type="image/png")
