"""Archives: a spreadsheet, the parts of an Open Event export, an archive of recordings, or one file alone."""

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from .document import Reading
from .foreign import describe_archive
from .reading import Choices, UnreadableFile
from .schedule_json.read import parse
from .sources import SOURCES, find_source, read_source
from .sources.pick import pick_text

MOST_FILES = 60_000
_SPREADSHEET = "xl/workbook.xml"
_OPEN_EVENT = ("sessions", "speakers", "tracks", "microlocations", "session_types", "event")
_TEXTS = (".ics", ".csv", ".json", ".xml", ".tsv")


def open_archive(data: bytes, limit: int) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive. Raises UnreadableFile for one that is damaged or grows beyond the limit."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = {file.filename: file for file in archive.infolist() if not file.is_dir()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise UnreadableFile(_("The archive or spreadsheet is damaged or cut off.")) from error
    size = sum(file.file_size for file in files.values())
    most = 2000 if _SPREADSHEET in files else MOST_FILES
    if len(files) > most or size > limit * (1 if _SPREADSHEET in files else 4):
        message = _("The spreadsheet is larger than %(size)d MB once decompressed.")
        raise UnreadableFile(message % {"size": limit // 1024**2})
    return files


def is_spreadsheet(files: Mapping[str, object]) -> bool:
    return _SPREADSHEET in files


def unpack(data: bytes, names: list[str]) -> dict[str, bytes]:
    """The contents of some files of an archive. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return {name: archive.read(name) for name in names}
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        ValueError,
        EOFError,
        OSError,
        NotImplementedError,
    ) as error:
        raise UnreadableFile(_("The archive or spreadsheet is damaged or cut off.")) from error


def find_only_text(names: list[str]) -> str:
    """The one file of an archive that may be a schedule, or ""."""
    found = [name for name in names if name.lower().endswith(_TEXTS) and not name.startswith("__MACOSX")]
    return found[0] if len(found) == 1 else ""


def read_parts(contents: Mapping[str, bytes], choices: Choices) -> list[Reading]:
    """The events of an archive or folder of JSON files: Open Event's export, or recordings as pyvideo keeps them.

    Raises UnreadableFile for what is neither.
    """
    stems = {PurePosixPath(name).stem: name for name in contents}
    if "sessions" in stems and {"speakers", "event", "tracks"} & stems.keys():
        parts = {name: parse(contents[stems[name]]) for name in _OPEN_EVENT if name in stems}
        source = find_source(parts)
        if source:
            return [read_source(source, parts, choices)]
    categories = _categories(contents)
    if not categories:
        raise UnreadableFile(describe_archive(set(contents)))
    return [_read_category(name, files, contents, choices) for name, files in sorted(categories.items())]


def _categories(contents: Mapping[str, bytes]) -> dict[str, list[str]]:
    """The folders of events: each holds category.json, or a folder `videos` of JSON files."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(contents):
        path = PurePosixPath(name)
        if path.suffix == ".json" and path.parent.name == "videos":
            found[str(path.parent.parent)].append(name)
    return found


def _read_category(folder: str, files: list[str], contents: Mapping[str, bytes], choices: Choices) -> Reading:
    about = contents.get(str(PurePosixPath(folder) / "category.json"))
    category = parse(about) if about else {}
    root = {
        "videos_of_event": [parse(contents[name]) for name in files],
        "category": pick_text(category, "title") or PurePosixPath(folder).name,
        "category_description": pick_text(category, "description"),
        "category_url": pick_text(category, "url"),
    }
    source = next(source for source in SOURCES if source.name == "pyvideo")
    return read_source(source, root, choices)
