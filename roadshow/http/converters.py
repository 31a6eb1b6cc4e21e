"""Parts of addresses that Django's own converters do not know."""

from django.urls import register_converter


class UnicodeSlug:
    """A slug with letters of any script: a Chinese title has a readable address."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(UnicodeSlug, "uslug")
