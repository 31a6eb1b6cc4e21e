"""Columns of the admin's list of links."""

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from roadshow.core.text import format_long_date, render_plain_text

from ..models import Resource


class LinkColumns:
    """Display methods for `list_display`; rows come from `LinkAdmin.for_list`."""

    @display(description=_("title"), ordering="title", header=True)
    def titled(self, resource):
        return resource.title, render_plain_text(resource.note, 90)

    @display(description=_("address"), ordering="url")
    def host(self, resource):
        host = resource.url.split("/")[2]
        return format_html(
            '<a href="{}" rel="noopener noreferrer" target="_blank" data-open>{}</a>',
            resource.url,
            host.removeprefix("www."),
        )

    @display(
        description=_("health"),
        ordering="health",
        label={
            Resource.Health.UNKNOWN: "info",
            Resource.Health.GOOD: "success",
            Resource.Health.MOVED: "warning",
            Resource.Health.FAILING: "warning",
            Resource.Health.BROKEN: "danger",
        },
    )
    def health_label(self, resource):
        return resource.health, resource.get_health_display()

    @display(description=_("last check"), ordering="checked_at")
    def last_seen(self, resource):
        """The new URL or the last failure; empty for links that work."""
        return resource.moved_to or resource.last_reason

    @display(description=_("cited by talks"), ordering="citations")
    def cited(self, resource):
        return resource.citations

    @display(description=_("added"), ordering="created_at")
    def added(self, resource):
        return format_long_date(timezone.localdate(resource.created_at))

    @display(
        description=_("state"),
        ordering="state",
        label={
            Resource.State.SUGGESTED: "warning",
            Resource.State.PUBLISHED: "success",
            Resource.State.REJECTED: "danger",
            Resource.State.RETIRED: "info",
        },
    )
    def state_label(self, resource):
        return resource.state, resource.get_state_display()
