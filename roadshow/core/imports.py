"""Import entry: a file that was previewed, imported, or imported and undone."""

import gzip

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportEntry(models.Model):
    """What the imports of schedules and of links have in common.

    `source` is the file's name or the address that the worker fetches. `numbers` are the report's counts, `choices`
    what was decided about reading the file, `preview` what the page of the preview shows. `undo` is what takes the
    import back (see `events.actions.importing.undo_log`).
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("previewed")
        DONE = "done", _("done")
        UNDONE = "undone", _("undone")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    source = models.CharField(_("file"), max_length=2000, blank=True)
    kind = models.CharField(_("kind of file"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DONE, db_index=True)
    choices = models.JSONField(_("choices"), default=dict, blank=True)
    numbers = models.JSONField(_("numbers"), default=dict, blank=True)
    data = models.BinaryField(null=True, editable=False)  # of the file, gzipped, until it is imported
    preview = models.JSONField(null=True, editable=False)
    undo = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("undone by")
    )

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.source or self.kind} ({self.created_at:%Y-%m-%d %H:%M} UTC)"

    @property
    def content(self) -> bytes:
        """The file."""
        return gzip.decompress(bytes(self.data or b""))

    @content.setter
    def content(self, data: bytes) -> None:
        self.data = gzip.compress(data, mtime=0)
