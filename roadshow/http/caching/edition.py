"""Which code, templates, translations and styles this is."""

import hashlib
from functools import cache

from django.conf import settings


@cache
def edition() -> str:
    """The portal's code, templates, translations and styles, in a word; the same until it starts again."""
    base = settings.BASE_DIR
    parts = [
        f"{file}:{file.stat().st_mtime_ns}"
        for app in ("roadshow", "events", "speakers", "resources", "templates")
        for file in sorted((base / app).rglob("*"))
        if file.suffix in (".py", ".html", ".mo", ".css", ".js")
    ]
    parts += [settings.SITE_URL, settings.SITE_NAME]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
