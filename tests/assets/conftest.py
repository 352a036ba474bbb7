"""A made-up index, a made-up catalogue, and a cache in a temporary folder."""

import sys
from pathlib import Path

import pytest

from tlcourse.assets import download, entries

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package; fake_index is for these only

from fake_index import FakeIndex, packaged, wheel


@pytest.fixture
def index(monkeypatch):
    server = FakeIndex()
    monkeypatch.setenv("PIP_INDEX_URL", server.url)
    monkeypatch.delenv("PIP_CERT", raising=False)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of the assets, empty."""
    folder = tmp_path / "assets"
    monkeypatch.setenv("TLCOURSE_ASSETS", str(folder))
    return folder


@pytest.fixture
def known(monkeypatch):
    """The catalogue, empty: `known[asset.name] = asset`."""
    made_up = {}
    monkeypatch.setattr(entries, "_load", lambda: made_up)
    return made_up


@pytest.fixture
def words(index, cache, known):
    """One asset of two files, in the index and in the catalogue; the archive holds more than it uses."""
    used = {"words.txt": b"a few words\n" * 5000, "deep/er/list.txt": b"one\ntwo\n"}
    archive = wheel({f"inside/{name}": data for name, data in used.items()} | {"inside/code.py": b"exit(1)"})
    asset = packaged("words", archive, used)
    index.files[asset.archive] = archive
    known["words"] = asset
    return asset
