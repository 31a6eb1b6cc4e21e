"""Storage of static files."""

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Imports of one of our scripts by another. Django's own patterns would also be applied to scripts of libraries.
IMPORTS = (
    "roadshow/js/*.js",
    (
        (
            r'(?m)^(?P<matched>import (?P<names>\{.*\}) from "(?P<url>\./.*)")',
            'import %(names)s from "%(url)s"',
        ),
        (r'(?P<matched>\bimport\("(?P<url>\./[^"]*)"\))', 'import("%(url)s")'),
    ),
)


class GzipManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, also in imports: a script that several pages and scripts name is loaded, and run, once.

    Compressed ahead of time; without Brotli, which takes a minute more, also where it is installed.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, IMPORTS)

    def create_compressor(self, **kwargs) -> Compressor:
        return super().create_compressor(**kwargs | {"use_brotli": False})
