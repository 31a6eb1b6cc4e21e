"""Import a schedule from a file, a folder or an address; undo an import."""

import argparse
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.actions import (
    CannotUndo,
    ImportRefused,
    Report,
    ScheduleConflict,
    describe_change,
    import_schedule,
    undo_import,
)
from events.formats.date_order import ORDERS
from events.formats.detect import UnreadableFile, read_all, read_folder
from events.formats.table.columns import COLUMNS
from events.models import Event, Import
from roadshow.core.commands import progress_bar, read_file, refuse_on
from roadshow.core.fields import validate_timezone
from roadshow.http.guard import FetchFailed, fetch_url

LIMIT = 64 * 1024 * 1024  # bytes, of a file and of a download
MOST_FILES = 60_000  # of a folder
PROBLEMS = 10  # shown, unless everything is


class Command(BaseCommand):
    help = "Import a schedule (schedule.xml, JSON, iCalendar, CSV, XLSX, …) into an event's plan."

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="FILE-OR-URL", nargs="?", default="")
        parser.add_argument(
            "--event", metavar="SLUG", default="", help="made and published when there is none"
        )
        parser.add_argument("--timezone", metavar="ZONE", default="", help="where the file names none")
        parser.add_argument(
            "--mode",
            choices=Import.Mode.values,
            default="",
            help="update: add and change; add: change nothing; replace: cancel what is not in the file",
        )
        parser.add_argument("--force", action="store_true", help="do what would be refused as doubtful")
        parser.add_argument(
            "--date-order", choices=ORDERS, default="", help="of dates like 3/4/2027: day or month first"
        )
        parser.add_argument("--encoding", default="", help="of a text file, such as cp1250")
        parser.add_argument(
            "--column",
            metavar="HEADING=FIELD",
            action="append",
            default=[],
            help="what a column of a table is read as (nothing: it is not read); may be repeated",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument("--release", action="store_true", help="publish the plan afterwards")
        parser.add_argument("--undo", metavar="NUMBER", type=int, help="undo the import of that number")
        parser.add_argument(
            "--organiser",
            metavar="USERNAME",
            default="",
            help="whose a new event is; without it, the portal's only organiser's, if there is one alone",
        )
        parser.add_argument("--verbose-report", action=argparse.BooleanOptionalAction, default=False)

    def handle(self, *, source, event, timezone, undo, organiser, **options):
        by = self._find_organiser(organiser)
        if undo:
            self._undo(undo, by)
            return
        if not source:
            raise CommandError(_("Name a file, a folder or an address."), returncode=2)
        with refuse_on(ValidationError):
            if timezone:
                validate_timezone(timezone)
        found = Event.objects.filter(slug=event).first() if event else None
        readings = self._read(source, found, timezone, options)
        if len(readings) > 1 and event:
            message = _("The file holds %(count)d events. Import it without --event.")
            raise CommandError(message % {"count": len(readings)}, returncode=2)
        for reading in readings:
            self._import(reading, source, found, event, timezone, by, options)

    def _undo(self, number: int, by) -> None:
        entry = Import.objects.filter(pk=number).first()
        if entry is None:
            raise CommandError(_("There is no import %(number)d.") % {"number": number}, returncode=2)
        with refuse_on(CannotUndo):
            undo_import(entry=entry, by=by)
        self.stdout.write(_("Undone: %(import)s.") % {"import": entry})

    def _read(self, source: str, event: Event | None, timezone: str, options: dict) -> list:
        zone = timezone or (event.timezone if event else "")
        with refuse_on(UnreadableFile):
            if Path(source).is_dir():
                return read_folder(_load_folder(Path(source)), timezone=zone)
            data, name = self._load(source)
            return read_all(
                data,
                name=name,
                timezone=zone,
                date_order=options["date_order"],
                encoding=options["encoding"],
                days=(event.starts_on, event.ends_on) if event else None,
                columns=_read_columns(options["column"]),
            )

    def _import(self, reading, source, event, slug, timezone, by, options) -> None:
        with refuse_on(ImportRefused, ScheduleConflict), progress_bar() as progress:
            report = import_schedule(
                reading=reading,
                event=event,
                slug=slug,
                timezone=timezone,
                by=by,
                release=options["release"],
                dry_run=options["dry_run"],
                mode=options["mode"],
                force=options["force"],
                source=source,
                progress=progress,
            )
        everything = options["verbose_report"] or options["dry_run"]
        self.stdout.write(describe_report(report, everything=everything))
        if report.event_is_new and not report.dry_run:
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
            first_two = organisers.order_by("pk")[:2]
            return first_two[0] if len(first_two) == 1 else None
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


def _read_columns(pairs: list[str]) -> dict[str, str]:
    """Heading -> field, of the options --column."""
    found = {}
    for pair in pairs:
        heading, _equals, field = pair.rpartition("=")
        if not heading or field not in ("", *COLUMNS):
            message = _("--column %(pair)s: give HEADING=FIELD; fields are: %(words)s.")
            raise CommandError(message % {"pair": pair, "words": ", ".join(COLUMNS)}, returncode=2)
        found[heading] = field
    return found


def _load_folder(folder: Path) -> dict[str, bytes]:
    """The JSON files below a folder, by their paths in it."""
    found = {}
    for path in sorted(folder.rglob("*.json"))[:MOST_FILES]:
        if path.is_file() and not path.is_symlink():
            found[path.relative_to(folder).as_posix()] = read_file(str(path), LIMIT)
    return found


def describe_report(report: Report, *, everything: bool = False) -> str:
    """The report as text: counts, and with `everything` each change and each problem."""
    lines = [*(_list_changes(report) if everything else []), *_list_problems(report, everything=everything)]
    lines += [
        _("? perhaps one person: %(slugs)s") % {"slugs": ", ".join(slugs)} for slugs in report.duplicates[:20]
    ]
    lines += [
        _("! would be refused without --force: %(concern)s") % {"concern": one.text}
        for one in report.concerns
    ]
    lines.append(
        _("Read as %(kind)s; mode: %(mode)s.") % {"kind": report.kind or "–", "mode": report.mode or "–"}
    )
    lines.append(
        _(
            "%(event)s: %(talks)s talks, %(slots)s slots, %(persons)s persons, %(links)s links in the file; "
            "%(new)s new, %(changed)s changed, %(gone)s cancelled, %(unchanged)s unchanged; "
            "%(speakers)s new speakers, %(problems)s problems."
        )
        % {"event": report.event, "speakers": len(report.new_speakers), **report.numbers()}
    )
    if report.absent:
        lines.append(_absent(report.absent))
    if report.dry_run:
        lines.append(_("Nothing was written."))
    elif report.release:
        lines.append(_("Published as release %(number)s.") % {"number": report.release})
    if report.entry:
        lines.append(_("Undo it with --undo %(number)d.") % {"number": report.entry})
    return "\n".join(lines)


def _absent(count: int) -> str:
    return ngettext(
        "%(count)d imported talk is not in the file and stays; --mode replace would cancel it.",
        "%(count)d imported talks are not in the file and stay; --mode replace would cancel them.",
        count,
    ) % {"count": count}


def _list_changes(report: Report) -> list[str]:
    lines = [f"+ {title}" for title in report.new]
    for talk in report.changed:
        lines.append(f"~ {talk.title}: {'; '.join(describe_change(change) for change in talk.fields)}")
    for talk in report.kept:
        message = _("= %(title)s: kept as edited by hand: %(fields)s")
        lines.append(
            message % {"title": talk.title, "fields": ", ".join(change.label for change in talk.fields)}
        )
    lines += [_("- %(title)s: no longer in the file, cancelled") % {"title": title} for title in report.gone]
    return lines + [_("renamed: %(names)s") % {"names": names} for names in report.renamed]


def _list_problems(report: Report, *, everything: bool) -> list[str]:
    shown = report.problems if everything else report.problems[:PROBLEMS]
    lines = [f"! {problem.place}: {problem.message}" for problem in shown]
    if more := len(report.problems) - len(shown):
        lines.append(_("! and %(count)s more; --dry-run shows all") % {"count": more})
    return lines
