"""Path converters beside Django's own."""

from django.urls import register_converter


class UnicodeSlugConverter:
    """A slug with letters of any script, so that a Chinese title has a readable address."""

    regex = r"[^/.\s\x00-\x1f]+"  # which of them a slug may have, the model says

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(UnicodeSlugConverter, "uslug")
