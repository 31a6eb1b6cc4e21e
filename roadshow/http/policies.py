"""The Content-Security-Policy: strict on our own pages, as strict as they bear on those that libraries build."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

# Their scripts evaluate expressions and write style attributes; nothing comes from other hosts there either.
BORROWED = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}


class Policies(CSPMiddleware):
    def get_policy_parts(self, request, response, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(settings.BORROWED_PAGES):
            parts.replace = BORROWED
        return parts
