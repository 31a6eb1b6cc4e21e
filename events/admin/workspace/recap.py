"""The editor of recaps, one for each language, with a preview."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from roadshow.core.admin.forms import FreshForm
from roadshow.core.roles import Permission

from ...models import Recap
from .navigation import get_event, page_context


class RecapForm(FreshForm):
    class Meta:
        model = Recap
        fields = ["title", "text", "author", "source"]
        widgets = {
            "title": UnfoldAdminTextInputWidget,
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 18}),
            "author": UnfoldAdminTextInputWidget,
            "source": UnfoldAdminTextInputWidget,
        }


def list_languages(known: list[str]) -> list[tuple[str, str]]:
    """(code, name) of the portal's languages, and of those in which there is a recap already."""
    names = {code: str(name) for code, name in settings.LANGUAGES}
    return [(code, names.get(code, code)) for code in dict.fromkeys([*names, *known])]


@require_http_methods(["GET", "HEAD", "POST"])
def recap(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the recap in `?language=`. POST `do`: preview, which saves nothing, or save."""
    event = get_event(request, pk, Permission.EDIT_EVENT)
    languages = list_languages(list(event.recaps.values_list("language", flat=True)))
    language = request.GET.get("language", "")
    if language not in dict(languages):
        language = languages[0][0]
    row = event.recaps.filter(language=language).first() or Recap(event=event, language=language)
    is_post = request.method == "POST"
    form = RecapForm(request.POST if is_post else None, instance=row)
    preview = None
    if is_post and form.is_valid():
        if request.POST.get("do") != "preview":
            form.save()
            messages.success(request, _("The recap is saved."))
            query = {"language": language}
            return HttpResponseRedirect(reverse("admin:events_event_recap", args=[pk], query=query))
        preview = form.instance
    context = page_context(request, event, "recap", _("Recap of %(event)s") % {"event": event}) | {
        "form": form,
        "media": form.media,
        "preview": preview,
        "languages": languages,
        "language": language,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/events/event/recap.html", context, status=status)
