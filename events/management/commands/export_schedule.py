"""Write an event's current release as a file."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from events.exports import FORMATS, export
from events.models import Event


class Command(BaseCommand):
    help = "Write an event's current release as schedule.xml, schedule.json or iCalendar, to standard output."

    def add_arguments(self, parser):
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--format", choices=FORMATS, required=True)

    def handle(self, *, slug, format, **options):
        event = Event.objects.filter(slug=slug).select_related("current_release").first()
        if event is None:
            raise CommandError(_("There is no event at “%(slug)s”.") % {"slug": slug}, returncode=2)
        if event.current_release is None:
            raise CommandError(
                _("“%(slug)s” has no release yet. Release its plan first.") % {"slug": slug}, returncode=2
            )
        base = settings.SITE_URL or "http://localhost:8000"
        sys.stdout.buffer.write(export(event.current_release, format, base))
