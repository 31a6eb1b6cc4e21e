"""Build what a checkout needs before it serves: compiled translations and static files."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from roadshow.server.prepare import collect_static
from roadshow.server.translations import compile_all


class Command(BaseCommand):
    help = "Compile translations and collect static files. Afterwards the checkout may be read-only."
    requires_system_checks = []

    def handle(self, **options):
        count = compile_all()
        collect_static()
        self.stdout.write(_("Built %(count)d translations and the static files.") % {"count": count})
