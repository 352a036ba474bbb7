"""When the package index has lost a package: the same bytes from another place, or none."""

import dataclasses
import os
import re

import pytest
from fake_index import FakeFiles, sdist, sha256, with_manifest

from tlcourse import assets, doctor
from tlcourse.assets import download, github_tier, second_source
from tlcourse.assets.entries import SecondSource, catalogue

COMMIT = "c0" * 20
CONTENT = {"words.txt": b"a few words\n" * 5000, "deep/er/list.txt": b"one\ntwo\n"}  # as in `words`


@pytest.fixture
def elsewhere(monkeypatch):
    server = FakeFiles()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setattr(github_tier, "RAW", server.url)
    monkeypatch.setattr(second_source, "ARCHIVES", server.url)
    yield server
    server.close()


KINDS = ["huggingface", "github", "an archive in a repository", "a repository as an archive"]


@pytest.fixture
def with_second(words, known, elsewhere):
    """`with_second(kind)` gives the asset `words` a second source, which has its files."""

    def give(kind, content=CONTENT, **fields):
        if kind == "huggingface":
            second = SecondSource("huggingface", "some/words", COMMIT, **fields)
            elsewhere.files |= {
                f"/some/words/resolve/{COMMIT}/{name}": data for name, data in content.items()
            }
        elif kind == "github":
            second = SecondSource("github", "some/words", COMMIT, root="data", **fields)
            elsewhere.files |= {f"/some/words/{COMMIT}/data/{name}": data for name, data in content.items()}
        elif kind == "an archive in a repository":
            second = SecondSource("github", "some/words", COMMIT, root="x", archive="old/x.tar.gz", **fields)
            inside = {f"x/{name}": data for name, data in content.items()} | {"x/code.py": b"exit(1)"}
            elsewhere.files[f"/some/words/{COMMIT}/old/x.tar.gz"] = sdist(inside)
        else:
            second = SecondSource("github", "some/words", COMMIT, root="data", archive="*", **fields)
            inside = {f"words-{COMMIT}/data/{name}": data for name, data in content.items()}
            elsewhere.files[f"/some/words/tar.gz/{COMMIT}"] = sdist(inside | {"README.md": b"words"})
        known["words"] = with_manifest(dataclasses.replace(words, second=second), words.manifest)
        return known["words"]

    return give


def found(folder):
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {name: data for name, data in files.items() if name != ".verified.json"}


@pytest.mark.parametrize("kind", KINDS)
def test_as_long_as_the_index_has_it_nobody_else_is_asked(with_second, elsewhere, kind):
    with_second(kind)
    assets.fetch()
    assert not elsewhere.downloads
    assert assets.source("words") == "the package index"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gone", ["package", "version", "file", "withdrawn"])
def test_what_the_index_has_lost_comes_from_the_second_source(with_second, index, cache, kind, gone):
    asset = with_second(kind)
    if gone == "package":
        index.files.clear()
    elif gone == "version":
        index.files["words-2.0-py3-none-any.whl"] = index.files.pop(asset.archive)
    elif gone == "file":
        index.statuses = [404]
    else:
        index.yanked = True
    seen = []
    folder = assets.fetch(progress=lambda *report: seen.append(report))["words"]
    assert found(folder) == CONTENT
    assert folder == assets.path("words")
    assert assets.source("words") == str(asset.second)
    assert {path.name for path in (cache / ".partial").iterdir()} <= {"words.lock"}
    downloads = [done for _, stage, done, _ in seen if stage == "download"]
    assert downloads == sorted(downloads)
    assets.fetch(verify=True)  # whole, as it is
    assert assets.source("words") == str(asset.second)


@pytest.mark.parametrize("kind", KINDS)
def test_other_bytes_are_refused_and_deleted(with_second, index, cache, kind):
    with_second(kind, CONTENT | {"words.txt": b"A few words\n" * 5000})
    index.files.clear()
    with pytest.raises(assets.AssetRefused, match=r"words.*some/words at .* has the sha256") as raised:
        assets.fetch()
    assert "\n" not in str(raised.value)
    with pytest.raises(assets.AssetMissing):
        assets.path("words")
    assert not [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]


@pytest.mark.parametrize("kind", KINDS[:2])
def test_a_download_is_continued_where_it_stopped(with_second, index, elsewhere, kind, monkeypatch):
    monkeypatch.setattr(download, "CHUNK", 1000)  # what came since the last whole chunk is lost
    with_second(kind)
    index.files.clear()
    elsewhere.cuts = [20_000, 15_000]
    first = next(path for path in elsewhere.files if path.endswith("words.txt"))
    assets.fetch()
    ranges = [asked for path, asked in elsewhere.downloads if path == first]
    assert ranges == ["", "bytes=20000-", "bytes=35000-"]


