"""What belongs to the portal as a whole: the tokens with which other tools write."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from roadshow.base.access import is_organiser, sees_all


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Their own tokens; all of them to superusers."""
        if sees_all(user):
            return self
        return self.filter(user=user) if is_organiser(user) else self.none()

    editable_by = visible_to


class ApiToken(AbstractAuthToken):
    """A token of the API. Only its digest is kept, so it is shown once, when it is made."""

    name = models.CharField(_("name"), max_length=100, help_text=_("What it is for, such as “video team”."))

    may_write = models.BooleanField(
        _("may write"), default=False, help_text=_("Without this it can only read.")
    )
    every_event = models.BooleanField(
        _("for every event"), default=True, help_text=_("All events of its owner, later ones too.")
    )
    events = models.ManyToManyField(
        "events.Event",
        blank=True,
        related_name="+",
        verbose_name=_("events"),
        help_text=_("The only events that it is for, unless it is for every one."),
    )

    objects = AuthTokenManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        verbose_name, verbose_name_plural = _("API token"), _("API tokens")
        ordering = ["-created"]

    def __str__(self):
        return self.name
