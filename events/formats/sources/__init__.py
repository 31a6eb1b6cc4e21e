"""Files of programs that plan or archive conferences, known by their shape and read by one table of mappings."""

from .known import SOURCES, find_source, read_source

__all__ = ["SOURCES", "find_source", "read_source"]
