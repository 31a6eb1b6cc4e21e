"""Path converters beside Django's own."""

from django.urls import register_converter


class UnicodeSlugConverter:
    """A slug with letters of any script, so that a Chinese title has a readable address."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(UnicodeSlugConverter, "uslug")
