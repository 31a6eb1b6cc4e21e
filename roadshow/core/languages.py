"""Language tags from language names."""

import re
from functools import cache

from django.conf.locale import LANG_INFO


def parse_language_tag(word: str) -> str:
    """The BCP 47 tag for a tag, an English name or a native name of a language; empty when unknown."""
    word = word.strip().replace("_", "-")
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", word) and len(word) <= 20:
        first, *rest = word.split("-")
        return "-".join([first.lower(), *rest])
    return _tags_by_name().get(word.casefold(), "")


@cache
def _tags_by_name() -> dict[str, str]:
    named = {code: info for code, info in LANG_INFO.items() if "name" in info}
    names = {info["name"].casefold(): code for code, info in named.items()}
    return names | {info["name_local"].casefold(): code for code, info in named.items()} | {"chinese": "zh"}
