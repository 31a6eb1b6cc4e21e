"""Offline use: the service worker, the web app manifest, all talks on one page, changes since a release."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from roadshow.http.build import build_id
from roadshow.http.pages import conditional_page

from ..formats.document import decode
from ..released import load_present_state
from ..schedule import compare_documents
from .files import get_current_release
from .schedule import Programme
from .talks import visible_event

WORKER = settings.BASE_DIR / "roadshow" / "static" / "roadshow" / "js" / "worker.js"


@require_safe
def worker(request):
    """The service worker; it contains the build id, so that a new build replaces it."""
    script = WORKER.read_text().replace("BUILD", build_id())
    for name in ("pages", "store"):
        script = script.replace(name.upper(), static(f"roadshow/js/device/{name}.js"), 1)
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
def manifest(request, slug):
    """The web app manifest with which a phone installs the event as an application."""
    event = visible_event(request, slug)
    content = {
        "id": event.get_absolute_url(),
        "name": event.name,
        "short_name": event.name[:24],
        "lang": get_language(),
        "start_url": f"{event.get_absolute_url()}schedule/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf6",
        "theme_color": "#fbfaf6",
        "icons": [
            {"src": static("roadshow/icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(icon_entry(f"icon-{size}.png", size) for size in (192, 512)),
            icon_entry("maskable-512.png", 512) | {"purpose": "maskable"},
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


def icon_entry(name: str, size: int) -> dict:
    return {"src": static(f"roadshow/icons/{name}"), "sizes": f"{size}x{size}", "type": "image/png"}


@require_safe
def programme(request, slug):
    """Every talk of the current release with its abstract, to print or to read offline."""
    event = visible_event(request, slug)
    release = get_current_release(event)

    shown = Programme(event, {"day": "all"})

    def build_response():
        context = {"event": event, "programme": shown}
        return render(request, "events/programme.html", context)

    return conditional_page(request, [release.guid, shown.present.digest, event.updated_at], build_response)


@require_safe
def news(request, slug, number):
    """What changed from release `number` to the current one."""
    event = visible_event(request, slug)
    release = get_current_release(event)
    present = load_present_state(event)

    def build_response():
        rows = event.releases.filter(number__in=[number, release.number])
        texts = rows.values_list("number", "document")
        documents = {row: present.restrict(decode(text)) for row, text in texts}
        old = documents.get(number)
        changes = compare_documents(old, documents[release.number]) if old else []
        template = "events/news.html#results" if request.htmx else "events/news.html"
        return render(request, template, {"event": event, "number": number, "changes": changes})

    get_object_or_404(event.releases, number=number)
    return conditional_page(request, [release.guid, present.digest], build_response)
