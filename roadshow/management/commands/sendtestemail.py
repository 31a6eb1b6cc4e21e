"""Django's command, past the queue: it says at once whether the mail server takes a message."""

import socket

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.core.management.base import CommandError
from django.core.management.commands.sendtestemail import Command as DjangoCommand
from django.utils import timezone
from django.utils.translation import gettext as _


class Command(DjangoCommand):
    def handle(self, *args, **options):
        groups = {"managers": settings.MANAGERS, "admins": settings.ADMINS}
        people = [person for name, group in groups.items() if options[name] for person in group]
        try:
            send_mail(
                _("A test message of %(site)s") % {"site": settings.SITE_NAME},
                f"{socket.gethostname()}, {timezone.now():%Y-%m-%d %H:%M} UTC\n",
                None,
                [*options["email"], *(person[1] for person in people)],
                connection=get_connection(settings.EMAIL_DELIVERY_BACKEND),
            )
        except OSError as error:  # smtplib's errors are, too
            raise CommandError(
                _("The mail could not be sent: %(why)s") % {"why": error}, returncode=2
            ) from None
