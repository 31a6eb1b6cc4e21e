"""A message as it is sent: headers, text, and a calendar invitation."""

from dataclasses import replace
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import dumps
from django.urls import reverse

from ...formats.ical import Invite, write
from ...models import EventSpeaker, Mailing, MailKind, Message
from ...released import load_present_state, load_shown_document
from ..speaker_pages import create_pass
from .starting import render_texts

UNSUBSCRIBE = "roadshow.unsubscribe"  # the salt of links
WITH_INVITATION = {MailKind.ACCEPTED: "REQUEST", MailKind.MOVED: "REQUEST", MailKind.CANCELLED: "CANCEL"}


class MessageBuilder:
    """Builds the messages of a mailing; reads the event's release once."""

    def __init__(self, mailing: Mailing):
        self.mailing, self.event = mailing, mailing.event
        self.address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        self.needs_page = any("{page}" in text for texts in mailing.texts.values() for text in texts)
        key = self.event.current_release_id
        self.document = None
        if key and mailing.kind in WITH_INVITATION:
            self.document = load_shown_document(key, load_present_state(self.event))
        self.talks = {talk.guid: talk for talk in self.document.talks} if self.document else {}

    def build(self, message: Message, connection) -> EmailMultiAlternatives:
        page = ""
        if self.needs_page and message.speaker:
            person = EventSpeaker.objects.of(self.event, message.speaker)
            token = create_pass(person=person, by=self.mailing.by)
            page = f"{self.mailing.root}{reverse('events:speaker_page', args=[token])}"
        subject, body = render_texts(self.mailing.texts, message, page)
        domain = self.address.rpartition("@")[2] or "localhost"
        headers = {
            "From": formataddr((self.event.name, self.address)),
            "Message-ID": f"<{message.guid}@{domain}>",
            "Auto-Submitted": "auto-generated",
        }
        if self.mailing.kind == MailKind.ANNOUNCEMENT:
            link = self.mailing.root + reverse("events:unsubscribe", args=[build_unsubscribe_token(message)])
            headers |= {
                "List-Unsubscribe": f"<{link}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
            body += f"\n\n-- \n{link}"
        mail = EmailMultiAlternatives(
            subject,
            body,
            settings.EMAIL_BOUNCES_TO or self.address,
            [message.email],
            reply_to=[self.mailing.reply_to] if self.mailing.reply_to else None,
            headers=headers,
            connection=connection,
        )
        if invitation := self._build_invitation(message):
            method = WITH_INVITATION[MailKind(self.mailing.kind)]
            mail.attach_alternative(invitation, f'text/calendar; method={method}; charset="utf-8"')
        return mail

    def _build_invitation(self, message: Message) -> str:
        """The slots of the talk as they were released; empty without any."""
        talk = self.talks.get(message.talk.guid) if message.talk else None
        if talk is None or not talk.slots or self.document is None:
            return ""
        invite = Invite(
            method=WITH_INVITATION[MailKind(self.mailing.kind)],
            organizer=self.mailing.reply_to or self.address,
            organizer_name=self.event.name,
            attendee=message.email,
            attendee_name=message.values["name"],
        )
        return write(replace(self.document, talks=[talk]), talk=talk.guid, invite=invite).decode()


def build_unsubscribe_token(message: Message) -> str:
    return dumps(str(message.guid), salt=UNSUBSCRIBE)
