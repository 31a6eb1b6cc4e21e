"""Pages that a private link opens: nobody stores, indexes or logs them, and no other page learns their address."""

import re

from django.http import HttpResponse

# What follows the first part is the token that opens the page.
TOKEN = re.compile(r"(/(?:my|my-page|preview|invitations|unsubscribe)/)[^/.?\s]{16,}")


def mark_private(response: HttpResponse) -> HttpResponse:
    """Forbid caching, indexing, and addresses in referrers.

    A page may have a form: with `no-referrer` browsers would send `Origin: null`, which the CSRF check refuses.
    """
    is_page = response.get("Content-Type", "").startswith("text/html")
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "strict-origin" if is_page else "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def mask_tokens(text: str) -> str:
    """The text with "…" in place of the tokens of private addresses."""
    return TOKEN.sub(r"\1…", text)
