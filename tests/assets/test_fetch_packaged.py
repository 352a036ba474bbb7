"""Fetching from an index: what is accepted, what is refused, what an error says."""

import os
import threading

import pytest
from fake_index import packaged, sdist, sha256, wheel, with_manifest

from tlcourse import assets
from tlcourse.assets import download
from tlcourse.assets.cache import home


def files_in(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_fetched_asset_is_where_path_says(words, index):
    seen = []
    there = assets.fetch(progress=lambda *report: seen.append(report))
    assert there == {"words": assets.path("words")}
    folder = assets.path("words")
    assert files_in(folder) == {"words.txt", "deep/er/list.txt", ".verified.json"}  # no code of the package
    assert (folder / "deep" / "er" / "list.txt").read_bytes() == b"one\ntwo\n"
    assert [stage for _, stage, _, _ in seen if stage in ("wait", "ready")] == ["wait", "ready"]
    downloads = [done for _, stage, done, _ in seen if stage == "download"]
    assert downloads == sorted(downloads)
    assert downloads[-1] == words.size


def test_fetching_again_asks_the_index_nothing(words, index):
    assets.fetch()
    pages, downloads = index.pages, len(index.downloads)
    assets.fetch()
    assert (index.pages, len(index.downloads)) == (pages, downloads)


def test_nothing_but_the_lock_is_left_beside(words, cache):
    assets.fetch()
    assert files_in(cache / ".partial") <= {"words.lock"}


def test_an_archive_with_another_hash_is_refused(words, index):
    right = index.files[words.archive]
    index.files[words.archive] = right[:-1] + bytes([right[-1] ^ 1])
    index.published[words.archive] = words.sha256  # a mirror that repeats the right hash over a wrong file
    with pytest.raises(assets.AssetRefused, match=r"words: words-1.0-.* has the sha256 .* pins"):
        assets.fetch()
    with pytest.raises(assets.AssetMissing):
        assets.path("words")


def test_an_index_that_publishes_another_hash_is_not_even_asked(words, index):
    index.published[words.archive] = "0" * 64
    with pytest.raises(assets.AssetRefused, match="nothing was downloaded"):
        assets.fetch()
    assert not index.downloads


def test_a_file_with_another_hash_is_refused(index, cache, known):
    archive = wheel({"inside/a.txt": b"not what was looked at"})
    known["a"] = packaged("a", archive, {"a.txt": b"what was looked at"})
    index.files[known["a"].archive] = archive
    with pytest.raises(assets.AssetRefused, match=r"a\.txt has the sha256 .* manifest says"):
        assets.fetch()
    with pytest.raises(assets.AssetMissing):
        assets.path("a")
    assert "a.unpacking" not in os.listdir(cache / ".partial")


def test_an_archive_that_lacks_a_file_is_refused(index, cache, known):
    archive = wheel({"inside/a.txt": b"a"})
    known["a"] = packaged("a", archive, {"a.txt": b"a", "b.txt": b"b"})
    index.files[known["a"].archive] = archive
    with pytest.raises(assets.AssetRefused, match=r"lacks 1 of the files .* b\.txt"):
        assets.fetch()


def test_an_archive_inside_an_sdist(index, cache, known):
    inner = sdist({"data/ratings.txt": b"1\t2.5\tfine"})
    archive = sdist({"old-1.0/setup.py": b"raise SystemExit", "old-1.0/extra/data.tar.gz": inner})
    known["old"] = packaged(
        "old",
        archive,
        {"ratings.txt": b"1\t2.5\tfine"},
        archive="old-1.0.tar.gz",
        inner="old-1.0/extra/data.tar.gz",
        root="data",
    )
    index.files["old-1.0.tar.gz"] = archive
    assets.fetch()
    assert files_in(assets.path("old")) == {"ratings.txt", ".verified.json"}


def test_a_package_the_index_does_not_have(words, index):
    index.files.clear()
    with pytest.raises(assets.FetchFailed, match=r"has no words-1\.0.*set PIP_INDEX_URL"):
        assets.fetch()


def test_another_version_is_not_taken_instead(words, index):
    index.files["words-2.0-py3-none-any.whl"] = index.files.pop(words.archive)
    with pytest.raises(assets.FetchFailed, match=r"has no words-1\.0"):
        assets.fetch()


def test_offline_says_which_command_to_run_where(words, index, monkeypatch):
    index.close()
    with pytest.raises(assets.FetchFailed) as raised:
        assets.fetch()
    message = str(raised.value)
    assert "\n" not in message
    assert "TLCOURSE_ASSETS=/some/folder tlcourse fetch`" in message
    assert "copy that folder here" in message


def test_a_password_in_the_address_is_not_shown(words, index, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("//", "//me:s3cret@"))
    index.close()
    with pytest.raises(assets.FetchFailed) as raised:
        assets.fetch()
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("address", ["nonsense", "file:///opt/index", "http://"])
def test_an_address_that_is_none(words, monkeypatch, address):
    monkeypatch.setenv("PIP_INDEX_URL", address)
    with pytest.raises(assets.FetchFailed, match="words"):
        assets.fetch()


@pytest.mark.parametrize("status", [404, 403])
def test_a_refusal_of_the_index_is_reported_at_once(words, index, status):
    index.statuses = [status] * 10
    with pytest.raises(assets.FetchFailed, match=f"answered {status}"):
        assets.fetch()
    assert len(index.downloads) == 1


def test_a_busy_index_is_asked_again(words, index):
    index.statuses = [503, 503]
    assets.fetch()
    assert len(index.downloads) == 3


def test_a_broken_download_is_continued(words, index, monkeypatch):
    monkeypatch.setattr(download, "CHUNK", 1000)  # what came since the last whole chunk is lost
    index.cuts = [20_000, 15_000]
    assets.fetch()
    ranges = [asked for _, asked in index.downloads]
    assert ranges == ["", "bytes=20000-", "bytes=35000-"]


def test_a_server_without_ranges_sends_it_again(words, index):
    index.cuts, index.ranges = [20_000], False
    assets.fetch()
    assert assets.path("words")


def test_what_is_left_of_a_wrong_download_does_not_stay_in_the_way(words, index, cache):
    part = cache / ".partial" / f"{words.sha256[:12]}-{words.archive}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 30_000)  # the right length so far, the wrong bytes
    assets.fetch()
    assert assets.path("words")
    assert [asked for _, asked in index.downloads] == ["bytes=30000-", ""]


@pytest.mark.parametrize("length", [0, 1])
def test_a_whole_or_too_long_download_from_before(words, index, cache, length):
    part = cache / ".partial" / f"{words.sha256[:12]}-{words.archive}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(index.files[words.archive] + b"x" * length)
    assets.fetch()
    assert len(index.downloads) == length


def test_a_shorter_file_than_pinned_is_refused_not_retried_for_ever(words, index):
    index.files[words.archive] = b"too short"
    index.published[words.archive] = words.sha256
    with pytest.raises(assets.AssetError, match="words"):
        assets.fetch()
    assert len(index.downloads) < 10


def test_a_full_disk_is_noticed_before(words, monkeypatch):
    from tlcourse.assets import install

    monkeypatch.setattr(install.shutil, "disk_usage", lambda folder: type("", (), {"free": 1000})())
    with pytest.raises(assets.FetchFailed, match=r"needs .* MB .* free; make room"):
        assets.fetch()


def test_threads_fetch_it_once(words, index):
    index.speed = 200_000
    found, threads = [], []
    for _ in range(4):
        threads.append(threading.Thread(target=lambda: found.append(assets.fetch()["words"])))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert found == [assets.path("words")] * 4
    assert len(index.downloads) == 1


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (lambda f: (f / "words.txt").write_bytes(b"cut"), "3 bytes instead of"),
        (lambda f: (f / "words.txt").unlink(), "words.txt is missing"),
        (lambda f: (f / ".verified.json").unlink(), "verified.json is missing"),
        (lambda f: (f / ".verified.json").write_text("{"), "stamp is unreadable"),
        (lambda f: (f / ".verified.json").write_text('{"sizes": []}'), "stamp is unreadable"),
    ],
)
def test_a_damaged_asset_is_noticed_and_repaired(words, harm, fault):
    folder = assets.fetch()["words"]
    harm(folder)
    with pytest.raises(assets.AssetCorrupt, match=rf"{fault}.*tlcourse fetch --verify words"):
        assets.path("words")
    assets.fetch()
    assert (assets.path("words") / "words.txt").read_bytes() == b"a few words\n" * 5000


