"""Mail over a real connection, with a worker that is killed in between. `MAILS=1100` sends as many."""

import os
import signal
from collections import Counter

import pytest
from aiosmtpd.controller import Controller
from django.db import connections

from events.actions.mailing import default_texts, resolve_unclear, send_mailing
from events.models import Mailing, Message
from tests import factories
from tests.roadshow.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = int(os.environ.get("MAILS", "60"))


class Receiver:
    """Counts messages; kills the sending process when it has received `kill_at`, before it says so."""

    def __init__(self, kill_at: int):
        self.kill_at, self.pid = kill_at, 0
        self.received: Counter = Counter()
        self.idents: set[str] = set()

    async def handle_DATA(self, server, session, envelope):
        self.received[envelope.rcpt_tos[0]] += 1
        self.idents.add(
            next(line for line in envelope.content.split(b"\r\n") if line.startswith(b"Message-ID"))
        )
        if self.pid and sum(self.received.values()) == self.kill_at:
            os.kill(self.pid, signal.SIGKILL)
        return "250 OK"


@pytest.fixture
def receiver(settings):
    handler = Receiver(kill_at=COUNT // 2)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", controller.port, 20
    yield handler
    controller.stop()


def make_mailing() -> Mailing:
    event = factories.Event()
    row = Mailing.objects.create(
        event=event, kind="announcement", texts=default_texts("announcement"), root=""
    )
    values = {"name": "Ada", "event": "Summit"}
    Message.objects.bulk_create(
        Message(
            mailing=row,
            event=event,
            key=str(number),
            email=f"p{number}@example.org",
            language="en",
            values=values,
        )
        for number in range(COUNT)
    )
    return row


def send(mailing: Mailing) -> None:
    send_mailing(lambda *_progress: None, mailing=mailing.pk)


def send_in_a_process(mailing: Mailing, receiver: Receiver) -> int:
    """Send in a child; how it ended."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            send(mailing)
        finally:
            os._exit(0)
    receiver.pid = pid
    return os.waitpid(pid, 0)[1]


def test_each_message_arrives_once_although_a_worker_is_killed(receiver):
    mailing = make_mailing()
    assert os.WTERMSIG(send_in_a_process(mailing, receiver)) == signal.SIGKILL
    assert 0 < mailing.messages.filter(state="sent").count() < COUNT
    receiver.pid = 0
    send(mailing)
    assert len(receiver.received) == COUNT
    assert set(receiver.received.values()) == {1}
    assert len(receiver.idents) == COUNT
    # The server has it, the portal cannot know: people decide.
    assert mailing.messages.filter(state="unclear").count() == 1
    assert resolve_unclear(mailing=mailing, send_again=False) == 1
    assert mailing.messages.filter(state="sent").count() == COUNT
