"""Activity and change models: what people did, and the rows that it changed."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import can_see_all, is_organiser


class ActivityQuerySet(models.QuerySet):
    def of_event(self, event_id: int):
        """Activities that changed something of an event."""
        return self.filter(events__contains=[event_id])

    def can_be_undone(self):
        """Activities that were not undone and are young enough; what stands in the way is known when it is tried."""
        since = timezone.now() - settings.UNDO_PERIOD
        return self.filter(undone_by=None, at__gte=since, erased=False).exclude(kind=Activity.Kind.RELEASE)

    def deletions(self):
        """Activities that deleted a record of its own, not only parts of one."""
        deleted = Change.objects.filter(operation=Change.Operation.DELETE, is_record=True)
        return self.filter(pk__in=deleted.order_by().values("activity"))


class Activity(models.Model):
    """What somebody did in one request, job or command: an entry of the log, written by triggers.

    `key` is the request's, or the transaction's where no request is known. `events` are the primary keys of the
    events whose rows changed. `kind` and `subject` are empty unless an action named them (`name_activity`).
    """

    class Kind(models.TextChoices):
        CHANGE = "", _("change")
        IMPORT = "import", _("import")
        MERGE = "merge", _("merge")
        MOVE = "move", _("move in the plan")
        RELEASE = "release", _("release")
        PEOPLE = "people", _("people and roles")
        SETUP = "setup", _("set-up")
        COPY = "copy", _("copy")
        ENTRY = "entry", _("table of talks")
        SPEAKER = "speaker", _("by a speaker")
        MAIL = "mail", _("mail")
        UNDO = "undo", _("undo")

    key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, db_default="", blank=True)
    subject = models.CharField(max_length=300, db_default="", blank=True)
    events = ArrayField(models.BigIntegerField(), db_default=[])
    undone_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, related_name="undoes", verbose_name=_("undone by")
    )
    erased = models.BooleanField(db_default=False)  # parts of it were erased with a person

    objects = ActivityQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name, verbose_name_plural = _("activity"), _("activities")
        ordering = ["-pk"]
        indexes = [
            GinIndex(fields=["events"], name="activity_by_event"),
            models.Index(fields=["at"], name="activity_by_time"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.subject}".strip()

    @property
    def is_recent(self) -> bool:
        return self.at >= timezone.now() - settings.UNDO_PERIOD


class Change(models.Model):
    """A row that was inserted, updated or deleted.

    `before` has the whole row for a deletion and the changed columns for an update, `after` the changed columns for
    an update. `digest` is that of an inserted row. `label` is how people call the row.
    """

    class Operation(models.TextChoices):
        INSERT = "insert", _("added")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="changes")
    table = models.CharField(max_length=60)
    row = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation)
    is_record = models.BooleanField()  # a record that people know, not a part of one
    label = models.CharField(max_length=200)
    events = ArrayField(models.BigIntegerField(), db_default=[])
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    digest = models.CharField(max_length=32, db_default="")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["table", "row"], name="change_of_row"),
            models.Index(
                fields=["activity"],
                condition=Q(operation="delete", is_record=True),
                name="change_deleted_record",
            ),
        ]

    def __str__(self):
        return f"{self.operation} {self.table} {self.row}"


def visible_activities(user, event_ids) -> ActivityQuerySet:
    """The activities that `user` may read: their own, and those of the events `event_ids`; all for superusers."""
    rows = Activity.objects.all()
    if can_see_all(user):
        return rows
    if not is_organiser(user):
        return rows.none()
    return rows.filter(Q(by=user) | Q(events__overlap=list(event_ids)))
