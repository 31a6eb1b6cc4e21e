"""What belongs to the portal as a whole: tokens for other tools, and whom it tells of changes."""

import secrets
import uuid
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from events.models import Event
from roadshow.api.changes import ChangeCursor, latest_cursor
from roadshow.api.semantic_events import SEMANTIC_KINDS
from roadshow.core.access import can_see_all, is_organiser
from roadshow.core.content_version import version_trigger
from roadshow.core.models import Record, Timestamped
from roadshow.http.guard import Policy, UrlRefused


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Their own tokens; all of them to superusers."""
        if can_see_all(user):
            return self
        return self.filter(user=user) if is_organiser(user) else self.none()

    def editable_by(self, user):
        return self.visible_to(user)


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
        Event,
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


KINDS = [
    ("series", _("series")),
    ("events", _("events")),
    ("venues", _("venues")),
    ("rooms", _("rooms")),
    ("tracks", _("tracks")),
    ("topics", _("topics")),
    ("talks", _("talks")),
    ("slots", _("slots")),
    ("releases", _("releases")),
    ("speakers", _("speakers")),
    ("resources", _("links")),
    ("collections", _("collections")),
]


WEBHOOK_KINDS = [*KINDS, *SEMANTIC_KINDS]


class PortalTextQuerySet(models.QuerySet):
    """Everybody reads these texts; the portal's owners write them."""

    def visible_to(self, user):
        return self

    def editable_by(self, user):
        return self if can_see_all(user) else self.none()

    listed_for = editable_by

    def in_language_first(self, language: str):
        """The text in that language, then the others, the oldest first."""
        return self.order_by(models.Case(models.When(language=language, then=0), default=1), "pk")


class PortalText(Timestamped):
    """What the portal's owner says about privacy, or who answers for the portal, in one language."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy")
        IMPRINT = "imprint", _("Imprint")

    kind = models.CharField(_("page"), max_length=10, choices=Kind)
    language = models.CharField(
        _("language"), max_length=20, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    text = models.TextField(_("text"), help_text=_("Markdown."))

    objects = PortalTextQuerySet.as_manager()

    class Meta:
        triggers = [
            version_trigger("content_version", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete)
        ]
        verbose_name, verbose_name_plural = _("privacy or imprint"), _("privacy and imprint")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language"],
                name="portal_text_once_in_a_language",
                violation_error_message=_("This page has a text in that language already."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.get_language_display()})"

    def get_absolute_url(self):
        return reverse(self.kind)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, user):
        """Those of events that are theirs; superusers see all."""
        return self if can_see_all(user) else self.filter(event__in=Event.objects.editable_by(user))

    def editable_by(self, user):
        return self.visible_to(user)

    def ready(self):
        """Active ones that are not paused by their breaker."""
        return self.filter(active=True).exclude(paused_until__gt=timezone.now())

    def resume(self) -> int:
        """Close their breakers, so that they are sent to at once. Returns how many there are."""
        return self.update(failures=0, paused_until=None)


class Webhook(Record):
    """An address that is told of public changes, of an event or of the whole portal."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=2000, help_text=_("Changes are sent there with POST."))
    secret = models.CharField(
        _("secret"),
        max_length=100,
        default=secrets.token_urlsafe,
        help_text=_("Deliveries are signed with it."),
    )
    event = models.ForeignKey(
        Event,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="webhooks",
        verbose_name=_("event"),
        help_text=_("Without one it is told of the whole portal."),
    )
    kinds = ArrayField(
        models.CharField(max_length=20, choices=WEBHOOK_KINDS),
        verbose_name=_("kinds of record"),
        default=list,
        blank=True,
        help_text=_("Without any it is told of all records; semantic events have to be named."),
    )
    active = models.BooleanField(_("active"), default=True)
    cursor_xid = models.BigIntegerField(editable=False, null=True)
    cursor_id = models.BigIntegerField(editable=False, default=0)
    # Its breaker, see roadshow.api.webhooks.
    failures = models.PositiveIntegerField(_("failures in a row"), editable=False, default=0, db_default=0)
    paused_until = models.DateTimeField(_("paused until"), editable=False, null=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("webhook"), _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    def clean(self):
        try:
            Policy.default().check_url(self.url)
        except UrlRefused as error:
            raise ValidationError({"url": str(error)}) from error

    def save(self, **options):
        if self.cursor_xid is None:  # what is there already is not news
            self.cursor = latest_cursor()
        if self.paused_until and not Webhook.objects.filter(pk=self.pk, url=self.url).exists():
            self.failures, self.paused_until = 0, None  # another address may work
        super().save(**options)

    @property
    def cursor(self) -> ChangeCursor:
        """How far in the feed of changes it has been told."""
        return ChangeCursor(self.cursor_xid or 0, self.cursor_id)

    @cursor.setter
    def cursor(self, cursor: ChangeCursor):
        self.cursor_xid, self.cursor_id = cursor.xid, cursor.id


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user):
        return self if can_see_all(user) else self.filter(webhook__event__in=Event.objects.editable_by(user))

    def editable_by(self, user):
        return self.visible_to(user)

    def due(self):
        """Those to send now, oldest first."""
        return self.filter(delivered_at=None, next_try_at__lte=timezone.now()).order_by("pk")

    def take(self, key: int, *, seconds: int) -> "Delivery | None":
        """One that is due, out of the line for so long, to be sent meanwhile; None when somebody else has it."""
        until = timezone.now() + timedelta(seconds=seconds)
        if not self.due().order_by().filter(pk=key).update(next_try_at=until):
            return None
        return self.select_related("webhook").filter(pk=key).first()

    def send_again(self) -> int:
        """Puts them in line once more, for receivers that may be back. Returns how many."""
        Webhook.objects.filter(pk__in=self.order_by().values("webhook")).resume()
        return self.update(delivered_at=None, next_try_at=timezone.now(), attempts=0)


class Delivery(Timestamped):
    """One message to a webhook, and what came of it."""

    guid = models.UUIDField("GUID", default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    body = models.TextField(_("what was sent"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=models.Q(delivered_at=None)),
        ]

    def __str__(self):
        return f"{self.webhook}: {self.created_at:%Y-%m-%d %H:%M}"
