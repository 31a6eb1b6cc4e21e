"""The admin of speakers, with merging, which changes talks."""

from django.contrib import admin, messages
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from roadshow.core.access import can_add_events
from roadshow.core.roles import Permission
from speakers.admin import SpeakerAdmin
from speakers.models import Speaker

from ..actions import MergeRefused, merge_speakers
from ..models import Event
from .workspace import EventScopeMixin


@admin.register(Speaker)
class MergingSpeakerAdmin(EventScopeMixin, SpeakerAdmin):
    event_lookup = "talks__event__id__exact"
    workspace_page = "speakers"
    actions = [*SpeakerAdmin.actions, "merge"]

    def has_add_permission(self, request, obj=None):
        if can_add_events(request.user):
            return True
        return Event.objects.with_permission(request.user, Permission.EDIT_SPEAKERS).exists()

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
