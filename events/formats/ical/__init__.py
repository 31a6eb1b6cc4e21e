"""iCalendar, RFC 5545 with RFC 7986's properties: calendars of an event, of a talk, and of many events."""

from .read import read
from .write import CalendarEntry, Invite, write, write_entries

__all__ = ["CalendarEntry", "Invite", "read", "write", "write_entries"]
