"""Admin of links and collections, for all organisers."""

from . import collections, links

__all__ = ["collections", "links"]
