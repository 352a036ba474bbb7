"""Folders made once: whole or not there, and made again when they are not what they were."""

import contextlib

import pytest

from tlcourse import assets
from tlcourse.assets import derived_folder


@pytest.fixture
def made(tmp_path, monkeypatch):
    """`made(key)` makes a folder of two files; `made.times` counts."""
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(derived_folder, "_seen", {})

    def fill(folder):
        made.times += 1
        (folder / "deep").mkdir()
        (folder / "weights").write_bytes(bytes(range(256)) * 40)
        (folder / "deep" / "config.json").write_text("{}")

    def made(key="k", fill=fill):
        return assets.kept_folder("model", key, fill)

    made.times = 0
    return made


def another_process(monkeypatch):
    monkeypatch.setattr(derived_folder, "_seen", {})


def test_it_is_made_once_for_each_key(made, monkeypatch):
    folder = made()
    assert (folder / "deep" / "config.json").read_text() == "{}"
    another_process(monkeypatch)
    assert made() == folder
    assert made.times == 1
    assert made("other") != folder
    assert made.times == 2


@pytest.mark.parametrize("damage", ["zeros", "gone", "stamp", "shorter"])
def test_a_damaged_one_is_made_again(made, monkeypatch, damage):
    folder = made()
    weights = folder / "weights"
    content = weights.read_bytes()
    if damage == "zeros":
        weights.write_bytes(content[:5000] + bytes(40) + content[5040:])
    elif damage == "gone":
        weights.unlink()
    elif damage == "stamp":
        (folder / ".verified.json").write_text("[")
    else:
        weights.write_bytes(content[:-1])
    another_process(monkeypatch)
    assert (made() / "weights").read_bytes() == content
    assert made.times == 2


def test_what_fails_leaves_nothing(made, tmp_path):
    def fail(folder):
        (folder / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(assets.FetchFailed, match=r"model cannot .*disk full.* TLCOURSE_CACHE"):
        made(fill=fail)
    assert [path.name for path in (tmp_path / "cache").iterdir() if not path.name.endswith(".lock")] == []
    (tmp_path / "cache" / ".model-k.1a2b3c4d.part").mkdir()  # by a kill
    made()
    assert not (tmp_path / "cache" / ".model-k.1a2b3c4d.part").exists()


def test_what_changes_later_is_seen_in_the_same_process(made):
    folder = made()
    with (folder / "weights").open("r+b") as file:
        file.seek(5000)
        file.write(bytes(40))
    assert made() == folder
    assert made.times == 2
    assert (folder / "weights").read_bytes() == bytes(range(256)) * 40


def test_it_is_hashed_once_in_a_process(made, monkeypatch):
    made()
    another_process(monkeypatch)
    hashed = []
    whole = derived_folder.file_sha256
    monkeypatch.setattr(derived_folder, "file_sha256", lambda path: hashed.append(path.name) or whole(path))
    for _ in range(3):
        made()
    assert sorted(hashed) == ["config.json", "weights"]


def test_a_name_that_leaves_the_cache_is_refused(made):
    with pytest.raises(ValueError, match=r"'\.\./x', expected letters"):
        made("../x")


def test_what_another_process_put_there_meanwhile_is_hashed(made, monkeypatch):
    put = derived_folder.files.new_folder

    @contextlib.contextmanager
    def overtaken(place, existing):
        with put(place, existing) as fresh:
            yield fresh
        (place / "weights").write_bytes(b"damaged")

    monkeypatch.setattr(derived_folder.files, "new_folder", overtaken)
    folder = made()
    assert not derived_folder.is_whole(folder)
