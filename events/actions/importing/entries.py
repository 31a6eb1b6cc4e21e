"""What can be done with an import that was made: undo it."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ...models import Event, Import
from .pictures import delete_unused_files, list_picture_files
from .undo import CannotUndo, apply_undo
from .undo_log import list_own_keys


@transaction.atomic
def undo_import(*, entry: Import, by: User | None) -> None:
    """Bring all tables back to what they were before the import, which is kept as undone.

    An event that the import made goes with it, and its entry too. Raises CannotUndo, naming what stands in the
    way, and changes nothing.
    """
    entry = Import.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.state != Import.State.DONE or entry.undo is None:
        raise CannotUndo([_("This import was undone already, or it cannot be undone.")])
    pictures = list_picture_files(list_own_keys(bytes(entry.undo)))
    apply_undo(bytes(entry.undo))
    delete_unused_files(pictures)
    undo = name_activity(Activity.Kind.UNDO, entry.source or entry.kind)
    Activity.objects.filter(pk=entry.activity_id).update(undone_by=undo)
    if Event.objects.filter(pk=entry.event_id).exists():
        entry.state, entry.undo = Import.State.UNDONE, None
        entry.undone_at, entry.undone_by = timezone.now(), by
        entry.save()
    else:
        Import.objects.filter(event=entry.event_id).delete()
