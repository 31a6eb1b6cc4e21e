"""Back up the whole portal into one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from roadshow.server.backup import write_backup


class Command(BaseCommand):
    help = "Write database and media into one checksummed file, also while the portal is serving."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        if file.exists():
            raise CommandError(_("%(file)s exists already: name a new file.") % {"file": file}, returncode=2)
        try:
            made = write_backup(file)
        except OSError as error:
            file_name = error.filename or file
            raise CommandError(
                _("Cannot write %(file)s (%(reason)s).") % {"file": file_name, "reason": error.strerror},
                returncode=2,
            ) from None
        self.stdout.write(_("Backed up %(rows)d rows of %(tables)d tables and %(files)d media files.") % made)
