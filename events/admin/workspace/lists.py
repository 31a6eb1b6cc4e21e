"""Lists and forms of rows that belong to an event, as parts of its workspace."""

from urllib.parse import parse_qs

from django.http import HttpResponseRedirect
from django.urls import reverse

from ...models import Event
from .navigation import workspace_context


class EventScopeMixin:
    """For admins of rows that belong to an event.

    A list that is filtered by one event shows the event's navigation; a form that is opened from it starts with
    the event, and so does the one after "save and add another".
    """

    event_lookup = "event__id__exact"
    workspace_page = "talks"
    list_before_template = "admin/events/event/workspace.html"
    change_form_before_template = "admin/events/event/form_head.html"

    def changelist_view(self, request, extra_context=None):
        event = self._find_event(request, request.GET.get(self.event_lookup))
        context = workspace_context(request, event, self.workspace_page)
        return super().changelist_view(request, context | (extra_context or {}))

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        if request.GET.get(self.event_lookup):  # the same for every row
            return [column for column in columns if column != "event"]
        return columns

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = workspace_context(request, self._get_form_event(request, object_id), self.workspace_page)
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        event = self._find_event(request, self._get_event_key(request))
        return {"event": event.pk} | initial if event and hasattr(self.model, "event_id") else initial

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST and hasattr(obj, "event_id"):
            view = f"admin:{self.opts.app_label}_{self.opts.model_name}_add"
            return HttpResponseRedirect(reverse(view, query={"event": obj.event_id}))
        return response

    def _get_form_event(self, request, object_id) -> Event | None:
        if object_id is None:
            return self._find_event(request, self._get_event_key(request))
        if not hasattr(self.model, "event_id") or not self._may(request, object_id, "listed_for"):
            return self._find_event(request, self._get_event_key(request))
        rows = self.model._default_manager.filter(pk=object_id)
        return self._find_event(request, rows.values_list("event", flat=True).first())

    def _get_event_key(self, request) -> str:
        """The event named by the query of a form, or by the list that it was opened from."""
        filters = parse_qs(request.GET.get("_changelist_filters", ""))
        return request.GET.get("event") or filters.get(self.event_lookup, [""])[0]

    def _find_event(self, request, key) -> Event | None:
        if not str(key or "").isdecimal():
            return None
        return Event.objects.listed_for(request.user).defer("description", "search").filter(pk=key).first()
