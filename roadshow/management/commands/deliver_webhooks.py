"""Send recorded changes to webhooks."""

import contextlib
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.api.changes import delete_superseded
from roadshow.api.webhooks import RETENTION, Outcome, deliver_webhooks


class Command(BaseCommand):
    help = "Send new changes to the webhooks, and once more what did not arrive. The background worker does the same."

    def add_arguments(self, parser):
        parser.add_argument(
            "--watch", type=int, metavar="SECONDS", help="go on for ever, looking as often as this"
        )

    def handle(self, *, watch, **options):
        if not settings.SITE_URL and not settings.DEMO:
            raise CommandError(
                _("Set SITE_URL to the portal's address, because messages contain addresses."), returncode=2
            )
        if watch is not None and watch < 1:
            raise CommandError(_("--watch takes a number of seconds from 1."), returncode=2)
        if watch is None:
            self.deliver(quiet=False)
            return
        while True:
            try:
                self.deliver(quiet=True)
            except (DatabaseError, InterfaceError) as error:
                self.stderr.write(_("The database is away: %(why)s") % {"why": " ".join(str(error).split())})
                with contextlib.suppress(DatabaseError, InterfaceError):
                    connections.close_all()
            time.sleep(watch)

    def deliver(self, *, quiet: bool) -> None:
        """Send what is due, and say what came of it; `quiet` says nothing of nothing."""
        outcomes = deliver_webhooks()
        forgotten = delete_superseded(timezone.now() - RETENTION)
        if outcomes or not quiet:
            self.stdout.write(
                _("%(arrived)s delivered, %(again)s to be tried again, %(lost)s given up.")
                % {
                    "arrived": outcomes[Outcome.ARRIVED],
                    "again": outcomes[Outcome.AGAIN],
                    "lost": outcomes[Outcome.GIVEN_UP],
                }
            )
        if forgotten:
            self.stdout.write(_("%(count)s old changes forgotten.") % {"count": forgotten})
