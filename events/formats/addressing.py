"""The addresses of a file: relative ones resolved, odd ones kept, each reported."""

import re
from collections import Counter, defaultdict
from functools import cached_property
from urllib.parse import unquote, urljoin

from django.utils.translation import gettext as _

from . import links as addresses
from .document import Link
from .raw import RawEvent, RawSchedule
from .reading import Report
from .text import clean_line


class Addresses:
    """Reads the addresses of one file."""

    def __init__(self, raw: RawSchedule, report: Report) -> None:
        self.raw, self.report = raw, report

    def read_links(self, event: RawEvent) -> list[Link]:
        """An event's links in order, odd ones too."""
        kept = []
        for raw in event.links:
            title, url = clean_line(raw.title), self.resolve(raw.url, page=event.url)
            if not url and not title:
                self.report.tally(_("A link without an address or a text"), event.place, "info")
                continue
            if not url:
                self.report.tally(
                    _("A link without an address; its text was kept"), event.place, what=title[:80]
                )
            elif not addresses.is_web(url):
                self.report.tally(_("Not a web address; it was kept as text"), event.place, "info")
            kind = addresses.guess_link_kind(raw, url, guess=not self.raw.ours)
            if self.raw.fills_titles and title == addresses.default_title(kind, url):
                title = ""
            kept.append(Link(url=url or title, title=title, kind=kind))
        return kept

    def resolve(self, text: str, page: str = "") -> str:
        """An address as found, without blanks around it; a relative one is made absolute.

        It is relative to the host of `page`, the talk's own address, else to that of the file's base or of most
        of its talks.
        """
        url = " ".join(text.split()) if text else ""
        if url.startswith(addresses.UNRESOLVABLE):
            return unquote(url.removeprefix(addresses.UNRESOLVABLE))
        if not url.startswith("/") or url.startswith("//"):
            return url
        for base in (page.strip(), self.raw.base_url.strip(), self.usual_page):
            if addresses.is_web(base):
                try:
                    return urljoin(base, url)
                except ValueError:
                    continue
        return url

    @cached_property
    def usual_page(self) -> str:
        """The beginning that most of the talks' own addresses have; empty where there is none."""
        hosts: Counter[str] = Counter()
        for event in self.raw.events:
            found = re.match(r"https?://[^/\s]+", event.url.strip(), re.IGNORECASE)
            if found:
                hosts[found[0]] += 1
        return hosts.most_common(1)[0][0] if hosts else ""

    def resolve_web(self, text: str, place: str = "") -> str:
        """A web address, or nothing: what is something else is reported."""
        url = self.resolve(text)
        if not url or addresses.is_web(url):
            return url
        if place and not url.startswith("urn:uuid:"):
            self.report.tally(_("Not a web address; it was left out"), place, what=url[:80])
        return ""

    def find_shared(self) -> set[str]:
        """Addresses that stand at talks of different titles: the event's, not a talk's."""
        if self.raw.ours:
            return set()
        titles = defaultdict(set)
        for event in self.raw.events:
            titles[self.resolve(event.url)].add(clean_line(event.title))
        return {url for url, named in titles.items() if len(named) > 1}
