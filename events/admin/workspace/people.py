"""The people of an event: who has which role, invitations, and what each role may do."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from roadshow.core.access import acting_user
from roadshow.core.roles import (
    EVENT_ROLES,
    PERMISSION_LABELS,
    ROLE_PERMISSIONS,
    Permission,
    RoleName,
    roles_with,
)
from roadshow.http.pages import absolute_url

from ...actions import InvitationRefused, change_role, invite, remove_organiser, remove_role
from ...models import Event, Invitation, Role
from .navigation import get_event, page_context

ROLE_CHOICES = [(role, role.label) for role in EVENT_ROLES]


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=UnfoldAdminEmailInputWidget)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=ROLE_CHOICES,
        initial=RoleName.VOLUNTEER,
        widget=UnfoldAdminSelectWidget,
    )
    for_series = forms.BooleanField(
        label=gettext_lazy("For all events of the series"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def __init__(self, *args, may_invite_to_series: bool, **options):
        super().__init__(*args, **options)
        if not may_invite_to_series:
            del self.fields["for_series"]


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Show people and invitations. POST `do`: invite, resend, revoke, change, rooms, remove, remove_organiser."""
    event = get_event(request, pk, Permission.MANAGE_PEOPLE)
    form = InviteForm(**_form_options(request, event))
    if request.method == "POST":
        if request.POST.get("do") == "invite":
            form = InviteForm(request.POST, **_form_options(request, event))
            if form.is_valid() and _invite(request, event, form):
                return HttpResponseRedirect(request.path)
        else:
            _apply(request, event)
            return HttpResponseRedirect(request.path)
    series = event.series_id or 0
    context = page_context(request, event, "people", _("People of %(event)s") % {"event": event}) | {
        "form": form,
        "organisers": event.organisers.order_by("username"),
        "roles": Role.objects.filter(event=event).select_related("user").prefetch_related("rooms"),
        "rooms": event.rooms.order_by("name"),
        "live_roles": roles_with(Permission.RUN_LIVE),
        "series_roles": Role.objects.filter(series=series).select_related("user"),
        "series_organisers": event.series.organisers.order_by("username") if event.series else [],
        "invitations": event.invitations.all(),
        "role_choices": ROLE_CHOICES,
        "matrix": list_permissions(),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/events/event/people.html", context, status=status)


def _form_options(request: HttpRequest, event: Event) -> dict:
    series = event.series
    is_owner = bool(series) and type(series).objects.editable_by(request.user).filter(pk=series.pk).exists()
    return {"may_invite_to_series": is_owner}


def list_permissions() -> list[tuple[str | Promise, list[bool]]]:
    """Rows of the table of roles: (permission, whether organisers of the event and each role have it)."""
    rows: list[tuple[str | Promise, list[bool]]] = []
    for permission, label in PERMISSION_LABELS.items():
        rows.append((label, [True, *(permission in ROLE_PERMISSIONS[role] for role in EVENT_ROLES)]))
    return rows


def _invite(request: HttpRequest, event: Event, form: InviteForm) -> bool:
    data = form.cleaned_data
    try:
        invitation, token = invite(
            event=event,
            email=data["email"],
            role=data["role"],
            for_series=data.get("for_series", False),
            by=acting_user(request),
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    send_invitation(request, invitation, token)
    return True


def send_invitation(request: HttpRequest, invitation: Invitation, token: str) -> None:
    """Mail the link, and show it: the inviter may also pass it on in another way."""
    link = absolute_url(request, reverse("events:invitation", args=[token]))
    subject = _("Help with %(name)s on %(site)s") % {
        "name": invitation.event or invitation.series or settings.SITE_NAME,
        "site": settings.SITE_NAME,
    }
    body = render_to_string("admin/events/event/invitation.txt", {"invitation": invitation, "link": link})
    try:
        EmailMessage(subject, body, to=[invitation.email]).send()
    except OSError:
        messages.warning(
            request, _("The mail could not be sent. Pass this link on: %(link)s") % {"link": link}
        )
    else:
        text = _("%(email)s is invited. The link in the mail: %(link)s")
        messages.success(request, text % {"email": invitation.email, "link": link})


def _apply(request: HttpRequest, event: Event) -> None:
    key = request.POST.get("key", "")
    operation = OPERATIONS.get(request.POST.get("do", ""))
    if operation is None or not key.isdecimal():
        messages.error(request, _("Nothing was changed."))
        return
    try:
        operation(request, event, int(key))
    except (InvitationRefused, ValidationError) as refusal:
        messages.error(request, " ".join(getattr(refusal, "messages", [str(refusal)])))


def _resend(request: HttpRequest, event: Event, key: int) -> None:
    invitation = get_object_or_404(event.invitations, pk=key)
    token = invitation.renew()
    invitation.save(update_fields=["digest", "expires_at"])
    send_invitation(request, invitation, token)


def _revoke(request: HttpRequest, event: Event, key: int) -> None:
    get_object_or_404(event.invitations, pk=key).delete()
    messages.success(request, _("The invitation is revoked."))


def _change(request: HttpRequest, event: Event, key: int) -> None:
    role = get_object_or_404(event.roles, pk=key)
    change_role(role=role, name=request.POST.get("role", ""), by=acting_user(request))
    messages.success(
        request, _("%(user)s is %(role)s now.") % {"user": role.user, "role": role.get_name_display()}
    )


def _limit_rooms(request: HttpRequest, event: Event, key: int) -> None:
    role = get_object_or_404(event.roles.select_related("user"), pk=key)
    role.rooms.set(
        event.rooms.filter(guid__in=[guid for guid in request.POST.getlist("rooms") if is_guid(guid)])
    )
    messages.success(request, _("The rooms of %(user)s are saved.") % {"user": role.user})


def is_guid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _remove(request: HttpRequest, event: Event, key: int) -> None:
    role = get_object_or_404(event.roles.select_related("user"), pk=key)
    remove_role(role=role)
    messages.success(request, _("%(user)s has no role here any more.") % {"user": role.user})


def _remove_organiser(request: HttpRequest, event: Event, key: int) -> None:
    user = get_object_or_404(event.organisers, pk=key)
    remove_organiser(event=event, user=user)
    messages.success(request, _("%(user)s has no role here any more.") % {"user": user})


OPERATIONS = {
    "resend": _resend,
    "revoke": _revoke,
    "change": _change,
    "rooms": _limit_rooms,
    "remove": _remove,
    "remove_organiser": _remove_organiser,
}
