"""Formats of the admin's tables: text that a spreadsheet would run as a formula is quoted, and read back unquoted."""

from import_export.formats import base_formats

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def quote_formula(value):
    """`value`, with an apostrophe before it when it is text that a spreadsheet would take for a formula."""
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS) or _is_number(value):
        return value
    return f"'{value}"


def unquote_formula(value):
    """The value that `quote_formula` was given."""
    if isinstance(value, str) and value.startswith("'") and value[1:].startswith(FORMULA_STARTS):
        return value[1:]
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class _QuotedFormulas(base_formats.TablibFormat):
    def create_dataset(self, in_stream, **kwargs):
        dataset = super().create_dataset(in_stream, **kwargs)
        _replace_cells(dataset, unquote_formula)
        return dataset

    def _escape_formulae(self, dataset):
        _replace_cells(dataset, quote_formula)


def _replace_cells(dataset, replace) -> None:
    for _number in range(len(dataset)):
        dataset.append([replace(cell) for cell in dataset.lpop()])


class CSV(_QuotedFormulas, base_formats.CSV):
    pass


class XLSX(_QuotedFormulas, base_formats.XLSX):
    pass


class JSON(base_formats.JSON):
    """JSON has no formulas: its text stays as it is."""

    def _escape_formulae(self, dataset):
        pass
