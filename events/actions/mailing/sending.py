"""Send the messages of a mailing, each at most once.

A message is marked before it is given to the mail server and marked again afterwards, each in a transaction of its
own. Of a worker that dies in between nobody can say whether the server took it: that message is "unclear", is not sent
again by itself, and organisers decide. All others are sent by the next worker.
"""

import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from roadshow.jobs.handlers import NETWORK, background_job
from roadshow.server.mail import is_permanent

from ...models import Mailing, Message
from .messages import MessageBuilder

BATCH = 50  # messages over one connection
REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)  # of one message, not of all
State = Message.State


class MailDelayed(Exception):  # noqa: N818 - not an error of ours
    """The server refused some messages for the moment: the job is to be tried again."""


@background_job(seconds=3600, retries=10, queue=NETWORK, label=gettext_noop("Mail to speakers"))
def send_mailing(report, *, mailing: int) -> dict:
    """Send what waits, a connection for each batch. Raises when messages are left, so that the job comes back."""
    row = Mailing.objects.select_related("event__current_release", "event__venue", "by").get(pk=mailing)
    row.messages.filter(state=State.SENDING).update(state=State.UNCLEAR)
    total = row.messages.count()
    done = total - row.messages.filter(state=State.QUEUED).count()
    builder = MessageBuilder(row)
    for batch in _list_batches(row):
        with get_connection(settings.EMAIL_DELIVERY_BACKEND) as connection:
            for message in batch:
                _send(message, builder, connection)
                done += 1
                report(done, total)
    if row.messages.filter(state=State.QUEUED).exists():
        raise MailDelayed(_("The mail server asks to try some of the messages again later."))
    return {state: row.messages.filter(state=state).count() for state in State.values}


def _list_batches(mailing: Mailing) -> Iterator[list[Message]]:
    """The messages that wait, each once."""
    rows = mailing.messages.filter(state=State.QUEUED).select_related("speaker", "talk").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _send(message: Message, builder: MessageBuilder, connection) -> None:
    own = Message.objects.filter(pk=message.pk)
    with translation.override(message.language):
        mail = builder.build(message, connection)
    if not own.filter(state=State.QUEUED).update(state=State.SENDING):
        return
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        failed = isinstance(error, smtplib.SMTPException) and is_permanent(error)
        own.update(state=State.FAILED if failed else State.QUEUED, problem=str(error)[:500])
        if not isinstance(error, REFUSALS):
            raise
    else:
        own.update(state=State.SENT, sent_at=timezone.now(), problem="")


@transaction.atomic
def resolve_unclear(*, mailing: Mailing, send_again: bool) -> int:
    """Decide about interrupted messages: send them again, or take them as sent. Returns how many."""
    unclear = mailing.messages.filter(state=State.UNCLEAR)
    state = State.QUEUED if send_again else State.SENT
    count = unclear.update(state=state, problem="" if send_again else _("taken as sent"))
    if count and send_again:
        send_mailing.start(owner=mailing.by, key=f"mailing:{mailing.pk}", mailing=mailing.pk)
    return count
