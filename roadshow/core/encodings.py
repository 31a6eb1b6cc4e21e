"""How text is encoded when nothing says so: every likely encoding is tried, and scored by its letters.

A text in a language uses that language's letters, so each profile names an encoding and the letters outside
ASCII that its language writes. The encoding whose profile explains most of the text's letters wins.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

SAMPLE = 256 * 1024  # bytes
_SCORED = 20_000  # characters outside ASCII that are looked at
_LATIN = "«»“”„’‘–—…€£§°·•\u00a0"
_PROFILES = (  # (encodings, letters outside ASCII of a language); of equal scores the first wins
    ("cp1252 mac_roman", "äöüßÄÖÜ"),  # German
    ("cp1252 mac_roman", "àâçéèêëîïôùûüÿœæÀÂÇÉÈÊÎÔŒ"),  # French
    ("cp1252 mac_roman", "áéíóúñüÁÉÍÓÚÑ¿¡"),  # Spanish
    ("cp1252 mac_roman", "ãõáâàçéêíóôúÃÕÁÂÀÇÉÊÍÓÔÚ"),  # Portuguese
    ("cp1252 mac_roman", "åäöæøéüÅÄÖÆØ"),  # Nordic
    ("cp1252 mac_roman", "àèéìíòóùÀÈÉÌÒÙ"),  # Italian
    ("cp1252 mac_roman", "áðéíóúýþæöÁÐÉÍÓÚÝÞÆÖ"),  # Icelandic
    ("cp1250 iso8859_2", "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽäĺľôŕÄĹĽÔŔ"),  # Czech, Slovak
    ("cp1250 iso8859_2", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"),  # Polish
    ("cp1250 iso8859_2", "áéíóöőúüűÁÉÍÓÖŐÚÜŰ"),  # Hungarian
    ("cp1250 iso8859_2", "ăâîşţĂÂÎŞŢ"),  # Romanian
    ("cp1250 iso8859_2", "čćđšžČĆĐŠŽ"),  # Croatian, Slovene
    ("cp1254", "çğıöşüâîûÇĞİÖŞÜÂÎÛ"),  # Turkish
    ("cp1257", "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ"),  # Latvian
    ("cp1257", "ąčęėįšųūžĄČĘĖĮŠŲŪŽ"),  # Lithuanian
    ("cp1257", "äõöüšžÄÕÖÜŠŽ"),  # Estonian
    ("cp1258", "ăâđêôơưàảãáạÀÁĂÂĐÊÔƠƯ\u0300\u0301\u0303\u0309\u0323"),  # Vietnamese
)
_SCRIPTS = {  # encodings of one script: the beginning of its letters' names in Unicode
    "cp1251": "CYRILLIC", "koi8_r": "CYRILLIC", "cp866": "CYRILLIC", "iso8859_5": "CYRILLIC",
    "cp1253": "GREEK", "iso8859_7": "GREEK", "cp1255": "HEBREW", "cp1256": "ARABIC", "cp874": "THAI",
}  # fmt: skip
_FREQUENT = {  # the letters that make up most of a text in the script
    "CYRILLIC": "оеаинтсрвлкмдпуя",
    "GREEK": "αοιετσνηυρπκμλςάέήίόύώ",
    "HEBREW": "יוהלאתרםנבמש",
    "ARABIC": "اليمنترعدبسةكه",
    "THAI": "านรกอเงมยวลดทสตะปบคหแจพช",
}
_EAST = ("cp949", "shift_jis", "gb18030", "big5", "euc_jp")
ENCODINGS = tuple(
    dict.fromkeys(
        ["utf_8", *(name for names, _letters in _PROFILES for name in names.split()), *_SCRIPTS, *_EAST]
    )
)


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding, and the share (at most about 1) of the text's letters that it explains."""

    encoding: str
    score: float


def guess_encoding(data: bytes) -> str | None:
    """The name of an encoding in which `data` reads like text; None when it reads like none."""
    found = guess_encodings(data)
    return found[0].encoding if found else None


