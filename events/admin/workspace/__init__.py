"""The workspace of an event in the admin: overview, set-up, table of talks, and the navigation between its pages."""

from .lists import EventScopeMixin
from .navigation import get_event, list_pages, workspace_context
from .urls import get_urls

__all__ = ["EventScopeMixin", "get_event", "get_urls", "list_pages", "workspace_context"]
