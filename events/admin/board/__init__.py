"""The schedule board: a day of an event's plan, rooms × time, changed by pointer, touch, keyboard or form."""

from .views import urls

__all__ = ["urls"]