def test_verify_finds_what_has_the_right_size_and_the_wrong_bytes(words, index):
    folder = assets.fetch()["words"]
    whole = (folder / "words.txt").read_bytes()
    (folder / "words.txt").write_bytes(whole[::-1])
    assert assets.path("words") == folder  # a cheap look cannot see it
    assets.fetch()
    assert (folder / "words.txt").read_bytes() == whole[::-1]
    assets.fetch(verify=True)
    assert (folder / "words.txt").read_bytes() == whole
    downloads = len(index.downloads)
    assets.fetch(verify=True)
    assert len(index.downloads) == downloads


def test_another_version_of_an_asset_has_a_folder_of_its_own(words, index, known):
    old = assets.fetch()["words"]
    archive = wheel({"inside/words.txt": b"other words"})
    known["words"] = packaged("words", archive, {"words.txt": b"other words"})
    index.files[words.archive] = archive
    with pytest.raises(assets.AssetMissing):
        assets.path("words")
    new = assets.fetch()["words"]
    assert new != old
    assert (new / "words.txt").read_bytes() == b"other words"


def test_unknown_names_list_the_known_ones(words):
    with pytest.raises(assets.AssetError, match=r"no asset called 'wrds'.*words"):
        assets.path("wrds")
    with pytest.raises(assets.AssetError, match=r"no tier called 'all'.*packaged, nltk, github, hub"):
        assets.fetch(tier="all")


