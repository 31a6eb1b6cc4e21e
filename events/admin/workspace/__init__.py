"""The workspace of an event in the admin: overview, set-up, table of talks, and the navigation between its pages."""

from .lists import EventScopeMixin
from .navigation import get_event, workspace_context
from .urls import get_urls

__all__ = ["EventScopeMixin", "get_event", "get_urls", "workspace_context"]
