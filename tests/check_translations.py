"""`python -m tests.check_translations`: every text that people see has its translation.

With gettext installed, texts that the translations do not know yet are found as well.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ["zh_Hans"]


def problems(file: Path) -> list[str]:
    """What is missing, doubtful or contradicts the original in a .po file, a line each."""
    if not file.exists():
        return [f"{file.name} is missing"]
    with file.open("rb") as stream:
        catalog = read_po(stream)
    found = []
    for message in catalog:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.fuzzy:
            found.append(f"doubtful: {message.id!r}")
        elif not all(strings):
            found.append(f"not translated: {message.id!r}")
        found += [f"{error}: {message.id!r}" for error in message.check(catalog)]
    return found


def extracted(folder: Path) -> Path:
    """A copy of the tree under `folder`, its translations brought up to date with the texts in code."""
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    for name in files:
        if name and (ROOT / name).is_file() and name.endswith((".py", ".html", ".txt", ".po")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    locales = [argument for locale in LOCALES for argument in ("--locale", locale)]
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", *locales, "--ignore=tests/*", "--no-obsolete", "-v0"],
        cwd=folder,
        check=True,
    )
    return folder


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("xgettext"):
            root = extracted(Path(folder))
        else:
            root = ROOT
            print("gettext is not installed: texts that translations do not know yet are not looked for.")
        found = {
            locale: problems(root / "roadshow/locale" / locale / "LC_MESSAGES/django.po")
            for locale in LOCALES
        }
    for locale, lines in found.items():
        for line in lines:
            print(f"{locale}: {line}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
