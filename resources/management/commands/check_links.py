"""Check whether the links still work."""

import contextlib
import signal
import sys
import threading
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from resources.actions import check_due_links, delete_old_checks, refresh_url_keys


class Command(BaseCommand):
    help = "Check the links that are due, longest overdue first. Ctrl-C ends it; the next run goes on."

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many links")

    def handle(self, *, limit, **options):
        if limit is not None and limit < 1:
            raise CommandError(_("--limit takes a number from 1 up."), returncode=2)
        refresh_url_keys()
        counts: Counter[str] = Counter()
        stop = threading.Event()
        checks: Any = check_due_links(limit=limit, stop=stop)
        due = next(checks)
        bar = tqdm(total=due, unit="", file=sys.stderr, disable=None)
        with bar, _stop_on_interrupt(stop), contextlib.closing(checks):
            for checked in checks:
                later = checked.result.outcome == "later"
                counts["later" if later else checked.resource.health] += 1
                bar.update()
        delete_old_checks(now=timezone.now())
        self.stdout.write(describe_counts(due, counts, stopped=stop.is_set()))


@contextlib.contextmanager
def _stop_on_interrupt(stop: threading.Event):
    """The first Ctrl-C finishes and stores running checks; the second one ends at once."""

    def handle_interrupt(number, frame):
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handle_interrupt)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGINT, before)


def describe_counts(due: int, counts: Counter, *, stopped: bool) -> str:
    """The result of a run as text."""
    text = _(
        "%(checked)s of %(due)s links checked: %(good)s work, %(moved)s have moved, %(failing)s do not answer, "
        "%(broken)s are broken, %(later)s will be asked again."
    ) % {
        "checked": counts.total(),
        "due": due,
        **{name: counts[name] for name in ("good", "moved", "failing", "broken", "later")},
    }
    if stopped:
        text += " " + _("Interrupted; the next run goes on with the rest.")
    return text
