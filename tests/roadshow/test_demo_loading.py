"""The command that loads the demo: once, whole or not at all, and only into an empty portal."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from events.models import Event
from roadshow.server.demo.login import ensure_login, read_login
from roadshow.server.demo.pictures import SCENES, draw
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawings():
    """The demo's pictures, drawn once."""
    return {name: draw(name) for name in SCENES}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch, drawings):
    monkeypatch.setattr("roadshow.server.demo.gallery.draw", drawings.__getitem__)
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


def counts() -> dict[str, int]:
    """Rows of every table."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def files(folder) -> set:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_second_load_changes_nothing_and_keeps_corrections(folder, capsys):
    call_command("load_demo")
    assert "11 talks, 9 speakers, 16 topics, 12 resources" in capsys.readouterr().out
    Event.objects.filter(slug="zurich-2020").update(tagline="Corrected")
    rows, stored = counts(), files(folder)

    call_command("load_demo")

    assert "nothing was changed" in capsys.readouterr().out
    assert (counts(), files(folder)) == (rows, stored)
    assert Event.objects.get(slug="zurich-2020").tagline == "Corrected"


@pytest.mark.parametrize(
    "factory", [factories.Event, factories.Series, factories.Speaker, factories.Resource]
)
def test_it_refuses_a_portal_that_has_rows_of_its_own(factory, folder):
    factory()
    rows = counts()
    with pytest.raises(CommandError, match="data of its own") as refusal:
        call_command("load_demo")
    assert refusal.value.returncode == 2
    assert counts() == rows
    assert files(folder) == set()


def test_a_load_that_fails_leaves_nothing_and_the_next_one_finishes(folder, client):
    obstacle = folder / "media" / "events"
    obstacle.parent.mkdir()
    obstacle.touch()  # the last picture cannot be stored
    rows = counts()
    with pytest.raises(CommandError) as refusal:
        call_command("load_demo")
    assert refusal.value.returncode == 2
    assert counts() == rows
    assert files(folder / "media") == {obstacle}

    obstacle.unlink()
    call_command("load_demo")

    assert Event.objects.count() == 4
    username, password = read_login(folder)
    assert client.login(username=username, password=password)


def test_pictures_that_a_killed_load_left_are_replaced(folder):
    left = folder / "media" / "events" / "bangalore-2018.webp"
    left.parent.mkdir(parents=True)
    left.write_text("half a picture")
    call_command("load_demo")
    event = Event.objects.get(slug="bangalore-2018")
    assert event.picture.path == str(left)
    assert len(files(folder / "media")) == 9


def test_the_login_is_made_once_and_only_its_owner_reads_it(folder):
    assert read_login(folder) is None
    made = ensure_login(folder)
    assert ensure_login(folder) == made == read_login(folder)
    assert (folder / "demo-login").stat().st_mode & 0o777 == 0o600
