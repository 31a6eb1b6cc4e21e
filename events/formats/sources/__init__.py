"""Files of programs that plan or archive conferences, known by their shape and read by one table of mappings."""

from .finding import describe_json, find_source, read_source
from .known import SOURCES

__all__ = ["SOURCES", "describe_json", "find_source", "read_source"]
