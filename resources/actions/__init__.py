"""Changes of the library that touch several rows. Each is keyword-only and one transaction."""

from .checking import accept_move, check_due, forget_old_checks, record_check
from .curating import MergeRefused, merge_resources
from .importing import ImportRefused, Report, import_resources
from .suggesting import AlreadyThere, suggest

__all__ = [
    "AlreadyThere",
    "ImportRefused",
    "MergeRefused",
    "Report",
    "accept_move",
    "check_due",
    "forget_old_checks",
    "import_resources",
    "merge_resources",
    "record_check",
    "suggest",
]
