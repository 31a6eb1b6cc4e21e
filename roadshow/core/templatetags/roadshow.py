"""What templates say: texts, dates, colours, people."""

from functools import lru_cache
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from roadshow.core import text
from roadshow.core.cards import render_card
from roadshow.core.colors import hue_class
from roadshow.core.emblems import emblem as draw
from roadshow.core.headings import render_indexed_html

register = template.Library()

register.filter("long_date", text.format_long_date)
register.filter("full_date", text.format_full_date)
register.filter("short_date", text.format_short_date)
register.filter("weekday", text.format_weekday)
register.filter("month", text.format_month)
register.filter("clock", text.format_time)
register.filter("zone_name", text.format_timezone)
register.filter("language_name", text.format_language)


@register.filter
def markdown(value, top=3):
    """Markdown as safe HTML whose highest heading is `top`."""
    return text.render_html(value or "", top=int(top))


@register.filter
def indexed_markdown(value, prefix):
    """Markdown as `html` whose headings have ids, and its `headings`: pairs of id and plain text."""
    html, headings = render_indexed_html(value or "", prefix=prefix)
    return {"html": html, "headings": headings}


@register.filter
def excerpt(value, length=180):
    """Markdown as plain text of at most `length` characters or so."""
    return text.render_plain_text(value or "", int(length))


@register.filter
def get(mapping, key):
    """The value of a key, which may hold blanks; None when it is not there."""
    return mapping.get(key)


@register.filter
def hue(thing):
    """The CSS classes of a track's, an event's or a person's colour."""
    if not thing:
        return ""
    own = getattr(thing, "series", None)
    return hue_class(getattr(thing, "color", ""), str(own or getattr(thing, "name", thing)))


@register.filter
def hue_of_name(name):
    """The CSS classes of the colour that a name always gets."""
    return hue_class("", str(name))


@register.filter
def event_dates(event):
    """When an event is, as exactly as it is known."""
    return text.format_event_dates(event.starts_on, event.ends_on, event.date_precision)


@register.filter
def in_zone(instant, zone):
    """An aware datetime in a zone, given as ZoneInfo or as an event."""
    return instant.astimezone(getattr(zone, "zone", zone))


@register.filter
def iso(instant):
    """ISO 8601 with the offset of the datetime's own zone: a script reads the date that it has there."""
    return instant.isoformat(timespec="seconds")


@register.filter
def host(url):
    """ "example.org" of an address."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@register.filter
def safe_link(url):
    """The address when a browser may follow it, else nothing: imported links can be anything."""
    scheme = url.split(":", 1)[0].lower() if ":" in url else ""
    return url if scheme in ("http", "https", "mailto") else ""


@register.filter
def tab_of(path, event):
    """The tab of an event's pages that a path belongs to, as events/tabs.html names them, or none."""
    rest = path.partition(f"/events/{event.slug}/")[2].strip("/")
    tab, _slash, slug = rest.partition("/")
    if slug:
        return {"talks": "talk", "rooms": "room"}.get(tab, "")
    return tab or "overview"


@register.filter
def absolute_to(path, root):
    """A path with the portal's scheme and host, for what leaves the page."""
    return path if path.startswith(("http://", "https://")) else root + path


@register.filter
def initials(name):
    """At most two letters for a person without a picture."""
    words = [word for word in name.split() if word[:1].isalnum()]
    if not words:
        return name[:1]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def duration(minutes):
    """Minutes as "1 h 30" or "45 min"."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s") % {"hours": hours, "minutes": f"{rest:02}"}


@register.filter
def own_name(code):
    """A language's name in itself: what its readers look for."""
    return get_language_info(code)["name_local"]


@register.simple_tag(takes_context=True)
def highlight(context, value):
    """A text with what was searched for (`query`) marked."""
    query = context.get("query")
    return text.highlight_words(str(value or ""), query) if query else value or ""


@register.simple_tag
def emblem(seed, lines=3):
    """A decorative line map that belongs to `seed`."""
    return mark_safe(draw(str(seed), lines=lines))


@register.simple_tag(takes_context=True)
def card(context, template_name, **values):
    """A template with `values` as its context, rendered again only when one of them changes.

    Where something was searched for, it is rendered each time, with `query` marked.
    """
    if query := context.get("query"):
        return render_to_string(template_name, values | {"query": query})
    return render_card(template_name, values)


@register.simple_tag
def constant(template_name, **values):
    """A template that depends on the language, the portal's name and `values` alone, rendered once per process."""
    site = {"name": settings.SITE_NAME, "description": settings.SITE_DESCRIPTION}
    render = render_constant.__wrapped__ if settings.DEBUG else render_constant
    return render(template_name, get_language(), tuple(site.items()), tuple(values.items()))


@lru_cache(maxsize=256)
def render_constant(template_name, _language, site, values):
    return mark_safe(render_to_string(template_name, {"site": dict(site), **dict(values)}).strip())


@register.simple_tag
def icon(name):
    """One of the icons that base.html defines."""
    return format_html(
        '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )
