"""The Content-Security-Policy: strict on our own pages, relaxed on pages that libraries render."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

# The libraries' scripts evaluate expressions and set style attributes; nothing comes from other hosts there either.
THIRD_PARTY_POLICY = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    def get_policy_parts(self, request, response, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(settings.THIRD_PARTY_PAGES):
            parts.replace = THIRD_PARTY_POLICY
        return parts
