"""Check whether the library's links still work."""

import contextlib
import signal
import sys
import threading
from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from resources.actions import check_due, forget_old_checks


class Command(BaseCommand):
    help = "Check the links that are due, longest overdue first. Ctrl-C ends it; the next run goes on."

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many links")

    def handle(self, *, limit, **options):
        if limit is not None and limit < 1:
            raise CommandError(_("--limit takes a number from 1 up."), returncode=2)
        counts, stop = Counter(), threading.Event()
        looks = check_due(limit=limit, stop=stop)
        due = next(looks)
        bar = tqdm(total=due, unit="", file=sys.stderr, disable=None)
        with bar, _stopped_by_interrupt(stop), contextlib.closing(looks):
            for looked in looks:
                later = looked.checked.outcome == "later"
                counts["later" if later else looked.resource.health] += 1
                bar.update()
        forget_old_checks(now=timezone.now())
        self.stdout.write(describe(due, counts, stopped=stop.is_set()))


@contextlib.contextmanager
def _stopped_by_interrupt(stop: threading.Event):
    """Ctrl-C lets what is under way end and be kept; the second one ends at once."""

    def interrupted(number, frame):
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGINT, before)


def describe(due: int, counts: Counter, *, stopped: bool) -> str:
    """What a run found, in a sentence or two."""
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
