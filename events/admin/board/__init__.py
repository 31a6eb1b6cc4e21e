"""The schedule board: a day of an event's plan as rooms × time, edited by pointer, keyboard or form."""

from .views import get_urls

__all__ = ["get_urls"]
