"""Whole or not there: real processes, killed at every step, and two at once."""

import json
import os
import signal
import stat
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse import files

posix = pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL and modes")


def names_in(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


@given(st.text())
def test_text_comes_back_with_its_line_ends(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "deep" / "er" / "text.txt"
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair
        with pytest.raises(UnicodeEncodeError):
            files.write_text(path, text)
        return
    files.write_text(path, text)
    assert path.read_bytes() == content
    assert names_in(path.parent) == {"text.txt"}


def test_json_is_for_people_to_read(tmp_path):
    files.write_json(tmp_path / "a.json", {"word": "naïve", "n": [1, 2]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "naïve" in text
    assert text.endswith("}\n")
    assert json.loads(text) == {"word": "naïve", "n": [1, 2]}


def test_what_json_cannot_hold_leaves_the_old(tmp_path):
    files.write_json(tmp_path / "a.json", 1)
    with pytest.raises(TypeError):
        files.write_json(tmp_path / "a.json", object())
    assert names_in(tmp_path) == {"a.json"}
    assert json.loads((tmp_path / "a.json").read_text()) == 1


def test_an_error_on_the_way_leaves_the_old(tmp_path):
    files.write_text(tmp_path / "a", "old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_text("old")

    def fail(beside):
        beside.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError), files.new_file(tmp_path / "a") as beside:
        fail(beside)
    with pytest.raises(RuntimeError), files.new_folder(tmp_path / "folder", "replace") as beside:
        fail(beside / "b")
    assert names_in(tmp_path) == {"a", "folder"}
    assert (tmp_path / "a").read_text() == "old"
    assert (tmp_path / "folder" / "b").read_text() == "old"


@posix
def test_a_file_is_for_all_unless_it_is_private(tmp_path):
    def replaced_by_a_library(path):
        path.unlink()
        path.write_text("mine")
        path.chmod(0o600)

    before = os.umask(0o022)
    try:
        files.write_text(tmp_path / "open", "x")
        files.write_text(tmp_path / "private", "x", private=True)
        with files.new_file(tmp_path / "library") as beside:
            replaced_by_a_library(beside)
        with files.new_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"open": 0o644, "private": 0o600, "library": 0o644, "folder": 0o755}


@posix
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "file")
    files.write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "file").read_text() == "new"


def test_a_folder_in_the_place_of_a_file_stays(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="a"):
        files.write_text(tmp_path / "a", "x")
    (tmp_path / "b").write_text("a file")
    for existing in ("refuse", "keep", "replace"):
        folder = files.new_folder(tmp_path / "b", existing)
        with pytest.raises(FileExistsError, match="is there already: delete it"), folder:
            pass
    assert names_in(tmp_path) == {"a", "b"}


@pytest.mark.parametrize(("existing", "content"), [("keep", "old"), ("replace", "new")])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_folder_that_is_there(tmp_path, existing, content, when):
    def put_the_old():
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "file").write_text("old")

    if when == "before":
        put_the_old()
    with files.new_folder(tmp_path / "a", existing) as beside:
        (beside / "file").write_text("new")
        if when == "meanwhile":
            put_the_old()
    assert (tmp_path / "a" / "file").read_text() == content
    assert names_in(tmp_path) == {"a"}


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_folder_that_is_there_is_refused(tmp_path, when):
    def put_the_old(beside=None):
        assert beside is None or when == "meanwhile"  # else the work is not begun
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "file").write_text("old")

    if when == "before":
        put_the_old()
    refused = pytest.raises(FileExistsError, match="delete it, or choose another place")
    with refused, files.new_folder(tmp_path / "a") as beside:
        put_the_old(beside)
    assert (tmp_path / "a" / "file").read_text() == "old"
    assert names_in(tmp_path) == {"a"}


# The child is killed in the n-th call of the system that it makes by way of `os`.
KILLED = """
import os, signal, sys
from pathlib import Path
from tlcourse import files

kind, place, until = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
calls = 0
def counted(call):
    def stops(*arguments, **options):
        global calls
        calls += 1
        if calls == until:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return stops
for name in ("open", "close", "fsync", "replace", "rename", "chmod", "mkdir", "rmdir", "unlink", "stat"):
    setattr(os, name, counted(getattr(os, name)))
if kind == "file":
    files.write_text(place, "new " * 10_000)
else:
    with files.new_folder(place, "replace") as beside:
        for n in range(3):
            (beside / str(n)).write_text("new " * 10_000)
"""


def content_of(place) -> set[str]:
    found = [path.read_text() for path in place.iterdir()] if place.is_dir() else [place.read_text()]
    return {text[:4] for text in found} | {len(text) for text in found}


@posix
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_killed_at_every_step_it_is_old_or_new(tmp_path, kind):
    place = tmp_path / kind

    def write(what):
        if kind == "file":
            files.write_text(place, what * 10_000)
            return
        with files.new_folder(place, "replace") as beside:
            for n in range(3):
                (beside / str(n)).write_text(what * 10_000)

    for until in range(1, 200):
        write("old ")
        child = subprocess.run([sys.executable, "-c", KILLED, kind, str(place), str(until)])
        if place.exists():
            assert content_of(place) in ({"old ", 40_000}, {"new ", 40_000})
        for left in tmp_path.glob(".*.part"):
            os.utime(left, (0, 0))
            for inside in left.glob("*"):
                os.utime(inside, (0, 0))
        with files.new_file(tmp_path / "other"):
            pass  # does not touch what is another's
        with pytest.raises(FileExistsError), files.new_folder(place):
            pytest.fail("what a killed writer had put aside is not back")
        assert content_of(place) in ({"old ", 40_000}, {"new ", 40_000})
        assert names_in(tmp_path) == {kind, "other"}
        if child.returncode == 0:
            assert until > 5
            return
        assert child.returncode == -signal.SIGKILL
    pytest.fail("the child was never done")


