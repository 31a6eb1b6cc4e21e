"""Languages by whatever people call them."""

import re
from functools import cache

from django.conf.locale import LANG_INFO


def language_of(word: str) -> str:
    """The BCP 47 tag of a language by its tag, its English or its own name; empty when there is none."""
    word = word.strip().replace("_", "-")
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", word) and len(word) <= 20:
        first, *rest = word.split("-")
        return "-".join([first.lower(), *rest])
    return _languages().get(word.casefold(), "")


@cache
def _languages() -> dict[str, str]:
    named = {code: info for code, info in LANG_INFO.items() if "name" in info}
    names = {info["name"].casefold(): code for code, info in named.items()}
    return names | {info["name_local"].casefold(): code for code, info in named.items()} | {"chinese": "zh"}
