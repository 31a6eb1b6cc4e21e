"""Colours that organisers choose, as one of 24 hues of the style sheet.

A page never shows the colour itself: text on it might be unreadable. It shows the nearest hue at a lightness
that is known to contrast, in the light and in the dark theme. The conversion is OKLab (Björn Ottosson, 2020).
"""

import math
import zlib

HUES = 24


def hue_class(color: str, name: str = "") -> str:
    """The CSS classes for "#rrggbb"; without a colour, a hue that `name` always gets."""
    if not color:
        return f"hue hue-{zlib.crc32(name.encode()) % HUES}" if name else ""
    chroma, angle = _oklch(color)
    return "hue hue-none" if chroma < 0.03 else f"hue hue-{round(angle / 360 * HUES) % HUES}"


def _oklch(color: str) -> tuple[float, float]:
    """Chroma (0 to about 0.4) and hue in degrees."""
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
