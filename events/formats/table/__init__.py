"""Schedules as tables with named columns: CSV and XLSX, one row for each talk at a time."""

from .read import read_csv, read_xlsx
from .write import write_csv, write_xlsx

__all__ = ["read_csv", "read_xlsx", "write_csv", "write_xlsx"]
