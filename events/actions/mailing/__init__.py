"""Mail to the people of an event: who is told what, previews, and sending by the worker."""

from .recipients import Audience, Recipient, count_proposals, fill_values, list_recipients
from .sending import resolve_unclear, send_mailing
from .starting import MailingRefused, render_texts, start_mailing
from .texts import Texts, default_texts, load_texts, save_texts

__all__ = [
    "Audience",
    "MailingRefused",
    "Recipient",
    "Texts",
    "count_proposals",
    "default_texts",
    "fill_values",
    "list_recipients",
    "load_texts",
    "render_texts",
    "resolve_unclear",
    "save_texts",
    "send_mailing",
    "start_mailing",
]
