"""Pages of jobs: progress, state as JSON, cancellation."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .models import Job


@login_required
@require_safe
@never_cache
def job(request, pk):
    """Progress and outcome of a job; redirects to the job's `next_url` once it is done."""
    row = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if row.as_dict()["next_url"]:
        return redirect(row.next_url)
    return render(request, "jobs/job.html", {"job": row})


@login_required
@require_safe
@never_cache
def job_state(request, pk):
    """The state as JSON, see `Job.as_dict`."""
    return JsonResponse(get_object_or_404(Job.objects.visible_to(request.user), pk=pk).as_dict())


@login_required
@require_POST
def cancel_job(request, pk):
    """Ask the worker to stop the job."""
    row = get_object_or_404(Job.objects.editable_by(request.user), pk=pk)
    Job.objects.filter(pk=row.pk).request_cancel()
    return redirect("jobs:job", pk=pk)
