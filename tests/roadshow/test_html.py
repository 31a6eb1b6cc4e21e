"""Every public page is valid HTML, by html-validate: a tool of Node.js that `make lint` installs with the others."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.sample import PATHS, make_portal

TOOLS = Path(settings.BASE_DIR) / "tests" / "js"
VALIDATE = TOOLS / "node_modules" / ".bin" / "html-validate"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (shutil.which("node") and VALIDATE.exists()),
        reason="needs Node.js, and what `make lint` installs",
    ),
]


def test_every_page_is_valid_html_in_both_languages(client, tmp_path):
    make_portal()
    pages = {}
    for number, path in enumerate([*PATHS, *(f"/zh-hans{path}" for path in PATHS)]):
        file = tmp_path / f"{number}.html"
        file.write_text(client.get(path).text)
        pages[str(file)] = path
    command = [VALIDATE, "--config", TOOLS / "html.json", "--formatter", "json", *pages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = json.loads(done.stdout)
    faults = [
        f"{pages[report['filePath']]} line {fault['line']}: {fault['message']}"
        for report in reports
        for fault in report["messages"]
    ]
    assert not faults, "\n".join(faults)
