"""How text is encoded when nothing says so."""

from charset_normalizer import from_bytes

# Those that are still met. Among all there are, a short text in French fits Baltic as well.
MET = ["utf_8", "cp1252", "gb18030", "shift_jis", "cp1251"]
SAMPLE = 256 * 1024  # bytes


def likely_encoding(data: bytes) -> str | None:
    """The name of an encoding in which `data` reads like text; None when it reads like none."""
    best = from_bytes(data[:SAMPLE], cp_isolation=MET).best()
    return None if best is None else "cp1252" if best.encoding == "ascii" else best.encoding
