"""What somebody else did that a person should know of: shown on the first page of the admin."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user):
        return self.filter(user=user.pk)

    editable_by = visible_to

    def send(self, users: Iterable[Any], message: str, *, url: str = "", **values: str) -> None:
        """Tell each user once. `message` is a marked msgid with named placeholders for `values`."""
        keys = sorted({user if isinstance(user, int) else user.pk for user in users})
        rows: Any = [Notice(user_id=key, message=message, values=values, url=url) for key in keys]
        self.bulk_create(rows)


class Notice(models.Model):
    """One sentence for one person, put together in the language in which it is read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("person")
    )
    message = models.CharField(max_length=300)  # a msgid
    values = models.JSONField(default=dict)
    url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("notice"), _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["user", "-created_at"], name="notice_of_user")]

    def __str__(self):
        return gettext(self.message) % self.values
