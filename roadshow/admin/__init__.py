"""The portal in the admin: people, tokens, the sidebar and the first page."""

from . import jobs, people, tokens, webhooks

__all__ = ["jobs", "people", "tokens", "webhooks"]
