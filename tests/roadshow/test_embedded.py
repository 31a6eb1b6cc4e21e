"""The embedded PostgreSQL, as a command: who shares it, who stops it, and what it survives."""

import signal
import socketserver
import struct
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.roadshow.processes import eventually, is_one_sentence, kill, run, servers, start, surroundings

QUERY = """
import os, sys, psycopg
connection = psycopg.connect(os.environ["DATABASE_URL"])
cursor = connection.cursor()
cursor.execute(sys.argv[1])
print(cursor.fetchone() if cursor.description else "done")
connection.commit()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with a database that the tests of this module share."""
    folder = tmp_path_factory.mktemp("embedded")
    assert query(folder, "SELECT 1") == "(1,)"
    return folder


def embedded(data, *command, **variables):
    return run(data, "-m", "roadshow.server.embedded", *command, **variables)


def query(data, sql):
    done = embedded(data, sys.executable, "-c", QUERY, sql)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def waiting(data):
    """A process that uses the database until it is told to stop."""
    process = start(data, "-m", "roadshow.server.embedded", "sh", "-c", "echo ready; exec sleep 60")
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_at_once_share_one_server_which_the_last_stops(data):
    one, other = (
        start(data, "-m", "roadshow.server.embedded", "sh", "-c", "echo ready; exec sleep 60")
        for _ in range(2)
    )
    assert [process.stdout.readline() for process in (one, other)] == ["ready\n"] * 2
    assert len(servers(data)) == 1
    one.terminate()
    assert one.wait(20) == 128 + signal.SIGTERM
    assert len(servers(data)) == 1
    other.terminate()
    other.wait(20)
    assert servers(data) == []


def test_the_command_has_the_last_word_on_the_exit_status(data):
    assert embedded(data, "sh", "-c", "exit 3").returncode == 3
    missing = embedded(data, "no-such-command")
    assert (missing.returncode, missing.stderr) == (127, "No such command: no-such-command.\n")


def test_letters_of_every_script_are_letters(data):
    sql = "SELECT lower('ÄÉЖ'), to_tsvector('simple', 'Zürich 中文')::text"
    assert query(data, sql) == "('äéж', \"'zürich':1 '中文':2\")"


def test_who_was_killed_does_not_keep_the_server(data):
    kill(waiting(data))
    assert len(servers(data)) == 1
    assert query(data, "SELECT 1") == "(1,)"
    assert servers(data) == []


def test_a_killed_server_keeps_what_was_written(data):
    query(data, "CREATE TABLE kept AS SELECT 7 AS number")
    user = waiting(data)
    for server in servers(data):
        server.kill()
    kill(user)
    assert query(data, "SELECT number FROM kept") == "(7,)"


def test_the_number_of_a_dead_server_may_belong_to_another_process(data):
    pid_file = data / "postgres" / "postmaster.pid"
    for content in ("1\n" + "\n".join("x" * 7), "", "no number\n"):
        pid_file.write_text(content)
        assert query(data, "SELECT 1") == "(1,)"


def test_who_gives_up_while_the_server_starts_stops_it_and_touches_nothing_else(data):
    kept = Path(surroundings(data, {})["cwd"]) / "kept"
    kept.touch()
    for seconds in (0, 0.01, 0.02, 0.05):
        process = start(data, "-m", "roadshow.server.embedded", "sleep", "60")
        eventually(lambda: servers(data))
        time.sleep(seconds)
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
        assert servers(data) == []
        assert kept.exists()


def test_an_unfinished_first_start_is_finished_by_the_next(tmp_path):
    process = start(tmp_path, "-m", "roadshow.server.embedded", "true")
    eventually(lambda: list(tmp_path.glob("postgres.new-*/base")))
    kill(process)
    assert not (tmp_path / "postgres").exists()
    assert query(tmp_path, "SELECT 1") == "(1,)"
    assert not list(tmp_path.glob("postgres.new-*"))


def test_the_folder_may_have_a_long_and_odd_name(data):
    odd = data.parent / ('it\'s a very long, odd "name" – ' + "x" * 100)
    data.rename(odd)
    try:
        assert query(odd, "SELECT 1") == "(1,)"
        assert servers(odd) == []
    finally:
        odd.rename(data)


def test_data_of_another_version_is_refused_and_left_alone(data):
    file = data / "postgres" / "PG_VERSION"
    before = file.read_text()
    file.write_text("12\n")
    try:
        done = embedded(data, "true")
    finally:
        file.write_text(before)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "PostgreSQL 12" in done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://user:hidden@127.0.0.1:1/roadshow", "does not answer"),
        ("postgres://user:hidden@no-such-host.invalid/roadshow", "does not answer"),
        ("sqlite:///db.sqlite3", "must begin with postgres://"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(tmp_path, url, said):
    done = embedded(tmp_path, "true", DATABASE_URL=url)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert said in done.stderr
    assert "hidden" not in done.stderr


class OldServer(socketserver.BaseRequestHandler):
    """As much of PostgreSQL's protocol as it takes to say which version it is."""

    def handle(self):
        self.request.recv(1024)  # asks for encryption
        self.request.sendall(b"N")
        self.request.recv(1024)
        for kind, content in (
            (b"R", bytes(4)),
            (b"S", b"server_version\x0013.2\0"),
            (b"S", b"client_encoding\0UTF8\0"),
            (b"S", b"DateStyle\0ISO\0"),
            (b"Z", b"I"),
        ):
            self.request.sendall(kind + struct.pack(">i", len(content) + 4) + content)
        self.request.recv(1024)


def test_a_database_that_is_too_old_is_one_sentence(tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), OldServer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        url = f"postgres://user@127.0.0.1:{server.server_address[1]}/roadshow?gssencmode=disable"
        done = embedded(tmp_path, "true", DATABASE_URL=url)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "is PostgreSQL 13: upgrade it to 14 or newer" in done.stderr


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    done = embedded(tmp_path / "file" / "data", "true")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "set ROADSHOW_DATA" in done.stderr
