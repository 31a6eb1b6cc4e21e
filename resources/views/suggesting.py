"""Suggesting a link: its address, then what the page says of itself to correct, then sent to the curators."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from roadshow.core.url_normalization import normalise
from roadshow.http.guard import FetchFailed, Refused, check
from roadshow.http.rate_limits import within_limit

from ..actions import AlreadyThere, suggest
from ..forms import AddressForm, SuggestionForm
from ..links import kind_of_address, look_up
from ..models import Resource

HOUR = 3600
LOOKS, SENDS = 30, 10  # of one sender in an hour
FIELDS = ("url", "title", "kind", "level", "language", "authors", "year", "note", "free")


@csrf_exempt  # nobody's account is behind it
@require_http_methods(["GET", "HEAD", "POST"])
def suggest_link(request):
    if request.method != "POST":
        return _page(request, AddressForm(initial={"url": request.GET.get("url", "")[:2000]}))
    if "title" in request.POST:
        return _receive(request)
    return _propose(request)


def _page(request, form, *, known=None, status=HTTPStatus.OK):
    context = {"form": form, "known": known, "second": isinstance(form, SuggestionForm)}
    return render(request, "resources/suggest.html", context, status=status)


def _propose(request):
    """The second step, filled in with what the page says; whatever fails, people can write it themselves."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        url = normalise(_completed(form.cleaned_data["url"]))
        check(url)
    except (ValueError, Refused) as error:
        form.add_error("url", str(error))
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if known := Resource.objects.of_address(url):
        return _already(request, form, known)
    if form.cleaned_data["website"] or not within_limit(request, "look up", times=LOOKS, seconds=HOUR):
        return _page(request, SuggestionForm(initial=_proposed(url)))
    try:
        said = look_up(url)
    except (FetchFailed, Refused) as error:
        why = _("The page could not be read: %(why)s Please say yourself what it is.") % {"why": error}
        messages.warning(request, why)
        return _page(request, SuggestionForm(initial=_proposed(url)))
    if known := Resource.objects.of_address(said.url):
        return _already(request, form, known)
    return _page(request, SuggestionForm(initial=_proposed(url, said)))


def _completed(text: str) -> str:
    """What people type: often without https://."""
    text = text.strip()
    return text if "://" in text or ":" in text.partition("/")[0] else f"https://{text}"


def _proposed(url: str, said=None) -> dict[str, object]:
    if said is None:
        return {"url": url, "kind": kind_of_address(url) or Resource.Kind.ARTICLE, "free": True}
    return {
        "url": url,
        "title": said.title,
        "kind": said.kind or Resource.Kind.ARTICLE,
        "language": said.language,
        "authors": "; ".join(said.authors)[:500],
        "year": said.year,
        "note": said.description,
        "free": said.free is not False,
    }


def _already(request, form, known: Resource):
    """Tells at once that the link is there, and where, if everybody may know."""
    form.add_error("url", AlreadyThere(known).messages[0])
    shown = known if known.state in Resource.PUBLIC else None
    return _page(request, form, known=shown, status=HTTPStatus.CONFLICT)


def _receive(request):
    form = SuggestionForm(request.POST)
    if form.is_valid() and not form.cleaned_data["website"]:
        if not within_limit(request, "suggestion", times=SENDS, seconds=HOUR):
            form.add_error(None, _("That was a lot of links. Please send the rest in an hour."))
        else:
            try:
                suggest(**{name: form.cleaned_data[name] for name in FIELDS})
            except AlreadyThere as there:
                return _already(request, form, there.resource)
            except ValidationError as error:
                _add(form, error)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Thank you. The curators will look at the link."))
    return redirect("resources:resources")


def _add(form, error: ValidationError) -> None:
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
