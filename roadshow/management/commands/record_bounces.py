"""Record mails that came back: `record_bounces < MAIL`, as a mail server's alias calls it."""

import re
import sys
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from events.models import Message

LARGEST = 10_000_000  # bytes
MESSAGE_ID = re.compile(rb"^(?:Original-)?Message-ID:\s*<([0-9a-f-]{36})@", re.I | re.M)


class Command(BaseCommand):
    help = "Mark the message that a bounce (on standard input) is about as come back."

    def handle(self, *args, **options):
        data = sys.stdin.buffer.read(LARGEST)
        found = {UUID(match.decode()) for match in MESSAGE_ID.findall(data)}
        reason = re.search(rb"^(?:Diagnostic-Code|Status):\s*(.+)$", data, re.I | re.M)
        problem = reason.group(1).decode(errors="replace").strip()[:500] if reason else ""
        count = Message.objects.filter(guid__in=found).update(state=Message.State.BOUNCED, problem=problem)
        if not count:
            raise CommandError("No message of this portal is named in the bounce.", returncode=2)
        self.stdout.write(f"bounced: {count}")
