"""Addresses that open somebody's calendar on the web with an entry filled in.

Google's and Outlook's parameters are documented by neither; they are those of their own "add to calendar" buttons.
"""

import datetime as dt
from urllib.parse import urlencode

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


def calendar_links(
    *, title: str, starts_at: dt.datetime, ends_at: dt.datetime, place: str, text: str
) -> list[tuple[str, str]]:
    """The name of each calendar, and the address; times are aware."""
    start, end = (time.astimezone(dt.UTC) for time in (starts_at, ends_at))
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "location": place,
        "details": text,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "location": place,
        "body": text,
    }
    return [("Google", f"{GOOGLE}?{urlencode(google)}"), ("Outlook", f"{OUTLOOK}?{urlencode(outlook)}")]
