"""`python -m tests.picture [ADDRESS]`: the README's picture, from a demo that is being served at ADDRESS."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.fixtures import ARGUMENTS
from tests.conftest import find_chromium

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "schedule.png"


def take(address: str) -> None:
    """Write the picture, as small as 64 colours make it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, timezone_id="Asia/Kolkata")
        page.goto(f"{address}/events/bangalore-2018/schedule/", wait_until="networkidle")
        taken = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(64).save(PICTURE, optimize=True)


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
