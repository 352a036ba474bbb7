"""The `tlcourse` command as it is typed: what it prints, where, and its exit code."""

import json
import os
import re
import subprocess
import sys

import pytest

COMMANDS = (
    "doctor",
    "fetch",
    "lab",
    "build",
    "site",
    "slides",
    "run",
    "progress",
    "text",
    "pretrain",
    "serve",
    "try",
)


@pytest.fixture
def tlcourse(tmp_path):
    """Runs the command: `tlcourse("run", "7", cwd=…, VARIABLE="…")` → the finished process."""

    def run(*arguments, cwd=None, **env):
        return subprocess.run(
            [sys.executable, "-m", "tlcourse", *map(str, arguments)],
            cwd=cwd or tmp_path,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
        )

    return run


def test_help_names_every_command(tlcourse):
    done = tlcourse("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(tlcourse, command):
    done = tlcourse(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "7"), "there is no lesson '7'. The lessons are: 00, 01."),
        (("build", "nope"), "there is no lesson 'nope'"),
        (("build", "--check"), "do not match their source"),
        (("fetch", "no-such-asset"), "no-such-asset"),
        (("fetch", "--tier", "gold"), "gold"),
        (("lab", "--notebook", "9"), "there is no lesson '9'"),
    ],
)
def test_an_error_is_one_line_without_a_traceback(tlcourse, course, arguments, said):
    folder = course({"00_a": "", "01_b": ""})
    done = tlcourse(*arguments, cwd=folder)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert said in last
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback(tlcourse, course):
    done = tlcourse("--debug", "run", "7", cwd=course({"00_a": ""}))
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr
    assert "there is no lesson '7'" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("run", "--profile", "quick"), ("run", "--jobs", "0"), ("lab", "--port", "70000"), ("no-such",)],
)
def test_wrong_usage_is_exit_code_2(tlcourse, arguments):
    done = tlcourse(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_run_prints_outcomes_and_fails_if_a_lesson_does(tlcourse, course, tmp_path):
    folder = course({"00_fine": "# %%\nprint(profile)\n", "01_bad": "# %%\nint('x')\n"})
    done = tlcourse("run", "--profile", "fast", "--jobs", "2", cwd=folder)
    assert done.returncode == 1
    assert re.search(r"✓ 00_fine: \d+\.\d s, peak \d\.\d\d GB", done.stderr)
    assert "✗ 01_bad" in done.stderr
    assert "ValueError: invalid literal" in done.stderr
    assert "error: 1 of 2 notebooks failed" in done.stderr
    assert json.loads((folder / "runs" / "fast" / "report.json").read_text())["complete"]


def test_build_then_check(tlcourse, course):
    folder = course({"00_a": "# %%\nprint(profile)\n"})
    built = tlcourse("build", "0", cwd=folder)
    assert built.returncode == 0, built.stderr
    assert re.search(r"00_a: \d+ s, peak \d\.\d\d GB", built.stderr)
    checked = tlcourse("build", "--check", cwd=folder)
    assert (checked.returncode, checked.stderr) == (0, "00_a: matches its source\n")


def test_progress_counts_what_the_file_says(tlcourse, tmp_path):
    record = tmp_path / "progress.json"
    solved = {"soften": {"solved": "2026-01-01T00:00:00", "tries": 2, "hints": 1}}
    record.write_text(json.dumps({"version": 1, "lessons": {"00": solved}, "predictions": {}}))
    done = tlcourse("progress", TLCOURSE_PROGRESS=str(record))
    assert done.returncode == 0
    (row,) = [line for line in done.stdout.splitlines() if re.match(r"\s*00\b", line)]
    assert "1 of 1" in row
    assert re.search(r"^1 of \d+ exercises solved", done.stdout, re.MULTILINE)


def test_doctor_says_what_is_missing_and_what_to_do(tlcourse, tmp_path):
    done = tlcourse("doctor", TLCOURSE_ASSETS=str(tmp_path / "nothing-here"))
    assert done.returncode == 1
    line, fix = re.search(r"^(✗ Assets.*)\n\s+→ (.*)$", done.stdout, re.MULTILINE).groups()
    assert "glove-6b-50d" in line
    assert fix == "tlcourse fetch"
    assert re.search(r"^✓ Python", done.stdout, re.MULTILINE)
