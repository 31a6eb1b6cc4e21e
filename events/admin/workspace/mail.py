"""Mail of an event: who is to be told what, writing with a preview, and the log."""

import datetime as dt
import uuid

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from roadshow.core.access import acting_user
from roadshow.core.roles import Permission
from roadshow.http.pages import site_root

from ...actions import mailing as mail
from ...models import Event, MailKind, Message
from ...models.mail import PLACEHOLDERS, check_placeholders
from .navigation import get_event, page_context

SHOWN = 3  # recipients of a preview
PAGE_SIZE = 50


class MailForm(forms.Form):
    """Who gets a mail, and its texts in every language of the portal."""

    room: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Only for talks in"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("all rooms"),
        widget=UnfoldAdminSelectWidget,
    )
    track: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Only for talks of"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("all tracks"),
        widget=UnfoldAdminSelectWidget,
    )
    day = forms.TypedChoiceField(
        label=gettext_lazy("Only for talks on"),
        required=False,
        coerce=dt.date.fromisoformat,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Replies go to"), required=False, widget=UnfoldAdminEmailInputWidget
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, event: Event, kind: str, **options):
        super().__init__(*args, **options)
        self.event, self.kind = event, kind
        self.fields["room"].queryset = event.rooms.order_by("event_rooms__position").defer("search")
        self.fields["track"].queryset = event.tracks.all()
        count = (event.ends_on - event.starts_on).days + 1
        days = [event.starts_on + dt.timedelta(days=number) for number in range(count)]
        self.fields["day"].choices = [
            ("", _("all days")),
            *((day.isoformat(), day.isoformat()) for day in days),
        ]
        texts = mail.load_texts(event, kind)
        for language, name in settings.LANGUAGES:
            self._add_text(language, name, texts.get(language, ["", ""]))
        self.fields["keep"] = forms.BooleanField(
            label=_("Keep as this event's text"), required=False, widget=UnfoldBooleanSwitchWidget
        )

    def _add_text(self, language: str, name: str, text: list[str]) -> None:
        self.fields[f"subject_{language}"] = forms.CharField(
            label=_("Subject (%(language)s)") % {"language": name},
            max_length=200,
            required=False,
            initial=text[0],
            widget=UnfoldAdminTextInputWidget(attrs={"lang": language}),
        )
        self.fields[f"body_{language}"] = forms.CharField(
            label=_("Text (%(language)s)") % {"language": name},
            max_length=10_000,
            required=False,
            initial=text[1],
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 10, "lang": language}),
        )

    def clean(self):
        super().clean()
        data = self.cleaned_data
        for language, _name in settings.LANGUAGES:
            for name, other in (("subject", "body"), ("body", "subject")):
                if data.get(f"{other}_{language}") and data.get(f"{name}_{language}") == "":
                    self.add_error(f"{name}_{language}", _("Write a subject and a text, or none of both."))
        if not self.errors and not self.get_texts():
            raise ValidationError(_("Write a subject and a text."))
        texts = {name: value for name, value in data.items() if name.startswith(("subject_", "body_"))}
        try:
            check_placeholders(texts)
        except ValidationError as error:
            for name, found in error.error_dict.items():
                self.add_error(name, found)
        return data

    def get_texts(self) -> mail.Texts:
        """The texts of the languages that were written."""
        data = self.cleaned_data
        return {
            language: [data[f"subject_{language}"], data[f"body_{language}"]]
            for language, _name in settings.LANGUAGES
            if data[f"subject_{language}"] and data[f"body_{language}"]
        }

    def get_audience(self) -> mail.Audience:
        data = self.cleaned_data
        return mail.Audience(room=data["room"], track=data["track"], day=data["day"])


