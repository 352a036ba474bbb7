"""The catalogue as it is committed: complete, pinned, and light to import."""

import re
import subprocess
import sys

import pytest

from tlcourse import assets

PACKAGED = [asset for asset in assets.catalogue().values() if asset.tier == "packaged"]
NAMES = """efficientnet-lite0 solar-cells glove-6b-50d minilm distilbert smollm2
           rated-sentences bbc-news spacy-en word-tests cmudict"""


def test_the_names_that_lessons_use():
    assert {asset.name for asset in PACKAGED} == set(NAMES.split())


@pytest.mark.parametrize("asset", assets.catalogue().values(), ids=lambda asset: asset.name)
def test_every_asset_says_what_it_is_and_whose(asset):
    for field in (asset.title, asset.licence, asset.citation, asset.homepage):
        assert field.strip()
    assert asset.tier in assets.TIERS
    assert asset.homepage.startswith(("https://", "http://"))
    assert asset.size > 0
    assert re.fullmatch(r"[a-z0-9._-]+|[a-z_0-9]+", asset.name)
    assert asset.command == f"tlcourse fetch {asset.name}"


@pytest.mark.parametrize("asset", PACKAGED, ids=lambda asset: asset.name)
def test_every_packaged_asset_is_pinned_to_the_byte(asset):
    assert re.fullmatch("[0-9a-f]{64}", asset.sha256)
    assert asset.version in asset.archive
    assert asset.manifest
    for path, digest in asset.manifest.items():
        assert re.fullmatch("[0-9a-f]{64}", digest)
        assert assets.unpack.is_safe(path)
        assert not path.endswith((".py", ".pyc", ".so"))
    assert asset.manifest_text == "".join(
        f"{asset.manifest[path]}  {path}\n" for path in sorted(asset.manifest)
    )


def test_hub_assets_are_pinned_where_they_can_be():
    hub = [asset for asset in assets.catalogue().values() if asset.source == "huggingface"]
    assert {asset.name for asset in hub if not re.fullmatch("[0-9a-f]{40}", asset.revision)} == {
        "ernie-2.0-base-en",
        "conll2003",  # the hub's own conversion, whose loader checks what is in it
    }
    for asset in hub:
        assert all(
            pattern.endswith((".json", ".txt", ".safetensors", ".model", ".parquet", ".md", ".bin"))
            for pattern in asset.use
        )


def test_github_assets_are_pinned_to_the_byte():
    github = [asset for asset in assets.catalogue().values() if asset.tier == "github"]
    assert {asset.name for asset in github} == {"ud-english-ewt", "wikigold", "xquad", "cola", "stsb"}
    for asset in github:
        assert re.fullmatch("[0-9a-f]{40}", asset.revision)
        assert re.fullmatch(r"[\w-]+/[\w-]+", asset.repo)
        assert asset.manifest.keys() == set(asset.use)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in asset.manifest.values())


def test_no_host_of_a_package_index_is_written_anywhere():
    from importlib.resources import files

    for file in files("tlcourse.assets").iterdir():
        if file.name.endswith((".py", ".toml")):
            assert not re.search(r"pypi\.org|pythonhosted", file.read_text(encoding="utf-8"))


def test_what_is_fetched_has_the_committed_hashes():
    from tlcourse.assets import cache

    there = []
    for asset in PACKAGED:
        try:
            folder = assets.path(asset.name)
        except assets.AssetMissing as missing:
            skipped = str(missing)
            continue
        there.append(asset)
        if asset.size < 4e6:  # hashing the large ones takes long; `tlcourse fetch --verify` does it
            assert not cache.damaged(asset, folder)
    if not there:
        pytest.skip(skipped)


def test_importing_it_is_light():
    heavy = [
        "torch",
        "transformers",
        "numpy",
        "pandas",
        "requests",
        "huggingface_hub",
        "nltk",
        "gensim",
        "filelock",
    ]
    code = f"import sys, tlcourse.assets; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
