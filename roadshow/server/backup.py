"""Backups: the whole portal, database and media, as one checksummed file, and back into an empty portal.

A backup is a gzipped tar file: `tables/NAME` (COPY text of a table, ordered by its key), `media/NAME`, and at its end
`manifest.json` with the SHA-256 and size of each entry, rows by table, and the migrations. All tables are read in one
transaction. A file without a manifest is half a backup; one whose entries differ from it was altered.
"""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from roadshow.api.changes import adopt_server

FORMAT = 1
MANIFEST = "manifest.json"
LEFT_OUT = {"expiring_counter", "expiring_upload", "django_session", "django_tasks_database_dbtaskresult"}
CHUNK = 1024 * 1024
IN_MEMORY = 16 * 1024 * 1024  # bytes of a table before it goes to a temporary file


class BackupError(Exception):
    """The file or the portal is not as it has to be; the message is one sentence."""


@dataclass(frozen=True)
class Table:
    """A table, the columns that are stored (not generated), and those of its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def copy_out(self) -> sql.Composed:
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        key = sql.SQL(", ").join(map(sql.Identifier, self.key))
        query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT")
        return query.format(columns, sql.Identifier(self.name), key)

    def copy_in(self) -> sql.Composed:
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.name), columns)


def list_tables() -> list[Table]:
    """The tables of all models, but for what expires by itself."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and meta.db_table not in LEFT_OUT:
            columns = tuple(str(field.column) for field in meta.local_concrete_fields if not field.generated)
            tables[meta.db_table] = Table(meta.db_table, columns, (str(meta.pk.column),))
    return [tables[name] for name in sorted(tables)]


def write_backup(file: Path) -> dict[str, int]:
    """Write the backup; the file appears when it is complete. Returns the numbers of tables, rows and media files."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with tarfile.open(unfinished, "w:gz", compresslevel=6) as archive:
            manifest = _add_everything(archive)
        unfinished.chmod(0o600)  # it holds password hashes
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return {
        "tables": len(manifest["tables"]),
        "rows": sum(table["rows"] for table in manifest["tables"].values()),
        "files": len(manifest["media"]),
    }


def _add_everything(archive: tarfile.TarFile) -> dict:
    manifest: dict = {"format": FORMAT, "migrations": list_migrations(), "tables": {}, "media": {}}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in list_tables():
            with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
                rows = 0
                with cursor.cursor.copy(table.copy_out()) as copy:
                    for row in copy:
                        content.write(row)
                        rows += 1
                manifest["tables"][table.name] = {
                    "rows": rows,
                    **_add(archive, f"tables/{table.name}", content),
                }
    for name in list_media():
        with default_storage.open(name) as content, tempfile.SpooledTemporaryFile(IN_MEMORY) as copied:
            for chunk in content.chunks():
                copied.write(chunk)
            manifest["media"][name] = _add(archive, f"media/{name}", copied)
    _add(archive, MANIFEST, io.BytesIO(json.dumps(manifest, indent=1, sort_keys=True).encode()))
    return manifest


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> dict:
    """Add an entry; returns its size and digest."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    content.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    archive.addfile(entry, content)
    return {"bytes": size, "sha256": digest.hexdigest()}


