"""The portal in the admin: people, tokens, the sidebar and the first page."""

from . import people, tokens, webhooks

__all__ = ["people", "tokens", "webhooks"]
