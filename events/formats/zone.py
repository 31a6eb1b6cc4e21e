"""Which zone a file's times are of, where its name, its offsets and its clocks contradict each other."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .reading import Report
from .statements import Statement, is_same_minute
from .times import find_zone, find_zone_by_offsets


class ZoneChoice:
    """`zone`, and whether offsets have to be ignored in favour of the clock; by the rule in `clock`.

    `name` is the file's own word for its zone, `given` the one to take where it has none.
    """

    def __init__(
        self, name: str, given: ZoneInfo | None, statements: list[Statement], report: Report
    ) -> None:
        self.name, self.given, self.statements, self.report = name, given, statements, report
        self.ignore_offsets = False
        self.zone = self._choose()

    def _choose(self) -> ZoneInfo:
        named = find_zone(self.name)
        if self.name and named is None:
            message = _("“%(name)s” is not the name of a time zone.") % {"name": self.name}
            self.report.add(_("time zone"), message)
        zone = named or self.given
        stamped = [timed for timed in self.statements if timed.instant]
        if zone is None:
            return self._zone_without_name(stamped)
        voters = [timed for timed in stamped if timed.wall]
        as_instant = sum(is_same_minute(timed.instant.astimezone(zone), timed.wall) for timed in voters)
        as_clock = sum(is_same_minute(timed.instant, timed.wall) for timed in voters)
        if as_clock <= as_instant:
            return zone
        return self._contradicted(zone, named, voters, as_clock)

    def _contradicted(
        self, zone: ZoneInfo, named: ZoneInfo | None, voters: list[Statement], count: int
    ) -> ZoneInfo:
        if sum(timed.instant.utcoffset() == timedelta(0) for timed in voters) * 2 > len(voters):
            self.ignore_offsets = True
            message = ngettext(
                "%(count)d of %(total)d talk writes local times as if they were UTC; they were read as times"
                " of %(zone)s.",
                "%(count)d of %(total)d talks write local times as if they were UTC; they were read as times"
                " of %(zone)s.",
                len(voters),
            )
            message %= {"count": count, "total": len(voters), "zone": zone.key}
            self.report.add(_("date"), message)
            return zone
        right = find_zone_by_offsets(timed.instant for timed in voters)
        if named and self.given and self._fits(self.given, voters):
            right = self.given
        message = ngettext(
            "The zone %(zone)s contradicts the offsets of %(count)d of %(total)d talk; the offsets were"
            " believed, and times are shown in %(right)s.",
            "The zone %(zone)s contradicts the offsets of %(count)d of %(total)d talks; the offsets were"
            " believed, and times are shown in %(right)s.",
            len(voters),
        )
        message %= {"zone": zone.key, "count": count, "total": len(voters), "right": right.key}
        self.report.add(_("time zone"), message)
        return right

    @staticmethod
    def _fits(zone: ZoneInfo, timed: list[Statement]) -> bool:
        return all(one.instant.astimezone(zone).utcoffset() == one.instant.utcoffset() for one in timed)

    def _zone_without_name(self, stamped: list[Statement]) -> ZoneInfo:
        away = [timed.instant for timed in stamped if timed.instant.utcoffset()]
        if away:
            zone = find_zone_by_offsets(timed.instant for timed in stamped)
            message = _("The file names no time zone; %(zone)s has the offsets that it uses.")
            self.report.add(_("time zone"), message % {"zone": zone.key})
            return zone
        if any(timed.stamp or timed.wall for timed in self.statements if not timed.event.starts_at):
            self.report.add(
                _("time zone"),
                _(
                    "The file names no time zone; its times were read as UTC. Name the zone if they are local."
                ),
            )
        return ZoneInfo("UTC")
