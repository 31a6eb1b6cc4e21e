"""What commands that import a file share: reading it, one sentence for a refusal, a progress bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many


def read_file(file: str, limit: int) -> bytes:
    """The content of a file. Raises CommandError (status 2) if it cannot be read or has more bytes than `limit`."""
    path = Path(file)
    try:
        if path.stat().st_size > limit:
            message = _("%(file)s is larger than %(size)d MB.")
            raise CommandError(message % {"file": file, "size": limit // 1024**2}, returncode=2)
        return path.read_bytes()
    except OSError as error:
        message = _("%(file)s cannot be read: %(why)s.")
        raise CommandError(message % {"file": file, "why": error.strerror}, returncode=2) from error


@contextmanager
def refuse_on(*errors: type[Exception]) -> Iterator[None]:
    """Turn these exceptions into a CommandError with one sentence and status 2."""
    try:
        yield
    except errors as error:
        messages = getattr(error, "messages", None)
        raise CommandError(" ".join(messages) if messages else str(error), returncode=2) from error


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A function that shows progress on standard error; nothing where that is no terminal."""
    with tqdm(unit="", file=sys.stderr, disable=None) as bar:

        def show(what: str, done: int, total: int) -> None:
            bar.set_description(what, refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()

        yield show
