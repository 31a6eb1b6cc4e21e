"""Addresses of views, found once: a page has dozens of links, and Django looks for each among all patterns."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf
from django.urls import reverse as find_address
from django.utils.translation import get_language


def reverse(view: str, args=(), kwargs=None, current_app: str | None = None) -> str:
    """Django's `reverse`, with the addresses that were asked for last in memory. Arguments are strings and numbers."""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    state = (urlconf, get_script_prefix(), get_language())
    return _reverse(state, view, tuple(args), tuple((kwargs or {}).items()), current_app)


@lru_cache(maxsize=8192, typed=True)
def _reverse(_state: tuple, view: str, args: tuple, kwargs: tuple, current_app: str | None) -> str:
    return find_address(view, args=args, kwargs=dict(kwargs), current_app=current_app)
