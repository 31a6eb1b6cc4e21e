"""Static files are compressed the same way, whichever packages are installed beside."""

from django.core.files.storage import storages
from django.test import override_settings

from roadshow.settings import STORAGES


def test_no_brotli_where_it_is_installed(monkeypatch, tmp_path):
    monkeypatch.setattr("whitenoise.compress.brotli_installed", True)
    with override_settings(STORAGES=STORAGES, STATIC_ROOT=tmp_path):
        storage = storages.create_storage(STORAGES["staticfiles"])
        (tmp_path / "site.css").write_text("a { color: red } " * 100)
        assert [name for _path, name in storage.compress_files(["site.css"])] == ["site.css.gz"]
