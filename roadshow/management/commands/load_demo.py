"""Load the demonstration data."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from roadshow.server.demo.load import NotEmpty, load


class Command(BaseCommand):
    help = "Load the TensorFlow Roadshow as a demo, once, and only into an empty portal."

    def handle(self, **options):
        try:
            made = load()
        except NotEmpty as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        except OSError as error:
            raise CommandError(
                _(
                    "Cannot write to %(folder)s (%(reason)s). "
                    "Set ROADSHOW_DATA to a folder that can be written."
                )
                % {"folder": settings.DATA_DIR, "reason": error.strerror or error},
                returncode=2,
            ) from None
        if made is None:
            self.stdout.write(_("The demo is there already; nothing was changed."))
            return
        self.stdout.write(
            _(
                "Loaded the demo: %(events)d events, %(talks)d talks, %(speakers)d speakers, "
                "%(topics)d topics, %(resources)d resources, %(recaps)d recaps, %(pictures)d pictures."
            )
            % made
        )
