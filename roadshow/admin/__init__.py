"""The portal in the admin: people, tokens, the sidebar and the first page."""

from . import jobs, people, personal_data, texts, tokens, webhooks

__all__ = ["jobs", "people", "personal_data", "texts", "tokens", "webhooks"]
