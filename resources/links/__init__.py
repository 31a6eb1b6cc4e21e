"""Looking at the addresses of links, through the guard: whether they still work, and what they are."""

from .archive import archived_copy
from .background import check_each
from .checking import FAILED, LATER, OK, Checked, Pace, check
from .proposing import Proposal, kind_of_address, look_up, propose

__all__ = [
    "FAILED",
    "LATER",
    "OK",
    "Checked",
    "Pace",
    "Proposal",
    "archived_copy",
    "check",
    "check_each",
    "kind_of_address",
    "look_up",
    "propose",
]
