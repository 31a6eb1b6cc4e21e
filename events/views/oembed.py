"""An oEmbed provider (https://oembed.com): the address of a page in, what to show on another site out."""

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

from roadshow.http.pages import absolute, root_of

from ..models import Talk
from .embed import PARTS, frame
from .talks import visible_event

WIDTH = 800  # pixels, unless the other site has less room
FRESH = 3600  # seconds
SHOWN = {
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
    if url.netloc != urlsplit(root_of(request)).netloc:
        raise Http404
    with translation.override(translation.get_language_from_path(url.path) or settings.LANGUAGE_CODE):
        answer = told(request, matched(url.path), url.query)
    response = (
        JsonResponse(answer) if format == "json" else HttpResponse(xml(answer), content_type="text/xml")
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={FRESH}"
    return response


def matched(path: str) -> ResolverMatch:
    try:
        return resolve(path)
    except Resolver404:
        raise Http404 from None


def told(request, page: ResolverMatch, query: str) -> dict:
    common = {
        "version": "1.0",
        "provider_name": settings.SITE_NAME,
        "provider_url": absolute(request, "/"),
        "cache_age": FRESH,
    }
    if page.view_name == "events:talk":
        event = visible_event(request, page.kwargs["slug"])
        talks = Talk.objects.visible_to(request.user).for_cards()
        talk = get_object_or_404(talks, event=event, slug=page.kwargs["talk"])
        names = ", ".join(credit.speaker.name for credit in talk.credits)
        return common | {"type": "link", "title": f"{talk.title} · {event.name}", "author_name": names}
    if page.view_name not in SHOWN:
        raise Http404
    part = SHOWN[page.view_name]
    event = visible_event(request, page.kwargs["slug"])
    asked = QueryDict(query).urlencode()
    address = absolute(request, reverse(f"events:embed_{part}", args=[event.slug])) + (asked and f"?{asked}")
    width, height = room(request, "maxwidth", WIDTH), room(request, "maxheight", PARTS[part])
    return common | {
        "type": "rich",
        "title": event.name,
        "width": width,
        "height": height,
        "html": frame(address, event.name, height, width),
    }


def room(request, name: str, usual: int) -> int:
    """The usual size, or what the other site says that it has."""
    most = request.GET.get(name, "")
    return min(usual, int(most)) if most.isdecimal() and 0 < len(most) < 6 and int(most) else usual


def xml(answer: dict) -> bytes:
    root = E.oembed(*(E(name, str(value)) for name, value in answer.items()))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", standalone=True)
