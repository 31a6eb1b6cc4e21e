"""Make a PDF of the released schedule in the background."""

import uuid
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from roadshow.core.pending_imports import LIFETIME
from roadshow.expiring.models import Upload
from roadshow.jobs.handlers import JobError, background_job

from ..models import Event
from ..printing import PrintOptions, build_context, render_pdf
from ..printing.pdf import PrintingUnavailable
from ..released import load_present_state, load_shown_document

TEMPLATES = {"badges", "doors", "speaking", "attendance", "booklet"}


@background_job(seconds=600, memory_mb=2048, label=gettext_noop("Print"))
def make_print(
    report,
    *,
    event: int,
    kind: str,
    size: str,
    names: list[str],
    root: str,
    language: str,
    file: str,
    by: int,
) -> dict:
    """Store the PDF for an hour under `file` for the user `by`. Raises JobError where nothing can be printed."""
    row = Event.objects.get(pk=event)
    if row.current_release_id is None or kind not in TEMPLATES:
        raise JobError("There is no release to print.")
    document = load_shown_document(row.current_release_id, load_present_state(row))
    options = PrintOptions(size=size, names=names, root=root)
    with translation.override(language):
        try:
            data = render_pdf(kind, build_context(kind, document, options))
        except PrintingUnavailable as error:
            raise JobError(str(error)) from error
    Upload.objects.create(
        id=uuid.UUID(file),
        owner_id=by,
        purpose=f"print:{event}:{file}",
        options={"kind": kind},
        data=data,
        expires_at=timezone.now() + timedelta(seconds=LIFETIME),
    )
    return {"bytes": len(data)}
