"""Retention: deletes what grows for ever, after the days that settings.RETENTION_DAYS give."""

from datetime import datetime, timedelta

import pgtrigger
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from roadshow.expiring.models import delete_expired
from roadshow.jobs.models import Job, JobState
from roadshow.journal.models import Activity
from roadshow.server.database import without_time_limits

DOCUMENTS = "documents"  # the folder of media with the files that were sent for talks
BATCH = 2000  # rows in a statement


def delete_in_batches(rows: QuerySet) -> int:
    """Delete rows a batch at a time, each in its own transaction. Returns the number of rows, without related ones."""
    count = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:BATCH]):
        rows.model._base_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count


def _list_previews(before: datetime) -> list[QuerySet]:
    """Files of imports that were looked at and not imported."""
    return [
        apps.get_model(name).objects.filter(state="previewed", created_at__lt=before)
        for name in ("events.Import", "resources.LinkImport")
    ]


def _list_failed_jobs(before: datetime) -> list[QuerySet]:
    return [Job.objects.filter(state=JobState.FAILED, finished_at__lt=before)]


def _list_private_links(before: datetime) -> list[QuerySet]:
    names = ("events.SpeakerPass", "events.PreviewLink", "events.Invitation")
    return [apps.get_model(name).objects.filter(expires_at__lt=before) for name in names]


def _list_mail(before: datetime) -> list[QuerySet]:
    """What people were told, and who wants no more of it, of events that are long over."""
    old = {"event__ends_on__lt": before.date()}
    names = ("events.Mailing", "events.MailRefusal")
    return [apps.get_model(name).objects.filter(created_at__lt=before, **old) for name in names]


FINDERS = {
    "mail": _list_mail,
    "previews": _list_previews,
    "failed_jobs": _list_failed_jobs,
    "private_links": _list_private_links,
}
# What they record is nobody's doing.
JOURNALS = [
    f"events.{name}:journal_delete"
    for name in ("SpeakerPass", "PreviewLink", "Invitation", "Mailing", "Message", "MailRefusal")
]


def list_expired(kind: str, days: int) -> list[QuerySet]:
    """The rows of a kind of settings.RETENTION_DAYS that are older than so many days."""
    before = timezone.now() - timedelta(days=days)
    if kind in FINDERS:
        return FINDERS[kind](before)
    match kind:
        case "sessions":  # days after their end
            return [Session.objects.filter(expire_date__lt=before)]
        case "sign_ins":
            return [
                model.objects.filter(attempt_time__lt=before)
                for model in (AccessAttempt, AccessFailureLog, AccessLog)
            ]
        case "history":
            return [
                model._default_manager.filter(history_date__lt=before)
                for model in apps.get_models()
                if hasattr(model, "history_date")
            ]
        case "activities":
            return [Activity.objects.filter(at__lt=before)]
        case "deliveries":
            Delivery = apps.get_model("roadshow.Delivery")  # noqa: N806 - a class
            ended = Q(next_try_at=None) | Q(delivered_at__isnull=False)
            return [Delivery.objects.filter(ended, created_at__lt=before)]
        case "stored_responses":
            return [apps.get_model("api.StoredResponse").objects.filter(created_at__lt=before)]
        case "jobs":
            done = (JobState.DONE, JobState.CANCELLED)
            return [
                Job.objects.filter(state__in=done, finished_at__lt=before),
                DBTaskResult.objects.filter(
                    status__in=(TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED), finished_at__lt=before
                ),
            ]
        case "releases":
            Release = apps.get_model("events.Release")  # noqa: N806
            current = (
                apps.get_model("events.Event").objects.exclude(current_release=None).values("current_release")
            )
            return [Release.objects.filter(created_at__lt=before).exclude(pk__in=current)]
    raise ValueError(f"RETENTION_DAYS has no kind {kind!r}")


def delete_unlinked_documents() -> int:
    """Delete files that were sent for a talk and that no link names, nor one that an undo may bring back.

    Those of the last day stay: their link may not be stored yet. Returns how many were deleted.
    """
    links = apps.get_model("events.TalkLink").objects.filter(url__contains=f"/{DOCUMENTS}/")
    logged = apps.get_model("journal.Change").objects.filter(
        table="events_talklink", before__url__icontains=f"/{DOCUMENTS}/"
    )
    urls = [*links.values_list("url", flat=True), *logged.values_list("before__url", flat=True)]
    known, before = {url.rpartition("/")[2] for url in urls}, timezone.now() - timedelta(days=1)
    deleted = 0
    for year in _list_folder(DOCUMENTS)[0]:
        for name in set(_list_folder(f"{DOCUMENTS}/{year}")[1]) - known:
            path = f"{DOCUMENTS}/{year}/{name}"
            if default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                deleted += 1
    return deleted


def _list_folder(path: str) -> tuple[list[str], list[str]]:
    """Names of the folders and files in a folder of media, which need not be there."""
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []


def apply_retention() -> dict[str, int]:
    """Delete all that has expired. Returns the number of rows by kind, where there were any."""
    deleted = {"expired": delete_expired(), "documents": delete_unlinked_documents()}
    with pgtrigger.ignore(*JOURNALS):
        deleted |= _delete_kinds()
    return {kind: count for kind, count in deleted.items() if count}


def _delete_kinds() -> dict[str, int]:
    from roadshow.api.changes import delete_superseded

    deleted = {}
    for kind, days in settings.RETENTION_DAYS.items():
        if not days:
            continue
        if kind == "changes":
            with without_time_limits():
                deleted[kind] = delete_superseded(timezone.now() - timedelta(days=days))
        else:
            deleted[kind] = sum(delete_in_batches(rows) for rows in list_expired(kind, days))
    return deleted
