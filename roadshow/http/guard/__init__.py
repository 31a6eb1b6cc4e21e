"""The one way in which the portal fetches addresses that other people name.

`fetch` and `fetch_url_async` fetch one; a `Session` fetches many over shared connections. Only public hosts are
reached: see `rules` for what that means and `fetching` for the limits.
"""

from .fetching import FetchedResponse, Session, fetch_url, fetch_url_async
from .rules import FetchFailed, Policy, UrlRefused, check_url, is_public_ip

__all__ = [
    "FetchFailed",
    "FetchedResponse",
    "Policy",
    "Session",
    "UrlRefused",
    "check_url",
    "fetch_url",
    "fetch_url_async",
    "is_public_ip",
]
