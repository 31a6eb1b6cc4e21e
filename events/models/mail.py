"""Mail to the people of an event: templates, mailings, their messages, and who wants none."""

import uuid

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from roadshow.core.fields import LanguageField
from roadshow.core.models import CheckedTexts, Timestamped
from roadshow.core.placeholders import find_unknown
from roadshow.core.roles import Permission
from roadshow.journal.triggers import journal_triggers
from speakers.models import Speaker

from .event import Event
from .event_scope import EventScopedQuerySet
from .talk import Talk

PLACEHOLDERS = {
    "name": _("the person's name"),
    "event": _("the event's name"),
    "dates": _("when the event is"),
    "place": _("where the event is"),
    "talk": _("the talk's title; in an announcement, all talks of the person"),
    "time": _("when the talk is, in the event's zone"),
    "room": _("the room"),
    "link": _("the public page of the talk or the event"),
    "page": _("the person's own page: a private link"),
}


class MailKind(models.TextChoices):
    """What a mail is about. All but announcements are sent once for each talk, slot or event."""

    ACCEPTED = "accepted", _("your talk is accepted")
    CONFIRM = "confirm", _("please confirm")
    MOVED = "moved", _("your slot moved")
    CANCELLED = "cancelled", _("your talk is cancelled")
    SLIDES = "slides", _("slides, please")
    THANKS = "thanks", _("thank you")
    ANNOUNCEMENT = "announcement", _("announcement")


class PrivateMailQuerySet(EventScopedQuerySet):
    """Nobody but the event's people who look after its speakers sees mail."""

    permission = Permission.EDIT_SPEAKERS

    def visible_to(self, user):
        return self.editable_by(user)

    def listed_for(self, user):
        return self.editable_by(user)


def check_placeholders(values: dict[str, str]) -> None:
    """Raises ValidationError for the fields whose text has a placeholder that does not exist."""
    errors = {}
    for name, text in values.items():
        if unknown := find_unknown(text, PLACEHOLDERS):
            message = _("There is no placeholder {%(name)s}. Use one of: %(known)s.")
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            errors[name] = ValidationError(message, params={"name": unknown, "known": known})
    if errors:
        raise ValidationError(errors)


class MailTemplate(Timestamped):
    """An event's text for a kind of mail in a language."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="mail_templates", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=12, choices=MailKind)
    language = LanguageField(blank=False)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=10_000)

    objects = PrivateMailQuerySet.as_manager()

    class Meta:
        triggers = journal_triggers("events_mailtemplate", event="r.event_id", label="r.subject")
        verbose_name, verbose_name_plural = _("mail template"), _("mail templates")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind", "language"],
                name="mail_template_once",
                violation_error_message=_("The event has a text of this kind in this language already."),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.language})"

    def clean(self):
        check_placeholders({"subject": self.subject, "body": self.body})


class Mailing(CheckedTexts):
    """A mail that somebody sent to several people. `texts` is {language: [subject, body]}, with placeholders."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="mailings", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=12, choices=MailKind)
    texts = models.JSONField(_("texts"))
    reply_to = models.EmailField(_("replies to"), blank=True)
    root = models.CharField(max_length=200)  # the portal's address in links
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)

    class QuerySet(PrivateMailQuerySet):
        def with_counts(self):
            """Annotated with the number of messages in each state, such as `sent_total`."""
            return self.annotate(
                **{
                    f"{state}_total": Count("messages", filter=Q(messages__state=state))
                    for state in Message.State.values
                },
                total=Count("messages"),
            )

    objects = QuerySet.as_manager()

    class Meta:
        triggers = journal_triggers(
            "events_mailing", event="r.event_id", label="r.kind", operations=(pgtrigger.Delete,)
        )
        verbose_name, verbose_name_plural = _("mailing"), _("mailings")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.created_at:%Y-%m-%d})"


class Message(CheckedTexts):
    """A mail to one person. `key` names person and reason: the database has it once, so nobody is told twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not accepted")
        BOUNCED = "bounced", _("came back")
        UNCLEAR = "unclear", _("interrupted: perhaps sent")

    guid = models.UUIDField("GUID", default=uuid.uuid4, unique=True, editable=False)
    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="messages", verbose_name=_("mailing"))
    event = models.ForeignKey(Event, models.CASCADE, related_name="messages", verbose_name=_("event"))
    key = models.CharField(max_length=200)
    speaker = models.ForeignKey(
        Speaker, models.SET_NULL, null=True, related_name="messages", verbose_name=_("person")
    )
    talk = models.ForeignKey(
        Talk, models.SET_NULL, null=True, related_name="messages", verbose_name=_("talk")
    )
    email = models.EmailField(_("e-mail"))
    language = LanguageField(blank=False)
    values = models.JSONField()  # placeholder -> text
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = PrivateMailQuerySet.as_manager()

    class Meta:
        triggers = journal_triggers(
            "events_message", event="r.event_id", label="r.email", operations=(pgtrigger.Delete,)
        )
        verbose_name, verbose_name_plural = _("message"), _("messages")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="told_once"),
        ]
        indexes = [models.Index(fields=["mailing", "state"], name="message_by_state")]

    def __str__(self):
        return f"{self.email}: {self.get_state_display()}"


class MailRefusal(CheckedTexts):
    """Somebody unsubscribed from announcements of an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="mail_refusals")
    email = models.EmailField(_("e-mail"))
    created_at = models.DateTimeField(_("unsubscribed"), auto_now_add=True)

    class Meta:
        triggers = journal_triggers(
            "events_mailrefusal", event="r.event_id", label="r.email", operations=(pgtrigger.Delete,)
        )
        verbose_name, verbose_name_plural = _("unsubscription"), _("unsubscriptions")
        constraints = [models.UniqueConstraint(fields=["event", "email"], name="unsubscribed_once")]

    def __str__(self):
        return self.email
