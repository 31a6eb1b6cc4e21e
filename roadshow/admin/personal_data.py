"""What owners do with all that is stored about a person: give it as a file, or erase it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.encoding import iri_to_uri
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from roadshow.core.access import can_see_all
from speakers.models import Speaker

from ..personal_data import erase_person, export_person


def get_urls() -> list:
    return [
        path("speakers/<int:pk>/personal-data.json", wrap(download), name="export"),
        path("speakers/<int:pk>/erase/", wrap(erase), name="erase"),
    ]


def wrap(view):
    return admin.site.admin_view(view)


def _get_person(request: HttpRequest, pk: int) -> Speaker:
    """Raises PermissionDenied for everybody but owners."""
    if not can_see_all(request.user):
        raise PermissionDenied
    return get_object_or_404(Speaker, pk=pk)


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    person = _get_person(request, pk)
    name = f"{person.slug}.json"
    return HttpResponse(
        export_person(person),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{iri_to_uri(name)}"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the person's name, then erase them everywhere."""
    person = _get_person(request, pk)
    problem = ""
    if request.method == "POST":
        if request.POST.get("name", "").strip() == person.name:
            erased = erase_person(person)
            counts = ", ".join(f"{capfirst(kind)}: {count}" for kind, count in erased.items() if count)
            messages.success(request, _("The person is erased. %(counts)s") % {"counts": counts})
            return HttpResponseRedirect(reverse("admin:speakers_speaker_changelist"))
        problem = _("This is not the name of the person. Nothing was erased.")
    context = {
        **admin.site.each_context(request),
        "title": _("Erase %(name)s") % {"name": person.name},
        "opts": Speaker._meta,
        "original": person,
        "person": person,
        "problem": problem,
        "typed": request.POST.get("name", ""),
    }
    status = 422 if problem else 200
    return TemplateResponse(request, "admin/speakers/speaker/erase.html", context, status=status)
