"""Import a list of links from a file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from events.actions import CannotUndo
from events.formats.reading import UnreadableFile
from resources.actions import ImportRefused, Report, import_resources, undo_import
from resources.formats import MAX_BYTES, read_links
from resources.models import LinkImport
from roadshow.core.commands import progress_bar, read_file, refuse_on

MAX_PROBLEMS = 10  # shown, unless everything is


class Command(BaseCommand):
    help = "Import a Markdown list, bookmarks file, OPML, feed, CSV or XLSX into the library."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", nargs="?", default="")
        parser.add_argument("--undo", metavar="NUMBER", type=int, help="undo the import of that number")
        parser.add_argument(
            "--collection", metavar="NAME", default="", help="put every link there; made when there is none"
        )
        parser.add_argument(
            "--update", action="store_true", help="overwrite what the library says otherwise than the file"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *, file, collection, update, dry_run, undo, **options):
        if undo:
            self._undo(undo)
            return
        if not file:
            raise CommandError(_("Name a file."), returncode=2)
        with refuse_on(UnreadableFile, ImportRefused), progress_bar() as progress:
            report = import_resources(
                reading=read_links(read_file(file, MAX_BYTES), name=Path(file).name),
                collection=collection,
                update=update,
                dry_run=dry_run,
                source=Path(file).name,
                progress=progress,
            )
        self.stdout.write(describe_report(report, everything=dry_run))

    def _undo(self, number: int) -> None:
        entry = LinkImport.objects.filter(pk=number).first()
        if entry is None:
            raise CommandError(_("There is no import %(number)d.") % {"number": number}, returncode=2)
        with refuse_on(CannotUndo):
            undo_import(entry=entry, by=None)
        self.stdout.write(_("Undone: %(import)s.") % {"import": entry})


def describe_report(report: Report, *, everything: bool = False) -> str:
    """The report as text: counts, and with `everything` each change and each problem."""
    lines = []
    if everything:
        lines += [f"+ {title}" for title in report.new]
        lines += [f"~ {link.title}: {', '.join(link.fields)}" for link in report.changed]
        lines += [
            _("= %(title)s: kept as it is: %(fields)s")
            % {"title": link.title, "fields": ", ".join(link.fields)}
            for link in report.kept
        ]
    shown = report.problems if everything else report.problems[:MAX_PROBLEMS]
    lines += [f"! {problem.place}: {problem.message}" for problem in shown]
    if more := len(report.problems) - len(shown):
        lines.append(_("! and %(count)s more; --dry-run shows all") % {"count": more})
    lines.append(
        _(
            "%(kind)s: %(links)s links, %(distinct)s different addresses; %(new)s new, %(changed)s changed, "
            "%(unchanged)s unchanged; %(topics)s new topics, %(collections)s new collections, "
            "%(placed)s links put into collections; %(kept)s kept as they were, %(problems)s problems."
        )
        % {
            "kind": report.kind,
            "links": report.links,
            "distinct": report.distinct,
            "new": len(report.new),
            "changed": len(report.changed),
            "unchanged": report.unchanged,
            "topics": len(report.new_topics),
            "collections": len(report.new_collections),
            "placed": report.placed,
            "kept": len(report.kept),
            "problems": len(report.problems),
        }
    )
    if report.dry_run:
        lines.append(_("Nothing was written."))
    if report.entry:
        lines.append(_("Undo it with --undo %(number)d.") % {"number": report.entry})
    return "\n".join(lines)
