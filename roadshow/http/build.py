"""Identifies the code, templates, translations and styles that are being served."""

import hashlib
from functools import cache

from django.conf import settings

SERVED_SUFFIXES = (".py", ".html", ".mo", ".css", ".js")


@cache
def build_id() -> str:
    """16 hexadecimal digits that differ when the code, a template, a translation or a style differs."""
    base = settings.BASE_DIR
    parts = [
        f"{file}:{file.stat().st_mtime_ns}"
        for app in ("roadshow", "events", "speakers", "resources", "templates")
        for file in sorted((base / app).rglob("*"))
        if file.suffix in SERVED_SUFFIXES
    ]
    parts += [settings.SITE_URL, settings.SITE_NAME]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
