"""What the command prints can be held by any terminal and any file: nothing raises."""

import io
import os
import subprocess
import sys

import pytest

from tlcourse import terminal

NARROW = ("cp1252", "ascii", "cp437:strict")


@pytest.fixture
def printed(tmp_path):
    """Runs the command redirected into files, in an encoding; returns stdout and stderr, decoded."""

    def run(*arguments, encoding, cwd=None, status=0):
        files = [tmp_path / "out.txt", tmp_path / "err.txt"]
        with files[0].open("wb") as out, files[1].open("wb") as err:
            done = subprocess.run(
                [sys.executable, "-m", "tlcourse", *arguments],
                cwd=cwd or tmp_path,
                env={**os.environ, "PYTHONIOENCODING": encoding},
                stdout=out,
                stderr=err,
            )
        out, err = (file.read_bytes().decode(encoding.split(":")[0]) for file in files)
        assert "UnicodeEncodeError" not in err
        assert done.returncode in (0, 1) if status is None else done.returncode == status, err
        return out, err

    return run


@pytest.mark.parametrize("encoding", NARROW)
def test_doctor_redirected(printed, encoding):
    """As Windows redirects, in the system's encoding: its last line is there, and its marks stay apart."""
    out, _ = printed("doctor", encoding=encoding, status=None)
    lines = out.strip().splitlines()
    assert lines[-1].startswith(("Ready: ", "1 to put right", "2 to put right"))
    assert all(line.startswith(("ok ", "NO ", "    ")) for line in lines[:-2])


@pytest.mark.parametrize("encoding", NARROW)
@pytest.mark.parametrize("arguments", [("progress",), ("--help",), ("pretrain", "--help")])
def test_tables_and_help(printed, encoding, arguments):
    out, _ = printed(*arguments, encoding=encoding)
    assert len(out.splitlines()) > 5


@pytest.mark.parametrize("encoding", NARROW)
def test_bars_outcomes_and_errors(printed, course, encoding):
    folder = course(
        {"00_a": "# %%\nprint('fine')\n", "01_b": "# %%\nraise ValueError('5 ≠ 6 → ✗ \\udcff')\n"}
    )
    _, err = printed("run", "--profile", "fast", encoding=encoding, cwd=folder, status=1)
    assert "ok 00_a" in err
    assert "NO 01_b" in err
    _, err = printed("run", "→ ≠", encoding=encoding, cwd=folder, status=1)
    assert "error: there is no lesson '-> " in err


def test_what_utf_8_cannot_hold_is_replaced_too(printed, tmp_path):
    """A file name that is not UTF-8 comes into Python as half a surrogate pair."""
    _, err = printed("build", os.fsdecode(b"caf\xe9"), encoding="utf-8", cwd=tmp_path, status=1)
    assert "error: " in err


def test_each_sign_has_a_twin_of_its_own_or_a_question_mark():
    assert terminal.plain("✓ ✗ → é ﬁ 日 √") == "ok NO -> e fi ? ?"
    marks = [terminal.plain(mark) for mark in "✓✗"]
    assert len(set(marks)) == 2


def test_what_an_encoding_can_hold_stays(monkeypatch):
    for encoding, expected in (("utf-8", "✓ é – ×"), ("cp1252", "ok é – ×"), ("ascii", "ok e - x")):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
        terminal.make_safe()
        print("✓ é – ×", end="", flush=True)
        assert raw.getvalue().decode(encoding) == expected


def test_a_stream_that_is_not_there_does_no_harm(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    terminal.make_safe()
