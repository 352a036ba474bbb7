"""Assets from a USB stick: a copy of another machine's cache, whole, damaged, or of something else."""

import json
import shutil

import pytest
from fake_index import packaged, wheel

from tlcourse import assets
from tlcourse.assets.cache import home


@pytest.fixture
def stick(words, cache, tmp_path, monkeypatch, index):
    """A copy of a cache that has `words`; the cache is empty again, and there is no network."""
    assets.fetch()
    shutil.copytree(cache, tmp_path / "stick")
    shutil.rmtree(cache)
    index.close()
    return tmp_path / "stick"


def test_what_is_on_the_stick_is_verified_and_put_into_the_cache(stick, words, cache):
    seen = []
    there = assets.fetch(folder=stick, progress=lambda *report: seen.append(report))
    assert there == {"words": assets.path("words")}
    assert there["words"].is_relative_to(cache)
    assert (there["words"] / "deep" / "er" / "list.txt").read_bytes() == b"one\ntwo\n"
    assert assets.source("words") == "the package index"  # where it came from first
    copied = [(done, total) for _, stage, done, total in seen if stage == "copy"]
    assert copied == sorted(copied)
    assert copied[-1] == (60_008, 60_008)
    assert {path.name for path in (cache / ".partial").iterdir()} <= {"words.lock"}


def test_the_folder_above_does_as_well(stick, words, tmp_path):
    (tmp_path / "tlcourse").mkdir()
    stick.rename(tmp_path / "tlcourse" / "assets")
    assets.fetch(["words"], folder=tmp_path / "tlcourse")
    assert assets.path("words")


def test_what_is_there_already_is_not_copied(stick, words):
    assets.fetch(folder=stick)
    shutil.rmtree(stick)
    stick.mkdir()
    assets.fetch(folder=stick)
    (assets.path("words") / "words.txt").write_bytes(b"x" * 60_000)
    with pytest.raises(assets.AssetMissing):  # it is needed again
        assets.fetch(folder=stick, verify=True)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda f: (f / "words.txt").unlink(), r"words\.txt is missing"),
        (lambda f: (f / "words.txt").write_bytes(b"x" * 60_000), r"words\.txt has the sha256 .* instead of"),
        (lambda f: (f / "words.txt").write_bytes(b"x"), r"words\.txt has the sha256"),
        (lambda f: ((f / "words.txt").unlink(), (f / "words.txt").mkdir()), r"words\.txt is missing"),
    ],
)
def test_a_damaged_copy_is_refused(stick, words, cache, harm, why):
    harm(stick / "words" / words.edition)
    with pytest.raises(assets.AssetCorrupt, match=rf"words in .*stick.* is damaged \({why}.*copy it again"):
        assets.fetch(folder=stick)
    with pytest.raises(assets.AssetMissing):
        assets.path("words")
    assert not list(cache.rglob("*.txt"))


@pytest.mark.parametrize("stamp", ["{", "[]", "{}", '{"sha256": {"../x": "0"}}', None])
def test_the_catalogue_is_believed_not_the_stick(stick, words, stamp):
    place = stick / "words" / words.edition / ".verified.json"
    place.unlink() if stamp is None else place.write_text(stamp)
    folder = assets.fetch(folder=stick)["words"]
    assert (folder / "words.txt").read_bytes() == b"a few words\n" * 5000


def test_a_stick_cannot_bring_its_own_hashes(stick, words):
    folder = stick / "words" / words.edition
    (folder / "words.txt").write_bytes(b"others")
    stamp = json.loads((folder / ".verified.json").read_text())
    import hashlib

    stamp["sha256"]["words.txt"] = hashlib.sha256(b"others").hexdigest()
    stamp["sizes"]["words.txt"] = 6
    (folder / ".verified.json").write_text(json.dumps(stamp))
    with pytest.raises(assets.AssetCorrupt, match=r"words\.txt has the sha256"):
        assets.fetch(folder=stick)


def test_what_the_stick_lacks_is_named_and_the_rest_is_taken(stick, known, words):
    for name in ("other", "third"):
        known[name] = packaged(name, wheel({"inside/a.txt": b"a"}), {"a.txt": b"a"})
    with pytest.raises(assets.AssetMissing, match=r"2 of 3 assets .*no other;.*no third;"):
        assets.fetch(folder=stick)
    assert assets.path("words")
    (stick / "other" / "1234").mkdir(parents=True)
    with pytest.raises(
        assets.AssetMissing, match=r"another version of other, not .*this version of the course"
    ):
        assets.fetch(["other"], folder=stick)


def test_a_folder_that_is_none(words, tmp_path):
    with pytest.raises(assets.AssetMissing, match="is no folder"):
        assets.fetch(folder=tmp_path / "nothing")


def test_a_model_that_is_not_pinned_has_the_hashes_it_was_fetched_with(known, cache, tmp_path):
    from fake_index import sha256, with_manifest

    net = assets.Asset("net", "hub", "net", "none", "none", "none", source="huggingface", repo="a/net")
    known["net"] = with_manifest(net, {"config.json": sha256(b"{}")})
    folder = tmp_path / "stick" / "net" / net.edition
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "weights").write_bytes(b"weights")
    digests = {"config.json": sha256(b"{}"), "weights": sha256(b"weights")}
    (folder / ".verified.json").write_text(json.dumps({"sha256": digests, "sizes": {}}))
    assets.fetch(["net"], folder=tmp_path / "stick")
    assert (home(net) / "weights").read_bytes() == b"weights"
    shutil.rmtree(cache)
    (folder / "weights").write_bytes(b"Weights")
    with pytest.raises(assets.AssetCorrupt, match="weights has the sha256"):
        assets.fetch(["net"], folder=tmp_path / "stick")
    (folder / ".verified.json").write_text(json.dumps({"sha256": {"../weights": "0"}, "sizes": {}}))
    with pytest.raises(assets.AssetCorrupt, match=r"\.verified\.json is missing or unreadable"):
        assets.fetch(["net"], folder=tmp_path / "stick")


def test_what_lies_with_nltk_is_not_in_the_cache(known, cache, tmp_path):
    known["brown"] = assets.Asset("brown", "nltk", "brown", "none", "none", "none", corpus="brown")
    with pytest.raises(assets.AssetError, match="set NLTK_DATA"):
        assets.fetch(["brown"], folder=tmp_path)
