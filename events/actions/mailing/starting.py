"""Start a mailing: its messages are stored in one transaction, the worker sends them."""

import uuid

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from roadshow.core.placeholders import fill_placeholders
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ...models import Event, Mailing, MailKind, Message
from ...models.mail import check_placeholders
from .recipients import Audience, Recipient, fill_values, list_recipients
from .texts import Texts


class MailingRefused(Exception):  # noqa: N818 - an expected refusal
    """Nothing is sent; the message says why."""


def render_texts(texts: Texts, recipient: Recipient | Message, page: str) -> tuple[str, str]:
    """Subject and body for a recipient; `page` is the address of their own page."""
    language = find_text_language(texts, recipient)
    subject, body = texts[language]
    values = recipient.values | {"page": page}
    return " ".join(fill_placeholders(subject, values).split()), fill_placeholders(body, values)


def find_text_language(texts: Texts, recipient: Recipient | Message) -> str:
    """The recipient's language, or the first that was written."""
    return recipient.language if recipient.language in texts else next(iter(texts))


@transaction.atomic
def start_mailing(
    *,
    event: Event,
    kind: str,
    texts: Texts,
    by: User | None,
    root: str,
    audience: Audience = Audience(),
    reply_to: str = "",
    key: str = "",
) -> Mailing:
    """Store a message for everybody who is to be told, and queue the job that sends them.

    `key` makes an announcement one of its own: the same key again tells nobody twice. Raises MailingRefused when
    there is nobody to tell, ValidationError for a text with an unknown placeholder or without words.
    """
    from .sending import send_mailing

    for subject, body in texts.values():
        check_placeholders({"subject": subject, "body": body})
    if not texts or not all(part.strip() for text in texts.values() for part in text):
        raise ValidationError(_("Write a subject and a text."))
    event = Event.objects.select_for_update(of=("self",)).select_related("venue").get(pk=event.pk)
    found = list_recipients(event, kind, audience, key=key or str(uuid.uuid4()))
    recipients = [one for one in found if not one.problem]
    if not recipients:
        raise MailingRefused(_("There is nobody to tell: everybody knows already, or has no address."))
    fill_values(event, recipients, root)
    mailing = Mailing.objects.create(event=event, kind=kind, texts=texts, reply_to=reply_to, root=root, by=by)
    Message.objects.bulk_create(
        [
            Message(
                mailing=mailing,
                event=event,
                key=one.key,
                speaker=one.speaker,
                talk=one.talk,
                email=one.email,
                language=one.language,
                values=one.values,
            )
            for one in recipients
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    name_activity(Activity.Kind.MAIL, f"{MailKind(kind).label}, {len(recipients)}")
    send_mailing.start(
        owner=by,
        key=f"mailing:{mailing.pk}",
        next_url=reverse("admin:events_event_mailing", args=[event.pk, mailing.pk]),
        mailing=mailing.pk,
    )
    return mailing
