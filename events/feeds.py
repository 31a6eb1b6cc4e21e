"""Atom feeds of events and of the changes of a schedule."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadshow.core.text import format_date_range
from roadshow.http.caching import get_or_build
from roadshow.http.files import file_response
from roadshow.http.pages import absolute_url, site_root

from .exports import list_release_changes
from .models import Event, Release
from .released import load_present_state

MAX_ENTRIES = 30
CONTENT_TYPE = "application/atom+xml; charset=utf-8"


@require_safe
def event_feed(request):
    """The events created last."""
    events = Event.objects.visible_to(request.user)
    state = events.state()

    def build_feed() -> bytes:
        feed = new_feed(request, _("Events of %(site)s") % {"site": settings.SITE_NAME}, "/events/")
        for event in events.for_cards().order_by("-created_at", "-pk")[:MAX_ENTRIES]:
            when = format_date_range(event.starts_on, event.ends_on)
            feed.add_item(
                title=event.name,
                link=absolute_url(request, event.get_absolute_url()),
                description=" · ".join(filter(None, [when, event.location_label, event.tagline])),
                unique_id=event.guid.urn,
                pubdate=event.created_at,
                updateddate=event.updated_at,
            )
        return write_feed(feed)

    return file_response(
        request, build_feed, state=state.values(), modified=state["latest"], content_type=CONTENT_TYPE
    )


@require_safe
def changes_feed(request, slug):
    """The releases of an event's schedule, each with its changes."""
    rows = Event.objects.visible_to(request.user).select_related("current_release")
    event = get_object_or_404(rows.defer("current_release__document"), slug=slug)
    newest = event.current_release

    def build_feed() -> bytes:
        title = _("Changes of %(event)s") % {"event": event.name}
        feed = new_feed(request, title, f"{event.get_absolute_url()}changes/")
        for release, text in describe_releases(event, site_root(request)):
            feed.add_item(
                title=release.note[:100] or str(release),
                link=absolute_url(request, release.get_absolute_url()),
                description=text,
                unique_id=release.guid.urn,
                pubdate=release.created_at,
                updateddate=release.created_at,
            )
        return write_feed(feed)

    present = load_present_state(event)
    state = [event.updated_at.timestamp(), newest and newest.guid, present.digest]
    key = ":".join(map(str, ("changes", *state, get_language(), absolute_url(request, request.path))))
    return file_response(
        request,
        lambda: get_or_build(key, build_feed),
        state=state,
        modified=newest and max(newest.created_at, present.changed_at),
        content_type=CONTENT_TYPE,
    )


def describe_releases(event: Event, root: str) -> Iterable[tuple[Release, str]]:
    """(release, HTML list of its changes) for the latest releases."""
    releases = event.releases.order_by("-number").defer("document")[:MAX_ENTRIES]
    for release, first, changes in list_release_changes(releases):
        context = {"event": event, "release": release, "changes": changes, "first": first, "root": root}
        yield release, render_to_string("events/feed_changes.html", context)


def new_feed(request, title: str, page: str) -> Atom1Feed:
    return Atom1Feed(
        title=title,
        link=absolute_url(request, page),
        description="",
        feed_url=absolute_url(request, request.path),
        language=get_language(),
        feed_guid=absolute_url(request, request.path),
    )


def write_feed(feed: Atom1Feed) -> bytes:
    """The feed as bytes. Without entries it is dated at the epoch, so that its bytes stay the same."""
    if not feed.items:
        feed.latest_post_date = lambda: datetime(1970, 1, 1, tzinfo=UTC)  # type: ignore[method-assign]  # of one feed
    return feed.writeString("utf-8").encode()