def test_a_missing_asset_says_the_one_command(words, cache):
    with pytest.raises(assets.AssetMissing) as raised:
        assets.path("words")
    assert str(raised.value) == f"words is not in {cache}: run `tlcourse fetch words`"
    assert isinstance(raised.value, FileNotFoundError)


def test_one_name_need_not_be_in_a_list(words):
    assert assets.fetch("words") == {"words": home(words)}


def test_manifest_lines_are_what_sha256sum_writes(words):
    with_manifest(words, {"a b.txt": sha256(b"")})
    vars(words).pop("manifest", None)
    assert words.manifest == {"a b.txt": sha256(b"")}


def test_a_part_longer_than_what_the_index_has_now(words, index, cache, known):
    # the index had another file of that name, and the part is longer than the right one
    part = cache / ".partial" / f"{words.sha256[:12]}-{words.archive}.part"
    part.parent.mkdir(parents=True)
    short = index.files[words.archive]
    index.files[words.archive] = short[:100]
    index.published[words.archive] = words.sha256
    part.write_bytes(short[:200])
    with pytest.raises(assets.FetchFailed):
        assets.fetch()
    index.files[words.archive] = short
    assets.fetch()
    assert assets.path("words")


@pytest.mark.parametrize("status", [429, 408, 500])
def test_an_answer_that_passes_is_waited_for(words, index, status):
    index.statuses = [status, status, status]
    assets.fetch()
    assert len(index.downloads) == 4


def test_patience_has_an_end(words, index):
    index.statuses = [503] * 10
    with pytest.raises(assets.FetchFailed, match="answered 503"):
        assets.fetch()
    assert len(index.downloads) == 4