def guess_encodings(data: bytes) -> list[Guess]:
    """The encodings in which `data` can be read, the likeliest first; empty for what is no text."""
    sample = data[:SAMPLE]
    if len(data) > SAMPLE:  # a character may be cut in two
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if b"\0" in sample:
        return []
    found = []
    for encoding in ENCODINGS:
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf_8":
            return [Guess("utf_8", 1.0)]
        found.append(Guess(encoding, _score(text, encoding)))
    found = [guess for guess in found if guess.score > 0.2]
    return sorted(found, key=lambda guess: -guess.score)


def find_sample(text: str, length: int = 60) -> str:
    """A line of the text that shows its letters outside ASCII."""
    found = re.search(r"[^\n\r]*[^\x00-\x7f][^\n\r]*", text)
    line = found[0].strip() if found else text.strip().split("\n")[0]
    first = next((index for index, sign in enumerate(line) if not sign.isascii()), 0)
    start = max(0, first - length // 2)
    return line[start : start + length].strip()


def _score(text: str, encoding: str) -> float:
    signs = [sign for sign in text if not sign.isascii()][:_SCORED]
    if not signs:
        return 1.0 if encoding == "cp1252" else 0.5
    if any(unicodedata.category(sign) in ("Cc", "Cn", "Co") for sign in signs):
        return 0.0
    share = _share(signs, encoding)
    if encoding in _SCRIPTS or encoding in _EAST:  # a word is of one script
        share -= (
            len(re.findall(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]", text[:_SCORED])) / len(signs) / 2
        )
    odd_case = len(re.findall(r"[a-zß-öø-ÿà-ɏα-ωа-я][A-ZÀ-ÖØ-ÞΑ-ΩА-Я]", text[:_SCORED]))
    return share - odd_case / len(signs)


def _share(signs: list[str], encoding: str) -> float:
    """How many of the signs the encoding's languages write."""
    if encoding in _SCRIPTS:
        return sum(_weigh_script(sign, _SCRIPTS[encoding]) for sign in signs) / len(signs)
    if encoding in _EAST:
        return sum(_weigh_eastern(sign, encoding) for sign in signs) / len(signs)
    return max(_share_of_letters(signs, letters) for names, letters in _PROFILES if encoding in names.split())


def _share_of_letters(signs: list[str], letters: str) -> float:
    known = frozenset(letters)
    return sum(_weigh_latin(sign, known) for sign in signs) / len(signs)


def _weigh_latin(sign: str, known: frozenset[str]) -> float:
    if sign in known:
        return 1.0
    if sign in _LATIN:
        return 0.6
    return 0.25 if sign.isalpha() and "LATIN" in unicodedata.name(sign, "") else -0.5


@cache
def _weigh_script(sign: str, script: str) -> float:
    if sign.lower() in _FREQUENT[script]:
        return 1.0
    if unicodedata.name(sign, "").startswith(script):
        return 0.7 if unicodedata.category(sign)[0] in "LM" else 0.3
    return 0.6 if sign in _LATIN else -0.5


@cache
def _weigh_eastern(sign: str, encoding: str) -> float:
    """Common signs count in full: those of the first level of the national standard, kana, Hangul."""
    name = unicodedata.name(sign, "")
    if (
        name.startswith(("IDEOGRAPHIC", "FULLWIDTH", "CJK SYMBOL"))
        or sign in "、。「」『』，；：！？（）《》·～"
    ):
        return 0.7
    if name.startswith("HANGUL"):
        return 1.05 if encoding == "cp949" else -0.5
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 1.1 if encoding in ("shift_jis", "euc_jp") else 0.1
    if name.startswith("HALFWIDTH KATAKANA"):
        return -0.5
    if not name.startswith("CJK UNIFIED"):
        return 0.4 if sign in _LATIN else -0.5
    lead = sign.encode(encoding, "ignore")[:1]
    first, last = {
        "gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "shift_jis": (0x88, 0x97), "euc_jp": (0xB0, 0xCF),
    }.get(encoding, (1, 0))  # fmt: skip
    return 1.0 if lead and first <= lead[0] <= last else 0.1