def test_only_what_is_old_and_of_the_same_name_is_removed(tmp_path):
    names = [".a.1.part", ".a.2.part", ".b.1.part", ".ab.1.part", "a.1.part", ".a.1.parts", ".a.swp"]
    for name in names:
        (tmp_path / name).write_text("half")
    (tmp_path / ".a.3.part").mkdir()
    (tmp_path / ".a.3.part" / "inside").write_text("written a moment ago")
    for name in [".a.1.part", ".a.3.part", ".b.1.part", ".ab.1.part", "a.1.part"]:
        os.utime(tmp_path / name, (0, 0))
    files.write_text(tmp_path / "a", "x")
    assert names_in(tmp_path) == {"a", ".a.3.part", *names} - {".a.1.part"}
    files.sweep(tmp_path)
    assert names_in(tmp_path) == {"a", "a.1.part", ".a.1.parts", ".a.swp"}


def test_a_name_with_a_pattern_in_it_is_a_name(tmp_path):
    (tmp_path / ".ab.1.part").write_text("another's")
    os.utime(tmp_path / ".ab.1.part", (0, 0))
    files.write_text(tmp_path / "a[b]", "x")
    files.write_text(tmp_path / "a*", "x")
    assert names_in(tmp_path) == {"a[b]", "a*", ".ab.1.part"}


def test_what_belongs_to_a_longer_name_is_left_alone(tmp_path):
    (tmp_path / ".a.b.1.before").mkdir()  # of a living writer, who is replacing a.b
    (tmp_path / ".a.b.1.part").write_text("half")
    files.sweep(tmp_path, "a")
    with files.new_folder(tmp_path / "a"):
        assert names_in(tmp_path) >= {".a.b.1.before", ".a.b.1.part"}
    with files.new_folder(tmp_path / "a", "replace"):
        pass
    assert names_in(tmp_path) == {"a", ".a.b.1.before", ".a.b.1.part"}
    with pytest.raises(FileExistsError), files.new_folder(tmp_path / "a.b"):
        pytest.fail("what was put aside is not back")


@posix
def test_what_was_left_beside_the_target_of_a_link_is_swept(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "file")
    (tmp_path / "elsewhere" / ".file.1.part").write_text("half")
    files.sweep(tmp_path, "link")
    assert names_in(tmp_path / "elsewhere") == set()


TOGETHER = """
import sys, time
from pathlib import Path
from tlcourse import files

kind, place, me, end = sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
done = 0
while time.time() < end:
    if kind == "file":
        files.write_text(place, me * 5000)
    else:
        with files.new_folder(place, kind) as beside:
            for n in range(3):
                (beside / str(n)).write_text(me * 5000)
    done += 1
print(done)
"""


@pytest.mark.parametrize("kind", ["file", "keep", "replace"])
def test_two_at_once_never_show_a_mixture(tmp_path, kind):
    place = tmp_path / "place"
    end = time.time() + 2.5
    children = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, kind, str(place), me, str(end)], stdout=subprocess.PIPE
        )
        for me in "ab"
    ]
    while time.time() < end:
        if kind == "file" and place.exists():
            assert place.read_text() in ("a" * 5000, "b" * 5000)
    for child in children:
        output, _ = child.communicate(timeout=60)
        assert child.returncode == 0
        assert int(output) > 1
    found = {path.read_text() for path in place.iterdir()} if kind != "file" else {place.read_text()}
    assert len(found) == 1
    assert found <= {"a" * 5000, "b" * 5000}
    assert names_in(tmp_path) == {"place"}


def test_it_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    steps = []
    fsync, replace, rename = os.fsync, os.replace, os.rename
    monkeypatch.setattr(os, "fsync", lambda number: (steps.append("fsync"), fsync(number)))
    monkeypatch.setattr(os, "replace", lambda *pair: (steps.append("rename"), replace(*pair)))
    monkeypatch.setattr(os, "rename", lambda *pair: (steps.append("rename"), rename(*pair)))
    files.write_text(tmp_path / "a", "x")
    assert steps == ["fsync", "rename"]
    steps.clear()
    with files.new_folder(tmp_path / "b") as beside:
        (beside / "c").mkdir()
        (beside / "c" / "d").write_text("x")
    assert steps[-1] == "rename"
    assert steps.count("fsync") >= 1


@pytest.mark.parametrize("number", ["EINVAL", "ENOSPC"])
def test_a_disk_that_cannot_sync_is_used_and_a_full_one_is_not(tmp_path, monkeypatch, number):
    import errno

    def fail(_):
        raise OSError(getattr(errno, number), number)

    monkeypatch.setattr(os, "fsync", fail)
    if number == "EINVAL":
        files.write_text(tmp_path / "a", "x")
        assert (tmp_path / "a").read_text() == "x"
    else:
        with pytest.raises(OSError, match="ENOSPC"):
            files.write_text(tmp_path / "a", "x")
        assert not names_in(tmp_path)
