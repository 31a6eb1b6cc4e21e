"""Import of link lists."""

from .jobs import TOO_OLD, UPLOAD, import_links, preview_links
from .report import ChangedLink, Report
from .run import ImportRefused, import_resources

__all__ = [
    "TOO_OLD",
    "UPLOAD",
    "ChangedLink",
    "ImportRefused",
    "Report",
    "import_links",
    "import_resources",
    "preview_links",
]
