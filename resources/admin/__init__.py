"""The library as its curators see it: all organisers, together."""

from . import collections, links

__all__ = ["collections", "links"]
