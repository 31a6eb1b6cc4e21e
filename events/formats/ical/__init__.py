"""iCalendar, RFC 5545 with RFC 7986's properties: calendars of an event, of a talk, and of many events."""

from .read import read
from .write import CalendarEntry, write, write_entries

__all__ = ["CalendarEntry", "read", "write", "write_entries"]
