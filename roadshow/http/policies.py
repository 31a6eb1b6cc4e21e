"""Relaxed Content-Security-Policy for pages that libraries render: the admin, the API's documentation."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace

# The libraries' scripts evaluate expressions and set style attributes; nothing comes from other hosts there either.
relax_policy = csp_replace(
    {
        "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
    }
)
