"""Translations as programs read them (.mo), made from what people write (.po) without gettext."""

import io
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from roadshow.server.embedded.errors import StartError

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all(folder: Path = LOCALE) -> int:
    """Compile every .po file that is newer than its .mo; gives how many."""
    outdated = [
        source
        for source in folder.glob("*/LC_MESSAGES/*.po")
        if not (made := source.with_suffix(".mo")).exists() or made.stat().st_mtime < source.stat().st_mtime
    ]
    for source in outdated:
        try:
            compile_one(source)
        except OSError as error:
            if not source.with_suffix(".mo").exists():
                raise StartError(
                    f"Cannot write {source.with_suffix('.mo')} ({error.strerror}): run `manage.py build` where the "
                    "code can be written, and take its result along."
                ) from None
    return len(outdated)


def compile_one(source: Path) -> None:
    """Make the .mo file in one step, so that an interruption leaves the previous one."""
    content = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(content, read_po(stream))
    descriptor, unfinished = tempfile.mkstemp(prefix=source.stem, dir=source.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content.getvalue())
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(source.with_suffix(".mo"))
