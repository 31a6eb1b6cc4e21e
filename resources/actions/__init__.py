"""Actions on links and collections that change several rows. Each is keyword-only and one transaction."""

from .checking import accept_move, check_due_links, delete_old_checks, record_check
from .curating import MergeRefused, merge_resources, refresh_url_keys
from .importing import ImportRefused, Report, import_resources, undo_import
from .suggesting import DuplicateLink, read_page, suggest_link

__all__ = [
    "DuplicateLink",
    "ImportRefused",
    "MergeRefused",
    "Report",
    "accept_move",
    "check_due_links",
    "delete_old_checks",
    "import_resources",
    "merge_resources",
    "read_page",
    "record_check",
    "refresh_url_keys",
    "suggest_link",
    "undo_import",
]
