"""Pages and files of links and collections."""

from .files import collection_file, resource_file
from .pages import collection, collection_list, resource, resource_list
from .suggesting import suggest

__all__ = [
    "collection",
    "collection_file",
    "collection_list",
    "resource",
    "resource_file",
    "resource_list",
    "suggest",
]
