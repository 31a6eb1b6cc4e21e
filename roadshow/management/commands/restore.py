"""Restore a backup into an empty portal."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from roadshow.server.backup import BackupError, restore_backup
from roadshow.server.prepare import migrate


class Command(BaseCommand):
    help = "Restore a file of `backup` into an empty portal; half or altered files are refused."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        migrate()
        try:
            made = restore_backup(file)
        except BackupError as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self.stdout.write(_("Restored %(rows)d rows of %(tables)d tables and %(files)d media files.") % made)
