"""Which zone a file's times are of, where its name, its offsets and its clocks contradict each other."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from .reading import Report
from .statements import Statement, same_minute
from .times import zone_at_offsets, zone_named


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
        named = zone_named(self.name)
        if self.name and named is None:
            self.report.add("time zone", f"“{self.name}” is not the name of a time zone.")
        zone = named or self.given
        stamped = [timed for timed in self.statements if timed.instant]
        if zone is None:
            return self._zone_without_name(stamped)
        voters = [timed for timed in stamped if timed.wall]
        as_instant = sum(same_minute(timed.instant.astimezone(zone), timed.wall) for timed in voters)
        as_clock = sum(same_minute(timed.instant, timed.wall) for timed in voters)
        if as_clock <= as_instant:
            return zone
        return self._contradicted(zone, named, voters, as_clock)

    def _contradicted(
        self, zone: ZoneInfo, named: ZoneInfo | None, voters: list[Statement], count: int
    ) -> ZoneInfo:
        if sum(timed.instant.utcoffset() == timedelta(0) for timed in voters) * 2 > len(voters):
            self.ignore_offsets = True
            self.report.add(
                "date",
                f"{count} of {len(voters)} talks write local times as if they were UTC; they were read as"
                f" times of {zone.key}.",
            )
            return zone
        right = zone_at_offsets(timed.instant for timed in voters)
        if named and self.given and self._fits(self.given, voters):
            right = self.given
        self.report.add(
            "time zone",
            f"The zone {zone.key} contradicts the offsets of {count} of {len(voters)} talks; the offsets were"
            f" believed, and times are shown in {right.key}.",
        )
        return right

    @staticmethod
    def _fits(zone: ZoneInfo, timed: list[Statement]) -> bool:
        return all(one.instant.astimezone(zone).utcoffset() == one.instant.utcoffset() for one in timed)

    def _zone_without_name(self, stamped: list[Statement]) -> ZoneInfo:
        away = [timed.instant for timed in stamped if timed.instant.utcoffset()]
        if away:
            zone = zone_at_offsets(timed.instant for timed in stamped)
            self.report.add(
                "time zone", f"The file names no time zone; {zone.key} has the offsets that it uses."
            )
            return zone
        if any(not timed.event.starts_at for timed in self.statements):
            self.report.add(
                "time zone",
                "The file names no time zone; its times were read as UTC. Name the zone if they are local.",
            )
        return ZoneInfo("UTC")
