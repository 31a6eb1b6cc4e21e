"""The portal's typeface as a static file: the variable font of a package, reduced to the characters that pages use.

Manrope is under the SIL Open Font License 1.1, whose text is served beside it. Scripts other than Latin fall back to
the system's fonts, see base.css. The file is made once, when static files are collected or first asked for.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FONT = "roadshow/fonts/manrope.woff2"
LICENSE = "roadshow/fonts/OFL.txt"
CHARACTERS = [
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x2010, 0x205F),
    (0x20A0, 0x20BF),
    (0x2116, 0x2122),
    (0x2190, 0x2199),
]


def make_font(folder: Path) -> None:
    """Write the font and its licence into `folder`, unless they are there."""
    from fontTools import subset  # half a second, which only this needs

    source = files("font_manrope") / "files"
    target = folder / FONT
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    (folder / LICENSE).write_bytes((source / "OFL.txt").read_bytes())
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    with (source / "Manrope-VariableFont_wght.ttf").open("rb") as file:
        font = subset.load_font(file, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[code for first, last in CHARACTERS for code in range(first, last + 1)])
        subsetter.subset(font)
        draft = target.with_suffix(".part")
        subset.save_font(font, draft, options)
        draft.rename(target)  # whole or not there: several processes may make it


class FontFinder(BaseFinder):
    """Finds the font for `collectstatic` and the development server."""

    def __init__(self, *args: Any, **options: Any):
        self.storage = FileSystemStorage(location=Path(settings.DATA_DIR) / "fonts")
        super().__init__(*args, **options)

    def check(self, **options: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **options: Any) -> Any:
        if path not in (FONT, LICENSE):
            return []
        make_font(Path(self.storage.location))
        found = str(Path(self.storage.location) / path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Any:
        make_font(Path(self.storage.location))
        return [(path, self.storage) for path in (FONT, LICENSE)]
