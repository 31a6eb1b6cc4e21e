"""Detection of a text's encoding where nothing declares it."""

from charset_normalizer import from_bytes

# Only encodings still in common use: with all known ones as candidates a short French text is taken for Baltic.
CANDIDATES = ["utf_8", "cp1252", "gb18030", "shift_jis", "cp1251"]
SAMPLE = 256 * 1024  # bytes


def guess_encoding(data: bytes) -> str | None:
    """The name of the candidate encoding that fits `data` best; None when none fits."""
    best = from_bytes(data[:SAMPLE], cp_isolation=CANDIDATES).best()
    if best is None:
        return None
    return "cp1252" if best.encoding == "ascii" else best.encoding
