"""The characters of slugs: letters and digits of any script, with the marks that some scripts write vowels with."""

import re
import unicodedata
from itertools import groupby

MARKED_UNTIL = 0x20000  # no script in use has marks above


def _list_marks() -> str:
    """The combining marks as ranges for a class of a regular expression, which has no name for them."""
    marks = (code for code in range(MARKED_UNTIL) if unicodedata.category(chr(code))[0] == "M")
    runs = (list(run) for _start, run in groupby(enumerate(marks), lambda pair: pair[1] - pair[0]))
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in runs)


SLUG_CHARACTERS = rf"\w{_list_marks()}-"  # to be put between brackets
SLUG = rf"[{SLUG_CHARACTERS}]+"
_OTHERS = re.compile(rf"[^{SLUG_CHARACTERS}\s]")


def slugify(text: str) -> str:
    """Django's `slugify(allow_unicode=True)` that keeps marks: "สวัสดี", "हिन्दी", "தமிழ்" stay what they are."""
    kept = _OTHERS.sub("", unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"[-\s]+", "-", kept).strip("-_")
