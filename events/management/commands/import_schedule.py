"""Import a schedule from a file or an address."""

import argparse
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from events.actions import ImportRefused, Report, ScheduleConflict, import_schedule
from events.formats.detect import UnreadableFile, read
from events.models import Event
from roadshow.core.commands import progress_bar, read_file, refuse_on
from roadshow.core.models import validate_timezone
from roadshow.http.guard import FetchFailed, fetch_url

LIMIT = 64 * 1024 * 1024  # bytes, of a file and of a download


class Command(BaseCommand):
    help = "Import schedule.xml, schedule.json, iCalendar, CSV or XLSX into an event's plan."

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="FILE-OR-URL")
        parser.add_argument(
            "--event", metavar="SLUG", default="", help="made and published when there is none"
        )
        parser.add_argument("--timezone", metavar="ZONE", default="", help="where the file names none")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument("--release", action="store_true", help="publish the plan afterwards")
        parser.add_argument(
            "--organiser",
            metavar="USERNAME",
            default="",
            help="whose a new event is; without it, the portal's only organiser's, if there is one alone",
        )
        parser.add_argument("--verbose-report", action=argparse.BooleanOptionalAction, default=False)

    def handle(self, *, source, event, timezone, dry_run, release, organiser, verbose_report, **options):
        with refuse_on(ValidationError):
            if timezone:
                validate_timezone(timezone)
        found = Event.objects.filter(slug=event).first() if event else None
        by = self._find_organiser(organiser)
        data, name = self._load(source)
        with refuse_on(UnreadableFile, ImportRefused, ScheduleConflict), progress_bar() as progress:
            zone = timezone or (found.timezone if found else "")
            report = import_schedule(
                reading=read(data, name=name, timezone=zone),
                event=found,
                slug=event,
                timezone=timezone,
                by=by,
                release=release,
                dry_run=dry_run,
                progress=progress,
            )
        self.stdout.write(describe(report, everything=verbose_report or dry_run))
        if report.event_is_new and not dry_run:
            self.stdout.write(
                _("%(name)s organises it.") % {"name": by}
                if by
                else _("Nobody organises it yet: a superuser can name somebody in the admin.")
            )

    @staticmethod
    def _find_organiser(name: str):
        """The organiser of that name; without a name, the only one there is, or None."""
        organisers = get_user_model().objects.filter(is_staff=True, is_active=True)
        if not name:
            found = organisers.order_by("pk")[:2]
            return found[0] if len(found) == 1 else None
        found = organisers.filter(username=name).first()
        if found is None:
            raise CommandError(_("No organiser is called %(name)s.") % {"name": name}, returncode=2)
        return found

    def _load(self, source: str) -> tuple[bytes, str]:
        if not source.startswith(("http://", "https://")):
            return read_file(source, LIMIT), Path(source).name
        self.stderr.write(_("Fetching %(url)s …") % {"url": source})
        with refuse_on(FetchFailed):
            fetched = fetch_url(source, limit=LIMIT)
        if fetched.status != 200:
            message = _("%(url)s answered with status %(status)s.")
            raise CommandError(message % {"url": source, "status": fetched.status}, returncode=2)
        return fetched.body, source


def describe(report: Report, *, everything: bool = False) -> str:
    """The report as text: counts, and with `everything` each change and each problem."""
    lines = []
    if everything:
        lines += [f"+ {title}" for title in report.new]
        lines += [
            f"~ {talk.title}: {', '.join(_field(change) for change in talk.fields)}"
            for talk in report.changed
        ]
        lines += [_("= %(title)s: kept as edited by hand: %(fields)s") % {
            "title": talk.title, "fields": ", ".join(change.name for change in talk.fields)
        } for talk in report.kept]  # fmt: skip
        lines += [
            _("- %(title)s: no longer in the file, cancelled") % {"title": title} for title in report.gone
        ]
    lines += [
        f"! {problem.place}: {problem.message}" for problem in report.problems[: None if everything else 10]
    ]
    if not everything and len(report.problems) > 10:
        lines.append(_("! and %(count)s more; --dry-run shows all") % {"count": len(report.problems) - 10})
    lines += [
        _("? perhaps one person: %(slugs)s") % {"slugs": ", ".join(slugs)} for slugs in report.duplicates[:20]
    ]
    lines.append(
        _(
            "%(event)s: %(talks)s talks, %(slots)s slots, %(persons)s persons, %(links)s links in the file; "
            "%(new)s new, %(changed)s changed, %(gone)s cancelled, %(unchanged)s unchanged; "
            "%(speakers)s new speakers, %(problems)s problems."
        )
        % {
            "event": report.event,
            "talks": report.talks,
            "slots": report.slots,
            "persons": report.persons,
            "links": report.links,
            "new": len(report.new),
            "changed": len(report.changed),
            "gone": len(report.gone),
            "unchanged": report.unchanged,
            "speakers": len(report.new_speakers),
            "problems": len(report.problems),
        }
    )
    if report.dry_run:
        lines.append(_("Nothing was written."))
    elif report.release:
        lines.append(_("Published as release %(number)s.") % {"number": report.release})
    return "\n".join(lines)


def _field(change) -> str:
    return f"{change.name} ({_('replaces an edit by hand')})" if change.by_hand else change.name
