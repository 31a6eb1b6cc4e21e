"""Client of Roadshow's API: `Portal` is an httpx client with paging, imports as jobs, and the feed of changes."""

from .portal import Portal, PortalError

__all__ = ["Portal", "PortalError"]
