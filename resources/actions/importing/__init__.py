"""Import of link lists."""

from .jobs import undo_import
from .report import ChangedLink, Report
from .run import ImportRefused, import_resources

__all__ = ["ChangedLink", "ImportRefused", "Report", "import_resources", "undo_import"]