@pytest.mark.parametrize("kind", KINDS)
def test_files_may_be_larger_than_the_archive_that_the_index_had(with_second, known, index, kind):
    asset = with_second(kind)
    small = dataclasses.replace(asset, size=700)  # as compressed
    known["words"] = with_manifest(small, asset.manifest)
    index.files.clear()
    assert found(assets.fetch()["words"]) == CONTENT


def test_a_withdrawn_package_without_a_second_source_is_taken(words, index):
    index.yanked = True
    assets.fetch()
    assert assets.source("words") == "the package index"


def test_in_neither_place(with_second, index, elsewhere):
    with_second("huggingface")
    index.files.clear()
    elsewhere.files.clear()
    with pytest.raises(assets.FetchFailed) as raised:
        assets.fetch()
    said = str(raised.value)
    assert "has no words-1.0" in said
    assert "answered 404 for some/words" in said
    assert "tlcourse fetch words --from FOLDER" in said
    assert "\n" not in said


@pytest.mark.parametrize("trouble", ["offline", "busy", "forbidden"])
def test_an_index_that_does_not_answer_is_not_one_that_has_lost_it(with_second, index, elsewhere, trouble):
    with_second("huggingface")
    if trouble == "offline":
        index.close()
    else:
        index.statuses = [503 if trouble == "busy" else 403] * 10
    with pytest.raises(assets.FetchFailed):
        assets.fetch()
    assert not elsewhere.downloads


def test_an_index_that_offers_other_bytes_is_refused_not_passed_over(with_second, index, elsewhere):
    asset = with_second("huggingface")
    index.published[asset.archive] = "0" * 64
    with pytest.raises(assets.AssetRefused):
        assets.fetch()
    assert not elsewhere.downloads


def test_a_file_that_is_another_there_is_left_out(with_second, index, elsewhere):
    with_second("huggingface", lacks=("deep/er/list.txt",))
    index.files.clear()
    folder = assets.fetch()["words"]
    assert found(folder) == {"words.txt": CONTENT["words.txt"]}
    asked = len(elsewhere.downloads)
    assets.fetch(verify=True)
    assert len(elsewhere.downloads) == asked
    (folder / "words.txt").write_bytes(CONTENT["words.txt"][::-1])
    assets.fetch(verify=True)
    assert found(folder) == {"words.txt": CONTENT["words.txt"]}


def test_the_doctor_says_which_source_it_was(with_second, index):
    with_second("github")
    index.files.clear()
    assets.fetch()
    (line,) = [check for check in doctor.checks() if check.name == "Assets"]
    assert line.ok
    assert "words (from some/words at GitHub)" in line.detail


def test_what_was_fetched_before_sources_were_noted(words):
    folder = assets.fetch()["words"]
    stamp = (folder / ".verified.json").read_text()
    (folder / ".verified.json").write_text(stamp.replace(', "source": "the package index"', ""))
    assert assets.path("words") == folder
    assert assets.source("words") == ""


# ---- the catalogue


WITH = [asset for asset in catalogue().values() if asset.second]
WITHOUT = ["efficientnet-lite0", "glove-6b-50d", "distilbert", "spacy-en"]


def test_every_packaged_asset_has_a_second_source_or_is_known_to_have_none():
    packaged = {asset.name for asset in catalogue().values() if asset.tier == "packaged"}
    assert {asset.name for asset in WITH} == packaged - set(WITHOUT)


@pytest.mark.parametrize("asset", WITH, ids=lambda asset: asset.name)
def test_a_second_source_is_pinned(asset):
    assert asset.second.source in ("github", "huggingface")
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", asset.second.repo)
    assert re.fullmatch("[0-9a-f]{40}", asset.second.revision)
    assert set(asset.second.lacks) <= set(asset.manifest)
    assert asset.manifest_of_second


def test_the_datasheets_say_which_have_one():
    from pathlib import Path

    readme = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Second sources\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+?) \|", section, re.MULTILINE))
    for asset in WITH:
        assert asset.second.repo in rows[asset.name]
        assert asset.second.revision[:12] in rows[asset.name]
    for name in WITHOUT:
        assert rows[name] == "none"


def test_minilm_needs_no_file_that_its_second_source_lacks(tmp_path):
    try:
        whole = assets.path("minilm")
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    from transformers import AutoTokenizer, BertModel

    asset = assets.catalogue()["minilm"]
    for name in asset.manifest_of_second:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        os.symlink(whole / name, tmp_path / name)
    text = "A film that I would see again, and again."
    ids = [AutoTokenizer.from_pretrained(folder)(text)["input_ids"] for folder in (whole, tmp_path)]
    assert ids[0] == ids[1]
    assert BertModel.from_pretrained(tmp_path).config == BertModel.from_pretrained(whole).config
    assert sha256((tmp_path / "model.safetensors").read_bytes()) == asset.manifest["model.safetensors"]
