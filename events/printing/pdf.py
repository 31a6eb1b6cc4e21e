"""HTML to PDF by WeasyPrint, with the packaged fonts and without any address being fetched."""

from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import noto_cjk_sans_jp_bold
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi

FONTS = "https://fonts.invalid/"  # where the style sheet finds packaged fonts


class PrintingUnavailable(Exception):  # noqa: N818 - an expected refusal
    """The system has no Pango, which lays out the text; the message says what to install."""


@cache
def _list_fonts() -> dict[str, Path]:
    """Font files by the name under which the style sheet asks for them."""
    latin, arabic = (font.ROOT / "files" for font in (fontpkg_noto_sans, fontpkg_noto_sans_arabic))
    return {
        "latin": next(one for one in Path(latin).glob("*.ttf") if "Italic" not in one.name),
        "arabic": next(one for one in Path(arabic).glob("*.ttf") if "Italic" not in one.name),
        "cjk": Path(noto_cjk_sans_jp_bold.FONT_PATH),
    }


@cache
def _build_fetcher() -> Any:
    """A fetcher of packaged fonts and data: URLs, which refuses everything else. Raises ImportError or OSError."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class PackagedFetcher(URLFetcher):
        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            file = _list_fonts().get(url.removeprefix(FONTS))
            if file is None:
                raise ValueError(f"not fetched: {url[:80]}")
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": "font/ttf"})

    return PackagedFetcher(allowed_protocols=["data"])


def render_html(template: str, context: dict) -> str:
    """The template with its times in the document's zone."""
    languages = {"language": get_language(), "direction": "rtl" if get_language_bidi() else "ltr"}
    with timezone.override(ZoneInfo(context["document"].timezone or "UTC")):
        return render_to_string(f"print/{template}.html", context | languages)


def render_pdf(template: str, context: dict) -> bytes:
    """The template as PDF. Raises PrintingUnavailable."""
    try:
        from weasyprint import HTML
    except OSError as error:
        raise PrintingUnavailable(
            "Install Pango to print, on Debian: apt install libpango-1.0-0 libpangoft2-1.0-0"
        ) from error
    return HTML(
        string=render_html(template, context), url_fetcher=_build_fetcher(), base_url=None
    ).write_pdf()
