"""Write all that is stored about a speaker as JSON."""

from django.core.management.base import BaseCommand, CommandError

from roadshow.personal_data import export_person
from speakers.models import Speaker


class Command(BaseCommand):
    help = "Write all that is stored about a speaker as JSON to the standard output."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="address of the speaker, as in /speakers/<slug>/")

    def handle(self, *, slug, **options):
        speaker = Speaker.objects.filter(slug=slug).first()
        if speaker is None:
            raise CommandError(f"There is no speaker “{slug}”.", returncode=2)
        self.stdout.write(export_person(speaker))
