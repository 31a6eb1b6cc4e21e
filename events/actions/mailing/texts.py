"""The texts of mails: the portal's own, and those that an event changed."""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from ...models import Event, MailKind, MailTemplate
from .recipients import choose_language

Texts = dict[str, list[str]]  # language -> [subject, body]
GREETING = gettext_noop("Hello {name},")
CLOSING = gettext_noop("The organisers of {event}")
DEFAULTS = {
    MailKind.ACCEPTED: (
        gettext_noop("“{talk}” is accepted for {event}"),
        gettext_noop("“{talk}” is part of {event} ({dates}, {place}). Please confirm on your page:\n{page}"),
    ),
    MailKind.CONFIRM: (
        gettext_noop("Please confirm “{talk}”"),
        gettext_noop("we need to know whether you give “{talk}” at {event}. One click on your page:\n{page}"),
    ),
    MailKind.MOVED: (
        gettext_noop("“{talk}” moved: {time}"),
        gettext_noop("“{talk}” is at another time or place now: {time}, {room}.\n{link}"),
    ),
    MailKind.CANCELLED: (
        gettext_noop("“{talk}” is cancelled"),
        gettext_noop("“{talk}” does not take place at {event}. We are sorry.\n{link}"),
    ),
    MailKind.SLIDES: (
        gettext_noop("Slides of “{talk}”"),
        gettext_noop("attendees ask for the slides of “{talk}”. You can add them on your page:\n{page}"),
    ),
    MailKind.THANKS: (
        gettext_noop("Thank you for {event}"),
        gettext_noop("thank you for your part in {event}. What is left of it is here:\n{link}"),
    ),
    MailKind.ANNOUNCEMENT: (gettext_noop("{event}"), ""),
}


def default_texts(kind: str) -> Texts:
    """The portal's own texts of a kind, in all its languages; of an announcement greeting and closing."""
    texts = {}
    subject, body = DEFAULTS[MailKind(kind)]
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            parts = [gettext(GREETING), gettext(body) if body else "", gettext(CLOSING)]
            texts[language] = [gettext(subject), "\n\n".join(parts)]
    return texts


def load_texts(event: Event, kind: str) -> Texts:
    """The event's texts of a kind, those that it kept; else the portal's own, of announcements in one language."""
    rows = event.mail_templates.filter(kind=kind)
    own = {row.language: [row.subject, row.body] for row in rows}
    if kind == MailKind.ANNOUNCEMENT and not own:
        language = choose_language(event, [])
        return {language: default_texts(kind)[language]}
    return own or default_texts(kind)


@transaction.atomic
def save_texts(*, event: Event, kind: str, texts: Texts) -> None:
    """Keep these texts as the event's templates, and no others. Raises ValidationError for an unknown placeholder."""
    event.mail_templates.filter(kind=kind).exclude(language__in=texts).delete()
    for language, (subject, body) in texts.items():
        row = event.mail_templates.filter(kind=kind, language=language).first()
        row = row or MailTemplate(event=event, kind=kind, language=language)
        row.subject, row.body = subject, body
        row.full_clean()
        row.save()
