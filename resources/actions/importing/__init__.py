"""Lists of links from files."""

from .report import ChangedLink, Report
from .run import ImportRefused, import_resources

__all__ = ["ChangedLink", "ImportRefused", "Report", "import_resources"]
