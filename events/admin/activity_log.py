"""The log of activities: filter, pages, undo, and what was deleted and can be restored."""

import datetime as dt
from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadshow.core.access import acting_user, can_see_all
from roadshow.core.admin import OrganiserAdmin
from roadshow.journal.describing import SHOWN, Entry, describe_activities
from roadshow.journal.models import Activity, ActivityQuerySet, Change, visible_activities

from ..actions import CannotUndoActivity, allow_undo, undo_activity
from ..models import Event

PAGE_SIZE = 30
DELETED = "deleted"
WHOLE = 300  # changes of a single entry


class LogFilter(forms.Form):
    """What the log shows; each field may be empty."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=lambda: [
            ("", _("everything")),
            (DELETED, _("deleted, can be restored")),
            *[choice for choice in Activity.Kind.choices if choice[0]],
        ],
    )
    by: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Who"), required=False, queryset=None, empty_label=gettext_lazy("everybody")
    )
    q = forms.CharField(label=gettext_lazy("Name or title"), required=False, max_length=200)

    def __init__(self, data, *, people, events: list[int] | None):
        super().__init__(data)
        self.events = events
        self.fields["by"].queryset = people
        for one in self.fields.values():
            one.widget.attrs["class"] = "rs-select"

    def apply(self, rows: ActivityQuerySet) -> ActivityQuerySet:
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("kind") == DELETED:
            rows = rows.deletions().can_be_undone()
        elif data.get("kind"):
            rows = rows.filter(kind=data["kind"])
        if data.get("by"):
            rows = rows.filter(by=data["by"])
        if data.get("q"):
            named = Change.objects.filter(label__icontains=data["q"]).order_by().values("activity")
            if self.events is not None:
                named = named.filter(events__overlap=self.events)
            rows = rows.filter(subject__icontains=data["q"]) | rows.filter(pk__in=named)
        return rows


@dataclass(slots=True)
class Log:
    """A page of the log."""

    form: LogFilter
    page: Page
    entries: list[Entry] = field(default_factory=list)


def show_log(request: HttpRequest, rows: ActivityQuerySet, context: dict, zone: dt.tzinfo) -> HttpResponse:
    """The log of `rows`; POST `undo` takes one of them back. `?entry=` shows one with all its changes."""
    if request.method == "POST":
        return _undo(request, rows)
    limit = WHOLE if request.GET.get("entry", "").isdecimal() else None
    shown = rows.filter(pk=request.GET["entry"]) if limit else rows
    people = get_user_model().objects.filter(pk__in=rows.order_by().values("by")).order_by("username")
    events = _list_readable_events(request)
    form = LogFilter(request.GET, people=people, events=events)
    page = Paginator(
        form.apply(shown).select_related("by", "undone_by__by").order_by("-pk"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    activities = list(page.object_list)
    entries = describe_activities(activities, zone, limit or SHOWN, events=events)
    allowed = allow_undo(request.user, [(entry.activity, entry.tables) for entry in entries])
    for entry in entries:
        one = entry.activity
        is_open = (
            not one.undone_by_id and not one.erased and one.is_recent and one.kind != Activity.Kind.RELEASE
        )
        entry.may_undo = is_open and one.pk in allowed
    context |= {"log": Log(form, page, entries), "pages": page.paginator.get_elided_page_range(page.number)}
    return TemplateResponse(request, "admin/activity.html", context)


def _list_readable_events(request: HttpRequest) -> list[int] | None:
    """Primary keys of the events whose changes the user may read; None for all."""
    if can_see_all(request.user):
        return None
    return list(Event.objects.listed_for(request.user).order_by().values_list("pk", flat=True))


def _undo(request: HttpRequest, rows: ActivityQuerySet) -> HttpResponse:
    key = request.POST.get("undo", "")
    activity = get_object_or_404(rows, pk=int(key) if key.isascii() and key.isdigit() else 0)
    try:
        undo_activity(activity=activity, by=acting_user(request))
    except PermissionDenied:
        messages.error(request, _("Only who may change all of this can undo it."))
    except CannotUndoActivity as refusal:
        for reason in refusal.reasons:
            messages.error(request, _("Nothing was undone. %(why)s") % {"why": reason})
    else:
        messages.success(request, _("Undone. This can be undone, too."))
    return HttpResponseRedirect(request.get_full_path())


@admin.register(Activity)
class ActivityAdmin(OrganiserAdmin):
    """The log of the portal: what the user did, and what was done in their events."""

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_queryset(self, request):
        events = Event.objects.listed_for(request.user).order_by().values_list("pk", flat=True)
        return visible_activities(request.user, events)

    def changelist_view(self, request, extra_context=None):
        context = {**self.admin_site.each_context(request), "title": _("Activity"), "opts": self.opts}
        return show_log(request, self.get_queryset(request), context, dt.UTC)
