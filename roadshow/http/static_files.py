"""Storage of static files."""

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzipManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, compressed ahead of time; without Brotli, which takes a minute more, also where it is installed."""

    def create_compressor(self, **kwargs) -> Compressor:
        return super().create_compressor(**kwargs | {"use_brotli": False})
