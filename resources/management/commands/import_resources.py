"""Import a list of links from a file."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from events.formats.reading import UnreadableFile
from resources.actions import ImportRefused, Report, import_resources
from resources.formats import LIMIT, read

SHOWN = 10  # problems, unless everything is shown


class Command(BaseCommand):
    help = "Import a Markdown list, bookmarks file, OPML, feed, CSV or XLSX into the library."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--collection", metavar="NAME", default="", help="put every link there; made when there is none"
        )
        parser.add_argument(
            "--update", action="store_true", help="overwrite what the library says otherwise than the file"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *, file, collection, update, dry_run, **options):
        try:
            reading = read(self._load(file), name=Path(file).name)
            with tqdm(unit="", file=sys.stderr, disable=None) as bar:
                report = import_resources(
                    reading=reading,
                    collection=collection,
                    update=update,
                    dry_run=dry_run,
                    progress=lambda what, done, total: _show(bar, what, done, total),
                )
        except (UnreadableFile, ImportRefused) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(describe(report, everything=dry_run))

    def _load(self, file: str) -> bytes:
        path = Path(file)
        try:
            if path.stat().st_size > LIMIT:
                raise CommandError(_("%(file)s is larger than 20 MB.") % {"file": file}, returncode=2)
            return path.read_bytes()
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}, returncode=2
            ) from error


def _show(bar: tqdm, what: str, done: int, total: int) -> None:
    bar.set_description(what, refresh=False)
    bar.total, bar.n = total, done
    bar.refresh()


def describe(report: Report, *, everything: bool = False) -> str:
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
    shown = report.problems if everything else report.problems[:SHOWN]
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
    return "\n".join(lines)
