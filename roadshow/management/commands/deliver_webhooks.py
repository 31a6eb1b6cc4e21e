"""Send recorded changes to webhooks."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.api.changes import delete_superseded
from roadshow.api.webhooks import RETENTION, deliver_webhooks


class Command(BaseCommand):
    help = "Send new changes to the webhooks, and once more what did not arrive."

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
        while True:
            arrived, again, given_up = deliver_webhooks()
            forgotten = delete_superseded(timezone.now() - RETENTION)
            if watch is None or arrived or again or given_up:
                self.stdout.write(
                    _("%(arrived)s delivered, %(again)s to be tried again, %(lost)s given up.")
                    % {"arrived": arrived, "again": again, "lost": given_up}
                )
            if forgotten:
                self.stdout.write(_("%(count)s old changes forgotten.") % {"count": forgotten})
            if watch is None:
                return
            time.sleep(watch)
