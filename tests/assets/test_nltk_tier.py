"""The nltk tier: found where NLTK looks, fetched by NLTK (a made-up one here)."""

import importlib.util
import subprocess
import sys
import types
from pathlib import Path

import pytest
from fake_index import with_manifest

from tlcourse import assets
from tlcourse.assets import nltk_tier


@pytest.fixture
def corpus(monkeypatch, tmp_path, known, cache):
    """An asset `brown` and an empty home; returns the folder in NLTK_DATA."""
    monkeypatch.setenv("NLTK_DATA", str(tmp_path / "nltk"))
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    asset = assets.Asset("brown", "nltk", "Brown", "none", "none", "none", corpus="brown", size=10)
    known["brown"] = with_manifest(asset, {})
    monkeypatch.setattr(nltk_tier.sys, "prefix", str(tmp_path / "prefix"))
    (tmp_path / "nltk" / "corpora").mkdir(parents=True)
    return tmp_path / "nltk"


@pytest.fixture
def nltk(monkeypatch):
    """A made-up NLTK: `nltk.asked` lists the downloads, `nltk.error` is what it raises."""
    state = types.SimpleNamespace(asked=[], error=None)

    class Downloader:
        def download(self, corpus, download_dir, quiet, raise_on_error):
            state.asked.append((corpus, download_dir))
            if state.error:
                raise state.error
            (Path(download_dir) / "corpora").mkdir(parents=True, exist_ok=True)
            (Path(download_dir) / "corpora" / f"{corpus}.zip").write_bytes(b"PK")
            return True

    package, module = types.ModuleType("nltk"), types.ModuleType("nltk.downloader")
    module.Downloader = Downloader
    monkeypatch.setitem(sys.modules, "nltk", package)
    monkeypatch.setitem(sys.modules, "nltk.downloader", module)
    return state


def test_a_corpus_is_found_as_folder_or_zip(corpus):
    (corpus / "corpora" / "brown.zip").write_bytes(b"PK")
    assert assets.path("brown") == corpus / "corpora" / "brown.zip"
    (corpus / "corpora" / "brown").mkdir()
    assert assets.path("brown") == corpus / "corpora" / "brown"


def test_the_home_folder_comes_after_nltk_data(corpus, tmp_path):
    (tmp_path / "home" / "nltk_data" / "corpora" / "brown").mkdir(parents=True)
    assert assets.path("brown") == tmp_path / "home" / "nltk_data" / "corpora" / "brown"


def test_the_places_are_those_of_nltk(corpus):
    if importlib.util.find_spec("nltk") is None:
        pytest.skip("needs NLTK: pip install nltk")
    code = (
        "import nltk, pathlib; from tlcourse.assets import nltk_tier;"
        "assert [pathlib.Path(p) for p in nltk.data.path] == nltk_tier.places(), nltk.data.path"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_there_is_not_fetched(corpus, nltk):
    (corpus / "corpora" / "brown.zip").write_bytes(b"PK")
    assert assets.fetch(tier="nltk") == {"brown": corpus / "corpora" / "brown.zip"}
    assert not nltk.asked


def test_it_is_fetched_to_the_first_place_of_nltk_data(corpus, nltk):
    assert assets.fetch(["brown"]) == {"brown": corpus / "corpora" / "brown.zip"}
    assert nltk.asked == [("brown", str(corpus))]


def test_without_nltk_data_it_is_fetched_to_the_home(corpus, nltk, monkeypatch, tmp_path):
    monkeypatch.delenv("NLTK_DATA")
    assert assets.fetch(["brown"])["brown"].is_relative_to(tmp_path / "home" / "nltk_data")


def test_verify_leaves_the_check_to_nltk(corpus, nltk):
    (corpus / "corpora" / "brown.zip").write_bytes(b"PK")
    assets.fetch(["brown"], verify=True)
    assert len(nltk.asked) == 1


def test_missing_says_the_command(corpus):
    with pytest.raises(assets.AssetMissing, match=r"run `tlcourse fetch brown`, or set NLTK_DATA"):
        assets.path("brown")


def test_without_nltk_it_says_what_to_install(corpus, monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk", None)
    monkeypatch.setitem(sys.modules, "nltk.downloader", None)
    with pytest.raises(assets.FetchFailed, match="pip install nltk"):
        assets.fetch(["brown"])


@pytest.mark.parametrize("error", [ValueError("<urlopen error>"), OSError("disk full")])
def test_offline_says_which_command_to_run_where(corpus, nltk, error):
    nltk.error = error
    with pytest.raises(assets.FetchFailed) as raised:
        assets.fetch(["brown"])
    assert "NLTK_DATA=/some/folder tlcourse fetch brown" in str(raised.value)
    assert "\n" not in str(raised.value)
