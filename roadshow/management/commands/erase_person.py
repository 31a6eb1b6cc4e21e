"""Erase a speaker everywhere."""

from django.core.management.base import BaseCommand, CommandError

from roadshow.personal_data import erase_person
from speakers.models import Speaker


class Command(BaseCommand):
    help = "Erase a speaker everywhere: record, history, releases, deliveries, log entries, pictures, caches."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="address of the speaker, as in /speakers/<slug>/")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, slug, yes, **options):
        speaker = Speaker.objects.filter(slug=slug).first()
        if speaker is None:
            raise CommandError(f"There is no speaker “{slug}”.", returncode=2)
        if not yes and input(f"Erase {speaker.name}? This cannot be undone. Type the address: ") != slug:
            raise CommandError("Nothing was erased.", returncode=2)
        for kind, count in erase_person(speaker).items():
            self.stdout.write(f"{kind}: {count}")