@require_GET
def mail_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What people are to be told, and what was sent; `?q=` finds the messages to a person."""
    event = get_event(request, pk, Permission.EDIT_SPEAKERS)
    query = request.GET.get("q", "").strip()
    found = event.messages.filter(speaker__name__icontains=query) | event.messages.filter(
        email__icontains=query
    )
    page = Paginator(found.select_related("speaker", "mailing", "talk").order_by("-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    counts = mail.count_proposals(event)
    context = page_context(request, event, "mail", _("Mail of %(event)s") % {"event": event}) | {
        "kinds": [(kind, kind.label, counts.get(str(kind), 0)) for kind in MailKind],
        "mailings": event.mailings.with_counts().select_related("by")[:20],
        "query": query,
        "page": page if query else None,
        "pages": page.paginator.get_elided_page_range(page.number),
    }
    return TemplateResponse(request, "admin/events/event/mail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write_mail(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write a mail of a kind. POST `do`: preview, or send."""
    event = get_event(request, pk, Permission.EDIT_SPEAKERS)
    if kind not in MailKind.values:
        return HttpResponseRedirect(reverse("admin:events_event_mail", args=[pk]))
    start = {"reply_to": acting_user(request).email, "key": uuid.uuid4()}
    is_post = request.method == "POST"
    form = MailForm(request.POST if is_post else None, initial=start, event=event, kind=kind)
    preview = None
    if is_post and form.is_valid():
        if request.POST.get("do") == "send" and (response := _send(request, event, kind, form)):
            return response
        preview = _build_preview(request, event, kind, form)
    label = MailKind(kind).label
    context = page_context(request, event, "mail", _("Write: %(kind)s") % {"kind": label}) | {
        "form": form,
        "preview": preview,
        "placeholders": PLACEHOLDERS.items(),
        "media": form.media,
        "languages": [
            (name, form[f"subject_{language}"], form[f"body_{language}"])
            for language, name in settings.LANGUAGES
        ],
    }
    return TemplateResponse(
        request, "admin/events/event/mail_write.html", context, status=422 if form.errors else 200
    )


def _build_preview(request: HttpRequest, event: Event, kind: str, form: MailForm) -> dict:
    found = mail.list_recipients(event, kind, form.get_audience(), key=form.cleaned_data["key"])
    told = [one for one in found if not one.problem]
    mail.fill_values(event, told[:SHOWN], site_root(request))
    page = _("(private link of the person)")
    return {
        "total": len(told),
        "shown": [(one, *mail.render_texts(form.get_texts(), one, page)) for one in told[:SHOWN]],
        "left_out": [one for one in found if one.problem],
    }


def _send(request: HttpRequest, event: Event, kind: str, form: MailForm) -> HttpResponse | None:
    data, texts = form.cleaned_data, form.get_texts()
    try:
        if data["keep"]:
            mail.save_texts(event=event, kind=kind, texts=texts)
        made = mail.start_mailing(
            event=event,
            kind=kind,
            texts=texts,
            by=acting_user(request),
            root=site_root(request),
            audience=form.get_audience(),
            reply_to=data["reply_to"],
            key=data["key"],
        )
    except mail.MailingRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("The mail is on its way."))
    return HttpResponseRedirect(reverse("admin:events_event_mailing", args=[event.pk, made.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def mailing(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A mailing and its messages. POST `do`: send_again or taken, for messages that were interrupted."""
    event = get_event(request, pk, Permission.EDIT_SPEAKERS)
    row = get_object_or_404(event.mailings.with_counts(), pk=number)
    if request.method == "POST":
        mail.resolve_unclear(mailing=row, send_again=request.POST.get("do") == "send_again")
        return HttpResponseRedirect(request.path)
    rows = row.messages.select_related("speaker", "talk").order_by("pk")
    state = request.GET.get("state", "")
    if state in Message.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = page_context(request, event, "mail", str(row)) | {
        "mailing": row,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "states": [(one, one.label, getattr(row, f"{one}_total")) for one in Message.State],
        "texts": [(name, *row.texts[code]) for code, name in settings.LANGUAGES if code in row.texts],
    }
    with timezone.override(event.zone):
        return TemplateResponse(request, "admin/events/event/mailing.html", context).render()
