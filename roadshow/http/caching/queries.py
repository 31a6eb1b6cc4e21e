"""Query parameters of cached views: unknown ones and those of campaigns make no copies."""

from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils import translation

CAMPAIGN_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_")
CAMPAIGN_NAMES = frozenset([
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid",
    "li_fat_id", "igshid", "yclid", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "vero_id", "wickedid",
    "oly_enc_id", "oly_anon_id", "s_cid", "ref_src", "srsltid",
])  # fmt: skip
ANY = "*"  # the view checks the parameters itself, and refuses or reports unknown ones


@lru_cache(maxsize=4096)
def cached_view_name(path: str) -> str | None:
    """The name of the cached view at a path; None for other views and for addresses that do not exist."""
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            name = resolve(path).view_name
        except Resolver404:
            return None
    return name if name in settings.CACHED_VIEWS else None


def reduce_query(request: HttpRequest, view: str | None) -> None:
    """Remove campaign parameters from a request, and those that a cached view does not declare in CACHED_VIEWS."""
    if not request.META.get("QUERY_STRING"):
        return
    declared = settings.CACHED_VIEWS.get(view or "", ANY)
    names = [
        name
        for name in request.GET
        if not is_campaign(name) and (declared == ANY or name in declared.split())
    ]
    if len(names) < len(request.GET):
        pairs = [(name, value) for name in names for value in request.GET.getlist(name)]
        request.META["QUERY_STRING"] = urlencode(pairs)
        request.GET = QueryDict(request.META["QUERY_STRING"])


def is_campaign(name: str) -> bool:
    """Whether advertisers follow readers by that parameter."""
    return name in CAMPAIGN_NAMES or name.startswith(CAMPAIGN_PREFIXES)
