"""An oEmbed provider (https://oembed.com): takes the URL of a page, returns how to embed it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import translation
from django.views.decorators.http import require_safe
from lxml import etree
from lxml.builder import E

from roadshow.http.pages import absolute_url, site_root

from ..models import Talk
from .embed import PARTS, iframe_html
from .talks import visible_event

DEFAULT_WIDTH = 800  # pixels, unless the consumer asks for less
MAX_AGE = 3600  # seconds
EMBEDDED_PARTS = {  # view name: part
    "events:event": "schedule",
    "events:schedule": "schedule",
    "events:talks": "schedule",
    "events:now": "next",
    "events:embed": "schedule",
    **{f"events:embed_{part}": part for part in PARTS},
}
FORMATS = ("json", "xml")


@require_safe
def oembed(request):
    """An event's pages as a frame (`rich`), a talk as a `link`; 404 for any other address, 501 for other formats."""
    request.user = AnonymousUser()
    format = request.GET.get("format", "json")
    if format not in FORMATS:
        return HttpResponse("json, xml\n", content_type="text/plain", status=501)
    url = urlsplit(request.GET.get("url", "")[:2000])
    if url.netloc != urlsplit(site_root(request)).netloc:
        raise Http404
    with translation.override(translation.get_language_from_path(url.path) or settings.LANGUAGE_CODE):
        content = describe_page(request, resolve_path(url.path), url.query)
    response = (
        JsonResponse(content) if format == "json" else HttpResponse(to_xml(content), content_type="text/xml")
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response


def resolve_path(path: str) -> ResolverMatch:
    try:
        return resolve(path)
    except Resolver404:
        raise Http404 from None


def describe_page(request, page: ResolverMatch, query: str) -> dict:
    common = {
        "version": "1.0",
        "provider_name": settings.SITE_NAME,
        "provider_url": absolute_url(request, "/"),
        "cache_age": MAX_AGE,
    }
    if page.view_name == "events:talk":
        event = visible_event(request, page.kwargs["slug"])
        talks = Talk.objects.visible_to(request.user).for_cards()
        talk = get_object_or_404(talks, event=event, slug=page.kwargs["talk"])
        names = ", ".join(credit.speaker.name for credit in talk.credits)
        return common | {"type": "link", "title": f"{talk.title} · {event.name}", "author_name": names}
    if page.view_name not in EMBEDDED_PARTS:
        raise Http404
    part = EMBEDDED_PARTS[page.view_name]
    event = visible_event(request, page.kwargs["slug"])
    asked = QueryDict(query).urlencode()
    address = absolute_url(request, reverse(f"events:embed_{part}", args=[event.slug])) + (
        asked and f"?{asked}"
    )
    width, height = (
        limit_size(request, "maxwidth", DEFAULT_WIDTH),
        limit_size(request, "maxheight", PARTS[part]),
    )
    return common | {
        "type": "rich",
        "title": event.name,
        "width": width,
        "height": height,
        "html": iframe_html(address, event.name, height, width),
    }


def limit_size(request, name: str, default: int) -> int:
    """The default, or the smaller maximum given by query parameter `name`; pixels."""
    most = request.GET.get(name, "")
    return min(default, int(most)) if most.isdecimal() and 0 < len(most) < 6 and int(most) else default


def to_xml(content: dict) -> bytes:
    root = E.oembed(*(E(name, str(value)) for name, value in content.items()))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", standalone=True)
