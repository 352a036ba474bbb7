"""A clone made as Git for Windows makes it (core.autocrlf=true) has the bytes that we committed."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = (".ci/run", ".ci/setup", "postBuild", "tests/bounds/run", "Makefile")


def git(*arguments, cwd):
    own = ("-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *own, *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What is in the working tree, committed elsewhere and cloned with core.autocrlf=true."""
    source, place = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("clone") / "a course"
    if not (ROOT / ".gitattributes").exists():
        pytest.fail("without .gitattributes, a clone on Windows has CRLF in its shell scripts")
    kept = [ROOT / ".gitattributes", *(ROOT / name for name in SCRIPTS)]
    kept += [
        path
        for folder in ("tlcourse", "data/checkpoints", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    for path in kept:
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    git("init", "-q", ".", cwd=source)
    git("-c", "core.autocrlf=false", "add", "--all", ".", cwd=source)
    git("commit", "-q", "-m", "x", cwd=source)
    git("clone", "-q", "-c", "core.autocrlf=true", str(source), str(place), cwd=source)
    return place


def test_every_file_has_the_bytes_that_were_committed(clone):
    names = git("ls-files", "-z", cwd=clone).split("\0")[:-1]
    assert len(names) > 100
    changed = [name for name in names if (clone / name).read_bytes() != (ROOT / name).read_bytes()]
    assert changed == []


def test_no_text_is_committed_with_crlf(clone):
    listed = [line.split() for line in git("ls-files", "--eol", cwd=clone).splitlines()]
    assert [name for index, *_, name in listed if index in ("i/crlf", "i/mixed")] == []


def test_the_shells_take_the_scripts(clone):
    for name in SCRIPTS[:-1]:
        assert b"\r" not in (clone / name).read_bytes()
        shell = "bash" if b"bash" in (clone / name).read_bytes().splitlines()[0] else "sh"
        done = subprocess.run([shell, "-n", name], cwd=clone, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), name
