"""Maps colours that organisers choose to one of the 24 hues of the style sheet.

Pages do not show the colour itself, because text on it might be unreadable, but the nearest hue at a lightness with
enough contrast, in the light and in the dark theme. The conversion is OKLab (Björn Ottosson, 2020).
"""

import math
import zlib
from dataclasses import dataclass
from functools import lru_cache

HUES = 24
GREY = -1  # the hue of a colour that has hardly any


@lru_cache(maxsize=4096)
def hue_class(color: str, name: str = "") -> str:
    """The CSS classes for "#rrggbb"; without a colour, a hue that `name` always gets."""
    if not color and not name:
        return ""
    hue = _hue(color, name)
    return "hue hue-none" if hue == GREY else f"hue hue-{hue}"


@dataclass(frozen=True)
class Shades:
    """The light theme's colours of one hue, as "#rrggbb": for pictures, which have no style sheet."""

    soft: str
    line: str
    accent: str
    ink: str


def shades(color: str, name: str) -> Shades:
    """The colours of the hue that `hue_class` chooses."""
    hue = _hue(color, name)
    angle, vivid = (265.0, 0.06) if hue == GREY else (hue * 360 / HUES, 1)
    family = {"soft": (0.955, 0.025), "line": (0.84, 0.08), "accent": (0.51, 0.18), "ink": (0.42, 0.13)}
    return Shades(**{role: _rgb(light, chroma * vivid, angle) for role, (light, chroma) in family.items()})


def _hue(color: str, name: str) -> int:
    """0 to 23, or GREY."""
    if not color:
        return zlib.crc32(name.encode()) % HUES
    chroma, angle = _oklch(color)
    return GREY if chroma < 0.03 else round(angle / 360 * HUES) % HUES


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


def _rgb(lightness: float, chroma: float, angle: float) -> str:
    """OKLCH to "#rrggbb"; channels outside the gamut are clipped."""
    a, b = (chroma * part(math.radians(angle)) for part in (math.cos, math.sin))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1, max(0, channel)))):02x}" for channel in channels)


def _gamma(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
