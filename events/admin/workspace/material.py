"""Slides and recordings of all talks on one page: typed, or pasted as lines that are matched by code or title."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from roadshow.core.roles import Permission

from ...actions.material import list_material, match_lines, save_material
from ...models import Event, TalkLink
from .navigation import get_event, page_context

KINDS = [(str(kind), kind.label) for kind in (TalkLink.Kind.SLIDES, TalkLink.Kind.RECORDING)]


class PasteForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS, widget=UnfoldAdminSelectWidget)
    lines = forms.CharField(
        label=gettext_lazy("Lines"),
        max_length=500_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=gettext_lazy("One talk a line: its code or title, and the address, in any order."),
    )


@dataclass(slots=True)
class Row:
    """A talk with the addresses that are shown, and what is wrong with them."""

    talk: object
    slides: str
    recording: str
    errors: dict[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """A table of talks with their slides and recordings. POST `do`: save the table, or paste, which fills it."""
    event = get_event(request, pk, Permission.EDIT_TALKS)
    known = list_material(event)
    given = {
        talk.pk: {
            kind: request.POST.get(f"{kind}-{talk.pk}", known[talk][kind]).strip() for kind, _label in KINDS
        }
        for talk in known
    }
    form = PasteForm()
    unmatched: list[str] = []
    if request.POST.get("do") == "paste":
        form = PasteForm(request.POST)
        if form.is_valid():
            found, unmatched = match_lines(list(known), form.cleaned_data["lines"])
            for key, url in found.items():
                given[key][form.cleaned_data["kind"]] = url
            messages.info(request, _describe_match(len(found)))
            form = PasteForm(initial={"lines": "\n".join(unmatched)})
    errors = {key: _check(urls) for key, urls in given.items()}
    if request.POST.get("do") == "save" and not any(errors.values()):
        count = save_material(event=event, links=given)
        text = ngettext("%(count)d link is saved.", "%(count)d links are saved.", count)
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(request.path)
    return _show(request, event, known, given, errors, form, unmatched)


def _check(urls: dict[str, str]) -> dict[str, str]:
    """What is wrong, by kind."""
    errors = {}
    for kind, url in urls.items():
        try:
            if url:
                URLValidator(schemes=["http", "https"])(url)
        except ValidationError:
            errors[kind] = _("Give an address such as https://example.org/slides.pdf.")
    return errors


def _describe_match(count: int) -> str:
    text = ngettext(
        "%(count)d line is matched. Look at the table, then save it.",
        "%(count)d lines are matched. Look at the table, then save it.",
        count,
    )
    return text % {"count": count}


def _show(request, event: Event, known, given, errors, form, unmatched) -> HttpResponse:
    rows = [
        Row(talk, given[talk.pk]["slides"], given[talk.pk]["recording"], errors[talk.pk]) for talk in known
    ]
    context = page_context(
        request, event, "material", _("Slides and recordings of %(event)s") % {"event": event}
    ) | {
        "rows": rows,
        "form": form,
        "unmatched": unmatched,
        "media": form.media,
    }
    status = 422 if any(errors.values()) or form.errors else 200
    return TemplateResponse(request, "admin/events/event/material.html", context, status=status)
