"""Identifies the code, templates, translations and styles that are being served."""

import hashlib
from functools import cache

from django.conf import settings

SERVED_SUFFIXES = (".py", ".html", ".po", ".css", ".js")


@cache
def build_id() -> str:
    """16 hexadecimal digits of the contents of code, templates, translations and styles.

    Contents, not times: several machines with the same version share cached responses and entity tags.
    """
    base = settings.BASE_DIR
    digest = hashlib.sha256(f"{settings.SITE_URL}\n{settings.SITE_NAME}\n{settings.CDN_SECONDS}\n".encode())
    for app in ("roadshow", "events", "speakers", "resources", "templates"):
        for file in sorted((base / app).rglob("*")):
            if file.suffix in SERVED_SUFFIXES:
                content = file.read_bytes()
                digest.update(f"{file.relative_to(base)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]
