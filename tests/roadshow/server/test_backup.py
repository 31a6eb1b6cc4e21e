"""A backup holds every row and file, goes into an empty portal only, and half or altered files are refused."""

import gzip
import json
import tarfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from events.models import Event, Release
from roadshow.server import backup
from roadshow.server.backup import BackupError, read_manifest, restore_backup, write_backup
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


@pytest.fixture
def portal():
    """Rows of several kinds, with text that COPY has to escape, and a picture."""
    event = factories.Event(name="“quotes”\\n", description="Tab\tand\r\nlines")
    factories.Slot(talk=factories.Talk(event=event, speakers=[factories.Speaker()]))
    factories.Resource()
    default_storage.save("photos/one.jpg", ContentFile(bytes(range(256)) * 100))
    return event


def empty(settings, tmp_path):
    """An empty portal: no rows, and another folder for media."""
    tables = ", ".join(f'"{table.name}"' for table in backup.list_tables())
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    settings.MEDIA_ROOT = tmp_path / "other"


def rows() -> dict[str, str]:
    """The digest of each table, and of each media file."""
    found = {}
    with connection.cursor() as cursor:
        for table in backup.list_tables():
            text = "coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')"
            cursor.execute(f'SELECT md5({text}) FROM "{table.name}" t')
            found[table.name] = cursor.fetchone()[0]
    for name in backup.list_media():
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


def test_what_was_backed_up_comes_back_row_by_row_and_file_by_file(settings, tmp_path, portal):
    before = rows()
    call_command("backup", str(tmp_path / "portal.backup"))
    empty(settings, tmp_path)
    assert not Event.objects.exists()
    restore_backup(tmp_path / "portal.backup")
    after = rows()
    assert {name for name in before if before[name] != after.get(name)} == {
        "core_contentversion",
        "api_changenumbering",
    }
    assert set(after) == set(before)
    portal.refresh_from_db()
    assert factories.Event().pk > portal.pk  # sequences go on


def test_triggers_guard_again_after_a_restore(settings, tmp_path, portal):
    write_backup(tmp_path / "portal.backup")
    empty(settings, tmp_path)
    restore_backup(tmp_path / "portal.backup")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
        assert cursor.fetchone() == (0,)
    assert Release._meta.triggers


def test_only_an_empty_portal_is_restored_into(tmp_path, portal):
    write_backup(tmp_path / "portal.backup")
    with pytest.raises(BackupError, match="not empty"):
        restore_backup(tmp_path / "portal.backup")


def test_half_a_file_is_refused_wherever_it_ends(tmp_path, portal):
    write_backup(tmp_path / "portal.backup")
    whole = (tmp_path / "portal.backup").read_bytes()
    for part in (0, 10, len(whole) // 3, len(whole) // 2, len(whole) - 9):
        (tmp_path / "half").write_bytes(whole[:part])
        with pytest.raises(BackupError, match="backup"):
            read_manifest(tmp_path / "half")


def test_an_altered_file_is_refused(tmp_path, portal):
    write_backup(tmp_path / "portal.backup")
    content = bytearray(gzip.decompress((tmp_path / "portal.backup").read_bytes()))
    place = content.index(b"quotes")
    content[place : place + 6] = b"QUOTES"
    (tmp_path / "altered").write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(BackupError, match="altered: tables/events_event"):
        read_manifest(tmp_path / "altered")


def test_a_backup_of_another_version_is_refused(settings, tmp_path, portal, monkeypatch):
    monkeypatch.setattr(backup, "list_migrations", lambda: ["events.0099_later"])
    write_backup(tmp_path / "portal.backup")
    monkeypatch.undo()
    with pytest.raises(BackupError, match="another version"):
        restore_backup(tmp_path / "portal.backup")


def test_the_commands_say_what_is_wrong_in_one_sentence(tmp_path, portal):
    (tmp_path / "there").touch()
    with pytest.raises(CommandError) as refusal:
        call_command("backup", str(tmp_path / "there"))
    assert refusal.value.returncode == 2
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "nowhere"))


def test_a_backup_is_for_its_owner_only_and_lists_what_it_holds(tmp_path, portal):
    write_backup(tmp_path / "portal.backup")
    assert (tmp_path / "portal.backup").stat().st_mode & 0o777 == 0o600
    with tarfile.open(tmp_path / "portal.backup") as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
    assert manifest["tables"]["events_event"]["rows"] == 1
    assert list(manifest["media"]) == ["photos/one.jpg"]
