"""A surface to draw on, smoothed by drawing large and shrinking."""

from collections.abc import Callable, Iterable
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageColor, ImageDraw

WIDTH, HEIGHT = 1600, 900  # pixels of the finished picture; all coordinates are in these
SCALE = 2

Point = tuple[float, float]


def rgba(color: str, alpha: float = 1.0) -> tuple[int, int, int, int]:
    return (*ImageColor.getrgb(color)[:3], round(255 * alpha))


def mix(one: str, other: str, share: float) -> str:
    """The colour that is `share` (0 to 1) of the way from one to the other."""
    pairs = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def dice(seed: int) -> Random:
    """Chance that comes out the same every time."""
    return Random(seed)  # noqa: S311 - nothing secret depends on it


def around(center: Point, radius: float, turn: float) -> Point:
    """The point on a circle at `turn` (0 to 1, clockwise from the top)."""
    return center[0] + radius * sin(2 * pi * turn), center[1] - radius * cos(2 * pi * turn)


def bezier(a: Point, b: Point, c: Point, d: Point, steps: int = 40) -> list[Point]:
    """Points of the cubic curve from `a` to `d` that leaves towards `b` and arrives from `c`."""
    points: list[Point] = []
    for step in range(steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        x, y = (sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
        points.append((x, y))
    return points


def graph_of(function: Callable[[float], float], start: float, end: float, steps: int = 90) -> list[Point]:
    """Points of y = function(x) from `start` to `end`."""
    xs = [start + (end - start) * step / steps for step in range(steps + 1)]
    return [(x, function(x)) for x in xs]


class Canvas:
    def __init__(self, top: str, bottom: str):
        """A sheet whose colour runs from `top` to `bottom`."""
        strip = Image.new("RGB", (1, 64))
        for y in range(64):
            strip.putpixel((0, y), ImageColor.getrgb(mix(top, bottom, y / 63)))
        self.image = strip.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BILINEAR)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def finish(self) -> Image.Image:
        return self.image.reduce(SCALE)

    def line(self, points: Iterable[Point], color: str, width: float = 4, alpha: float = 1.0) -> None:
        """A line with round ends and corners. Ends overlap the line, so they are left out of faint ones."""
        points, pixels = list(points), round(width * SCALE)
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], rgba(color, alpha), pixels, joint="curve")
        if alpha == 1:
            for end in (points[0], points[-1]):
                self.circle(end, (pixels - 1) / 2 / SCALE, color)

    def circle(self, center: Point, radius: float, color: str, alpha: float = 1.0) -> None:
        x, y = center
        self.pen.ellipse(self._box(x - radius, y - radius, x + radius, y + radius), rgba(color, alpha))

    def ellipse(self, center: Point, rx: float, ry: float, color: str, alpha: float = 1.0) -> None:
        x, y = center
        self.pen.ellipse(self._box(x - rx, y - ry, x + rx, y + ry), rgba(color, alpha))

    def card(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        color: str,
        radius: float = 24,
        alpha: float = 1.0,
    ) -> None:
        """A rectangle with round corners."""
        box = self._box(x, y, x + width, y + height)
        self.pen.rounded_rectangle(box, radius * SCALE, rgba(color, alpha))

    def shadow(self, x: float, y: float, width: float, height: float, radius: float = 24) -> None:
        """A soft shadow for the card that will be drawn there."""
        for grow in (14, 10, 6, 2):
            box = (x - grow, y - grow + 10, width + 2 * grow, height + 2 * grow)
            self.card(*box, "#0b1030", radius + grow, alpha=0.05)

    def shape(self, points: Iterable[Point], color: str, alpha: float = 1.0) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], rgba(color, alpha))

    def glow(self, center: Point, radius: float, color: str, alpha: float = 0.5) -> None:
        """Light that fades from the centre outwards."""
        size = round(2 * radius * SCALE)
        mask = Image.radial_gradient("L").point(lambda value: round(alpha * max(0, 255 - 1.42 * value)))
        mask = mask.resize((size, size), Image.Resampling.BILINEAR)
        corner = (round((center[0] - radius) * SCALE), round((center[1] - radius) * SCALE))
        self.image.paste(ImageColor.getrgb(color), (*corner, corner[0] + size, corner[1] + size), mask)

    @staticmethod
    def _box(left: float, top: float, right: float, bottom: float) -> list[float]:
        return [left * SCALE, top * SCALE, right * SCALE, bottom * SCALE]
