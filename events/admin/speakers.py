"""The admin of speakers, with merging, which changes talks."""

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from roadshow.core.access import acting_user, can_add_events, can_see_all
from roadshow.core.roles import Permission
from speakers.admin import SpeakerAdmin
from speakers.models import Speaker

from ..actions import (
    AccessRefused,
    MergeRefused,
    allow_profile_access,
    end_profile_access,
    merge_speakers,
    request_profile_access,
)
from ..models import Event, EventSpeaker
from ..shown import describe_person
from .workspace import EventScopeMixin


@admin.register(Speaker)
class MergingSpeakerAdmin(EventScopeMixin, SpeakerAdmin):
    event_lookup = "talks__event__id__exact"
    workspace_page = "speakers"
    change_form_outer_before_template = "admin/speakers/speaker/events.html"
    actions = ["publish", "merge"]
    list_display = [*SpeakerAdmin.list_display, "shown"]

    @display(description=_("attendees see"), label={"same": "success", "hidden": "info"})
    def shown(self, speaker):
        return describe_person(speaker).badge

    @action(description=_("Publish"), icon="visibility")
    def publish(self, request, queryset):
        """Take the chosen persons out of the draft state, and say which of them everybody sees now."""
        chosen = queryset.order_by().values("pk")
        people = Speaker.objects.editable_by(request.user).filter(pk__in=chosen)
        for speaker in people.filter(state=Speaker.State.DRAFT):
            speaker.state, speaker._history_user = Speaker.State.PUBLISHED, request.user
            speaker.save(update_fields=["state", "updated_at"])
        total, public = people.count(), people.filter(is_public=True).count()
        text = _("%(public)d of %(total)d are public; the others once a talk of theirs is.")
        self.message_user(request, text % {"public": public, "total": total}, messages.SUCCESS)

    def has_add_permission(self, request, obj=None):
        if can_add_events(request.user):
            return True
        return Event.objects.with_permission(request.user, Permission.EDIT_SPEAKERS).exists()

    def get_urls(self):
        access = self.admin_site.admin_view(require_POST(self.change_access))
        return [path("<int:pk>/access/", access, name="speakers_speaker_access"), *super().get_urls()]

    def change_access(self, request, pk):
        """POST `event` and `do`: ask to edit a profile for an event, allow or end it; or open what the event knows."""
        speaker = get_object_or_404(Speaker.objects.listed_for(request.user), pk=pk)
        key = request.POST.get("event", "")
        event = get_object_or_404(Event, pk=key if key.isdecimal() else 0)
        by = acting_user(request)
        try:
            if request.POST.get("do") == "ask":
                request_profile_access(event=event, speaker=speaker, by=by)
                messages.success(request, _("Those who may edit the profile are asked."))
            else:
                row = get_object_or_404(EventSpeaker, event=event, speaker=speaker)
                change = allow_profile_access if request.POST.get("do") == "allow" else end_profile_access
                change(row=row, by=by)
                messages.success(request, _("Saved."))
        except AccessRefused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:speakers_speaker_change", args=[pk]))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {"event_rows": self._list_events(request, object_id)} if object_id else {}
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))

    def _list_events(self, request, object_id) -> dict | None:
        """Events of the person: those of the user with what they know, and which others may edit the profile."""
        speaker = Speaker.objects.listed_for(request.user).filter(pk=object_id).first()
        if speaker is None:
            return None
        own = Event.objects.with_permission(request.user, Permission.EDIT_SPEAKERS)
        credited = own.filter(talks__speakers=speaker).distinct().order_by("-starts_on")
        rows = {row.event_id: row for row in speaker.event_speakers.select_related("event")}
        seen = set(Event.objects.visible_to(request.user).filter(pk__in=rows).values_list("pk", flat=True))
        return {
            "own": [(event, rows.get(event.pk)) for event in credited.defer("description", "search")],
            "others": [
                (row, row.event if row.event_id in seen else None)
                for row in rows.values()
                if row.profile_access
            ],
            "is_editor": Speaker.objects.editable_by(request.user).filter(pk=speaker.pk).exists(),
            "is_owner": can_see_all(request.user),
            "speaker": speaker,
        }

    @action(description=_("Merge into one"), icon="merge")
    def merge(self, request, queryset):
        """Ask which of the selected records stays, then merge the others into it."""
        chosen = Speaker.objects.editable_by(request.user).filter(pk__in=queryset.order_by().values("pk"))
        if chosen.count() < 2:
            return self.message_user(
                request, _("Choose at least two records of one person."), messages.WARNING
            )
        into = request.POST.get("into", "")
        kept = chosen.filter(pk=into).first() if into.isdecimal() else None
        if kept is None:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Merge into one"),
                "opts": self.opts,
                "speakers": self.for_list(chosen).prefetch_related("links", "talks__event"),
            }
            return TemplateResponse(request, "admin/speakers/speaker/merge.html", context)
        try:
            with transaction.atomic():  # all of them, or none
                for other in chosen.exclude(pk=kept.pk):
                    kept = merge_speakers(into=kept, other=other)
        except MergeRefused as refusal:
            return self.message_user(request, str(refusal), messages.ERROR)
        return self.message_user(request, _("%(name)s is one record now.") % {"name": kept}, messages.SUCCESS)
