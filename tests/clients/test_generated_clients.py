"""Clients that generators make of the stored schema work: each builds an event, mirrors it and sees one change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from knox.models import get_digest_token
from openapi_spec_validator import OpenAPIV31SpecValidator

from roadshow.models import ApiToken
from tests import factories as make
from tests.roadshow.test_api_schema import SCHEMA

HERE = Path(__file__).parent
STORED = HERE.parents[1] / "docs" / "openapi.yaml"
PROGRAMS = Path(sys.executable).parent
JS = HERE.parent / "js"


def test_the_stored_schema_is_valid_openapi():
    OpenAPIV31SpecValidator(SCHEMA).validate()


@pytest.fixture
def token(transactional_db):
    digest, secret = get_digest_token()
    ApiToken(
        user=make.Organiser(), digest=digest, token_key=secret[:15], name="client", may_write=True
    ).save()
    return secret


def run(*command, path: Path | None = None, cwd: Path | None = None) -> str:
    """What a program prints; it has to end well."""
    environment = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    environment |= {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "PYTHONPATH": str(path or "")}
    done = subprocess.run(
        [*map(str, command)], env=environment, cwd=cwd, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.clients
def test_openapi_python_client(tmp_path, live_server, token):
    made = tmp_path / "roadshow_client"
    run("openapi-python-client", "generate", "--path", STORED, "--output-path", made, "--meta", "none")
    told = run(sys.executable, HERE / "story_openapi_python_client.py", live_server.url, token, path=tmp_path)
    assert told == "one change seen\n"


@pytest.mark.clients
def test_openapi_generator(tmp_path, live_server, token):
    run(
        "openapi-generator-cli", "generate", "-i", STORED, "-g", "python", "-o", tmp_path,
        "--additional-properties=packageName=roadshow_client",
    )  # fmt: skip
    told = run(sys.executable, HERE / "story_openapi_generator.py", live_server.url, token, path=tmp_path)
    assert told == "one change seen\n"


@pytest.mark.clients
@pytest.mark.skipif(
    not shutil.which("npm") and not os.environ.get("REQUIRE_SERVICES"), reason="needs Node.js with npm"
)
def test_openapi_typescript(tmp_path, live_server, token):
    programs = JS / "node_modules" / ".bin"
    if not (programs / "openapi-typescript").exists():
        run("npm", "ci", "--prefix", JS, "--no-audit", "--no-fund")
    package = tmp_path / "clients" / "typescript"
    shutil.copytree(
        HERE.parents[1] / "clients" / "typescript", package, ignore=shutil.ignore_patterns("node_modules")
    )
    (tmp_path / "docs").mkdir()
    shutil.copy(STORED, tmp_path / "docs")
    (package / "node_modules").symlink_to(JS / "node_modules")
    shutil.copy(HERE / "story.ts", package)
    run("npm", "run", "build", "--prefix", package)
    run(
        programs / "tsc", "--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext",
        "--skipLibCheck", "--types", "node", "story.ts", cwd=package,
    )  # fmt: skip
    assert run("node", package / "story.js", live_server.url, token) == "one change seen\n"