def list_media(folder: str = "") -> Iterator[str]:
    """Names of all media files, in order."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    for name in sorted(files):
        if name:
            yield f"{prefix}{name}"
    for name in sorted(folders):
        yield from list_media(f"{prefix}{name}")


def list_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _read_archive(file: Path) -> tuple[dict | None, dict[str, tuple[int, str]]]:
    """The manifest in a backup, and size and digest of each entry that is in it."""
    found, manifest = {}, None
    with gzip.open(file) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for entry in archive:
            content = cast(IO[bytes], archive.extractfile(entry))
            if entry.name == MANIFEST:
                manifest = json.load(content)
                continue
            digest = hashlib.sha256()
            while chunk := content.read(CHUNK):
                digest.update(chunk)
            found[entry.name] = (entry.size, digest.hexdigest())
        while stream.read(CHUNK):  # to the checksum at the end
            pass
    return manifest, found


def read_manifest(file: Path) -> dict:
    """The manifest of a backup of which every byte was checked. Raises BackupError when it is not whole."""
    try:
        manifest, found = _read_archive(file)
    except FileNotFoundError:
        raise BackupError(f"There is no file {file}.") from None
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, AttributeError) as error:
        raise BackupError(f"{file} is not a whole backup ({error}).") from None
    if manifest is None:
        raise BackupError(f"{file} is half a backup: it has no manifest.")
    said = {
        f"{kind}/{name}": (one["bytes"], one["sha256"])
        for kind in ("tables", "media")
        for name, one in manifest[kind].items()
    }
    if said != found or manifest.get("format") != FORMAT:
        names = sorted(name for name in said.keys() | found.keys() if said.get(name) != found.get(name))
        raise BackupError(
            f"{file} was altered: {', '.join(names[:3]) or 'its format'} is not what was backed up."
        )
    return manifest


def restore_backup(file: Path) -> dict[str, int]:
    """Restore a backup into an empty portal. Raises BackupError, and changes nothing, when one of both is not right."""
    manifest = read_manifest(file)
    _refuse_other_version(manifest)
    _refuse_unless_empty()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        _load_tables(file, cursor, manifest)
        _set_sequences(cursor)
        adopt_server(restored=True)
        cursor.execute("UPDATE core_contentversion SET value = value + extract(epoch FROM now())::bigint")
    _load_media(file)
    return {
        "tables": len(manifest["tables"]),
        "rows": sum(table["rows"] for table in manifest["tables"].values()),
        "files": len(manifest["media"]),
    }


def _refuse_other_version(manifest: dict) -> None:
    here = list_migrations()
    if here != manifest["migrations"]:
        differing = sorted(set(here) ^ set(manifest["migrations"]))
        raise BackupError(
            f"The backup was made by another version of Roadshow (migration {differing[0]}): restore it with that "
            "version, and upgrade afterwards."
        )


def _refuse_unless_empty() -> None:
    for label in ("auth.User", "events.Event", "events.Series", "speakers.Speaker", "resources.Resource"):
        if apps.get_model(label)._base_manager.exists():
            raise BackupError(
                "This portal is not empty: restore into a new database and a new ROADSHOW_DATA."
            )
    if next(list_media(), None):
        raise BackupError("This portal has media files already: restore into a new ROADSHOW_DATA.")


def _load_tables(file: Path, cursor, manifest: dict) -> None:
    """Replace the rows of all tables, with triggers off: they would record everything as a change of today."""
    tables = {table.name: table for table in list_tables()}
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    for name in tables:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(name)))
    cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
    with tarfile.open(file, "r:gz") as archive:
        for entry in archive:
            kind, _slash, name = entry.name.partition("/")
            if kind != "tables":
                continue
            content = cast(IO[bytes], archive.extractfile(entry))
            with cursor.cursor.copy(tables[name].copy_in()) as copy:
                while chunk := content.read(CHUNK):
                    copy.write(chunk)
    for name in tables:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        if cursor.fetchone()[0] != manifest["tables"][name]["rows"]:
            raise BackupError(f"The table {name} was not restored completely.")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(name)))


def _set_sequences(cursor) -> None:
    """Let new rows get keys beyond those that were restored."""
    for table in list_tables():
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table.name}"', table.key[0]])
        sequence = cursor.fetchone()[0]
        if sequence:
            last = sql.SQL("SELECT setval(%s, coalesce(max({}), 0) + 1, false) FROM {}")
            cursor.execute(last.format(sql.Identifier(table.key[0]), sql.Identifier(table.name)), [sequence])


def _load_media(file: Path) -> None:
    with tarfile.open(file, "r:gz") as archive:
        for entry in archive:
            kind, _slash, name = entry.name.partition("/")
            if kind == "media":
                default_storage.save(name, File(archive.extractfile(entry)))
