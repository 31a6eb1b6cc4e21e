"""Addresses of this portal made absolute, for what leaves it."""

from dataclasses import replace
from urllib.parse import urljoin

from .document import Document, Link, Person, Talk


def make_absolute(document: Document, site: str) -> Document:
    """The document with addresses that are paths ("/events/…") made absolute; `site` is https://host."""

    def whole(url: str) -> str:
        return urljoin(site, url) if url.startswith("/") and not url.startswith("//") else url

    def link(one: Link) -> Link:
        return replace(one, url=whole(one.url)) if one.url.startswith("/") else one

    def person(one: Person) -> Person:
        links = [link(each) for each in one.links]
        return replace(one, url=whole(one.url), picture=whole(one.picture), links=links)

    def talk(one: Talk) -> Talk:
        return replace(
            one,
            url=whole(one.url),
            logo=whole(one.logo),
            origin_url=whole(one.origin_url),
            feedback_url=whole(one.feedback_url),
            persons=[person(each) for each in one.persons],
            links=[link(each) for each in one.links],
        )

    return replace(
        document,
        url=whole(document.url),
        logo=whole(document.logo),
        venue=replace(document.venue, online_url=whole(document.venue.online_url)),
        talks=[talk(each) for each in document.talks],
    )
