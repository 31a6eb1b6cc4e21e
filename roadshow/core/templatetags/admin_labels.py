"""Labels in the admin's lists: a list has a hundred of them, and few are different."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html_join

register = template.Library()


@register.simple_tag
def labels(texts, kind=""):
    """Unfold's label of one text or of each of several."""
    several = texts if isinstance(texts, list | tuple) else [texts]
    return format_html_join("\n", "{}", ([render_label(str(text), str(kind or ""))] for text in several))


@lru_cache(maxsize=500)
def render_label(text: str, kind: str) -> str:
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": kind})
