"""The stops of a tour as a map: where everything is on a sheet of WIDTH × HEIGHT; a template draws it.

The projection is equirectangular, true to scale at the middle parallel of what is shown. Land is shown as dots.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from .land import stretches

WIDTH, HEIGHT = 720, 340
MARGIN = 56  # around the outermost stops
LEAST = 18  # degrees of latitude that are shown at least: the coasts are no more exact
NORTH, SOUTH = 80, -57
DOT = 8  # between two dots of land
LETTER, LINE = 12, 24  # a label's width for each letter, and its height, as large as on a phone
SIDES = {"start": (18, 7), "end": (-18, 7), "middle": (0, -18), "below": (0, 34)}  # of the pin


@dataclass(frozen=True)
class Stop:
    """A place that the tour comes to, in degrees. `when` is past, next or later."""

    name: str
    latitude: float
    longitude: float
    when: str = "past"


@dataclass
class Pin:
    """A place on the sheet. `anchor` is start, middle or end of the label, empty when it has no room."""

    name: str
    x: float
    y: float
    when: str
    anchor: str = ""
    label_x: float = 0
    label_y: float = 0


@dataclass
class Map:
    """`land` and `route` are path data; pins are in the order of their first stop."""

    land: str
    route: str
    pins: list[Pin] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """What part of the earth is shown. `scale` is units for a degree of latitude."""

    west: float
    north: float
    scale: float
    narrowing: float  # how much shorter a degree of longitude is

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        return (
            round((longitude - self.west) * self.scale * self.narrowing, 1),
            round((self.north - latitude) * self.scale, 1),
        )

    def longitude(self, x: float) -> float:
        return self.west + x / self.scale / self.narrowing


def draw(stops: Sequence[Stop]) -> Map | None:
    """The map of stops in the order of the tour; None without any. Stops at one place share a pin.

    Who goes to a pole is shown at the edge.
    """
    if not stops:
        return None
    stops = [replace(stop, latitude=min(max(stop.latitude, SOUTH), NORTH)) for stop in stops]
    sheet = fitted(stops)
    pins: dict[tuple[float, float], Pin] = {}
    for stop in stops:
        place = sheet.at(stop.longitude, stop.latitude)
        pin = pins.setdefault(place, Pin(stop.name, *place, stop.when))
        if pin.when != "next":
            pin.when = stop.when
    label(list(pins.values()))
    way = [sheet.at(stop.longitude, stop.latitude) for stop in stops]
    return Map(land="".join(dots(sheet)), route="".join(route(way)), pins=list(pins.values()))


def fitted(stops: Iterable[Stop]) -> Sheet:
    """The closest sheet that has all stops, not too near its edges."""
    latitudes = [stop.latitude for stop in stops]
    longitudes = [stop.longitude for stop in stops]
    middle = (min(latitudes) + max(latitudes)) / 2
    narrowing = max(0.3, math.cos(math.radians(middle)))
    high = max(max(latitudes) - min(latitudes), LEAST) / (HEIGHT - 2 * MARGIN)
    wide = (max(longitudes) - min(longitudes)) * narrowing / (WIDTH - 2 * MARGIN)
    scale = 1 / max(high, wide)
    half = HEIGHT / scale / 2
    north = (
        min(max(middle + half, SOUTH + 2 * half), NORTH)
        if 2 * half < NORTH - SOUTH
        else (NORTH + SOUTH) / 2 + half
    )
    center = (min(longitudes) + max(longitudes)) / 2
    return Sheet(center - WIDTH / scale / narrowing / 2, north, scale, narrowing)


def dots(sheet: Sheet) -> Iterator[str]:
    """Land as horizontal lines from dot to dot, which the style sheet draws dotted."""
    for y in range(DOT // 2, HEIGHT, DOT):
        latitude = sheet.north - y / sheet.scale
        for western, eastern in stretches(latitude) if latitude > SOUTH else ():
            first = max(0, math.ceil((sheet.at(western, 0)[0] - DOT / 2) / DOT))
            last = min(WIDTH // DOT - 1, math.floor((sheet.at(eastern, 0)[0] - DOT / 2) / DOT))
            if first <= last:
                yield f"M{first * DOT + DOT // 2} {y}h{(last - first) * DOT}"


def route(way: list[tuple[float, float]]) -> Iterator[str]:
    """From place to place as lines on a plan go: level or upright, and at 45 degrees."""
    yield f"M{way[0][0]} {way[0][1]}"
    for (x1, y1), (x2, y2) in pairwise(way):
        slanted = min(abs(x2 - x1), abs(y2 - y1))
        x = x2 - math.copysign(slanted, x2 - x1)
        y = y2 - math.copysign(slanted, y2 - y1)
        yield f"L{x:.1f} {y:.1f}L{x2} {y2}"


def label(pins: list[Pin]) -> None:
    """Give each pin a place for its name where it covers no other pin or name, if there is one."""
    taken = [(pin.x - 10, pin.y - 10, pin.x + 10, pin.y + 10) for pin in pins]
    for pin in sorted(pins, key=lambda pin: pin.when != "next"):
        wide = sum(2 if ord(char) > 0x2E80 else 1 for char in pin.name) * LETTER
        for side, (dx, dy) in SIDES.items():
            x, y = pin.x + dx, pin.y + dy
            left = x - {"start": 0, "end": wide}.get(side, wide / 2)
            box = (left, y - LINE * 0.75, left + wide, y + LINE * 0.25)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT
            if inside and not any(
                _meet(box, other) for other in taken if other[:2] != (pin.x - 10, pin.y - 10)
            ):
                pin.anchor = side if side in ("start", "end") else "middle"
                pin.label_x, pin.label_y = round(x, 1), round(y, 1)
                taken.append(box)
                break


def _meet(one, other) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
