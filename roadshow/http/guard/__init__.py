"""The one way in which the portal fetches addresses that other people name.

`fetch` and `fetch_async` fetch one; a `Session` fetches many over shared connections. Only public hosts are
reached: see `rules` for what that means and `fetching` for the limits.
"""

from .fetching import Fetched, Session, fetch, fetch_async
from .rules import FetchFailed, Policy, Refused, check, is_public

__all__ = [
    "FetchFailed",
    "Fetched",
    "Policy",
    "Refused",
    "Session",
    "check",
    "fetch",
    "fetch_async",
    "is_public",
]
