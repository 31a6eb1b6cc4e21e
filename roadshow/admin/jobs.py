"""Background jobs in the admin: what runs, what failed and can be run again."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult
from unfold.decorators import action

from roadshow.core.access import can_see_all
from roadshow.core.admin import OrganiserAdmin
from roadshow.jobs.handlers import run_again
from roadshow.jobs.models import ACTIVE, Job

admin.site.unregister(DBTaskResult)  # the queue behind jobs: jobs tell more


@admin.register(Job)
class JobAdmin(OrganiserAdmin):
    """Owners see their jobs, superusers all of them; failed jobs stay until they are run again or deleted."""

    form = forms.ModelForm  # nobody edits a job
    change_form_before_template = None
    list_display = [
        "__str__",
        "state",
        "done",
        "total",
        "message",
        "problem",
        "owner",
        "attempts",
        "created_at",
    ]
    list_select_related = ["owner"]
    list_filter = ["state", "kind"]
    actions = ["run_again", "cancel"]
    readonly_fields = [
        "label", "kind", "owner", "state", "done", "total", "message", "problem", "attempts", "arguments", "result",
        "created_at", "started_at", "seen_at", "finished_at", "traceback",
    ]  # fmt: skip

    def get_fields(self, request, obj=None):
        hidden = () if can_see_all(request.user) else ("traceback", "arguments", "kind")
        return [name for name in self.readonly_fields if name not in hidden]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @action(description=_("Run again"))
    def run_again(self, request, queryset):
        jobs = (
            Job.objects.editable_by(request.user)
            .filter(pk__in=queryset.values("pk"))
            .exclude(state__in=ACTIVE)
        )
        for job in jobs:
            run_again(job)
        message = ngettext("%(count)d job is run again.", "%(count)d jobs are run again.", len(jobs))
        messages.success(request, message % {"count": len(jobs)})

    @action(description=_("Cancel"))
    def cancel(self, request, queryset):
        jobs = Job.objects.editable_by(request.user).filter(pk__in=queryset.values("pk"))
        count = jobs.request_cancel()
        messages.success(
            request,
            ngettext("%(count)d job is cancelled.", "%(count)d jobs are cancelled.", count)
            % {"count": count},
        )
