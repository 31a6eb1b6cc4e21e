"""Sitemaps of every public page. Pages name their own addresses in other languages."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse

from events.models import Event, Series, Talk, Topic
from resources.models import Collection, Resource
from speakers.models import Speaker

NOBODY = AnonymousUser()


class Rows(Sitemap):
    """The pages of the rows that `rows` returns, oldest first, so that a page of the map stays as it is."""

    limit = 5000

    def __init__(self, rows, *needed: str):
        self.rows, self.needed = rows, ("slug", "updated_at", *needed)

    def items(self):
        return self.rows().only(*self.needed).order_by("pk")

    def lastmod(self, item):
        return item.updated_at

    def get_latest_lastmod(self):
        return self.rows().order_by().aggregate(latest=Max("updated_at"))["latest"]


class Lists(Sitemap):
    def items(self):
        names = ("home", "events:events", "speakers:speakers", "topics", "resources:resources")
        return [*names, "resources:collections", "privacy", "imprint"]

    def location(self, item):
        return reverse(item)


def talks():
    return Talk.objects.visible_to(NOBODY).exclude(kind=Talk.Kind.BREAK).select_related("event")


SITEMAPS = {
    "lists": Lists(),
    "series": Rows(lambda: Series.objects.visible_to(NOBODY)),
    "events": Rows(lambda: Event.objects.visible_to(NOBODY)),
    "talks": Rows(talks, "event__slug"),
    "speakers": Rows(lambda: Speaker.objects.visible_to(NOBODY)),
    "topics": Rows(lambda: Topic.objects.visible_to(NOBODY)),
    "resources": Rows(lambda: Resource.objects.visible_to(NOBODY).listed()),
    "collections": Rows(lambda: Collection.objects.visible_to(NOBODY)),
}
