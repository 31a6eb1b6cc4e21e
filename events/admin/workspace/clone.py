"""The page that copies an event for its next edition or stop."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from roadshow.core.access import acting_user, can_add_events
from roadshow.core.roles import Permission

from ...actions import clone_event
from ...models import Venue
from .navigation import get_event, page_context


class CloneForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, widget=UnfoldAdminTextInputWidget)
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=UnfoldAdminDateWidget,
        help_text=gettext_lazy("It lasts as long as the one that is copied."),
    )
    venue: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Venue"), queryset=None, required=False, widget=UnfoldAdminSelect2Widget
    )
    city = forms.CharField(
        label=gettext_lazy("City"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget
    )
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget
    )
    with_talks = forms.BooleanField(
        label=gettext_lazy("With its confirmed talks, as drafts without times"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["venue"].queryset = Venue.objects.visible_to(user).defer("search")


@require_http_methods(["GET", "HEAD", "POST"])
def clone(request: HttpRequest, pk: int) -> HttpResponse:
    event = get_event(request, pk, Permission.EDIT_EVENT)
    if not can_add_events(request.user):
        raise PermissionDenied
    initial = {"name": event.name, "venue": event.venue_id, "city": event.city, "country": event.country}
    is_post = request.method == "POST"
    form = CloneForm(request.POST if is_post else None, initial=initial, user=request.user)
    if is_post and form.is_valid():
        try:
            copy = clone_event(event=event, by=acting_user(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("“%(event)s” is a draft now.") % {"event": copy})
            return HttpResponseRedirect(reverse("admin:events_event_overview", args=[copy.pk]))
    context = page_context(request, event, "clone", _("Copy %(event)s") % {"event": event}) | {
        "form": form,
        "media": form.media,
        "lead": _("Settings, texts, tracks and people are copied; rooms too, when the venue stays."),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/events/event/setup.html", context, status=status)
