"""Delete what has expired."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from roadshow.server.maintenance import apply_retention


class Command(BaseCommand):
    help = "Delete what settings.RETENTION_DAYS no longer keeps; the background worker does it once a day."

    def handle(self, **options):
        deleted = apply_retention()
        if not deleted:
            self.stdout.write(_("Nothing had expired."))
        for kind, count in deleted.items():
            self.stdout.write(f"{kind}: {count}")
