"""The progress file: written whole, locked, and never lost without a word."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tlcourse.exercises import progress


def test_nothing_yet(progress_file):
    assert progress.load() == {"version": 2, "lessons": {}, "predictions": {}}
    assert progress.entry("transfer_in_vision", "f") == {
        "solved": None,
        "tries": 0,
        "hints": 0,
        "solutions": 0,
    }
    assert not progress_file.exists(), "looking does not write"


def test_events_are_counted(progress_file):
    for event in ("try", "try", "solved", "solved"):
        progress.record("start_here", "soften", event)
    progress.record_help("start_here", "soften", hints=1)
    progress.record_help("start_here", "soften", solutions=1)
    entry = progress.entry("start_here", "soften")
    assert (entry["tries"], entry["hints"], entry["solutions"]) == (4, 1, 1)
    assert entry["solved"]
    assert json.loads(progress_file.read_text())["lessons"]["start_here"]["soften"] == entry
    row = next(r for r in progress.summary() if r.lesson == "start_here")
    assert (row.solved, row.tried, row.hints, row.solutions) == (1, 1, 1, 1)
    assert row.total == len(progress.exercise_names()["start_here"])


def test_the_time_of_the_first_success_stays():
    progress.record("start_here", "soften", "solved")
    first = progress.load()
    first["lessons"]["start_here"]["soften"]["solved"] = "2020-01-01T00:00:00"
    progress.path().write_text(json.dumps(first))
    progress.record("start_here", "soften", "solved")
    assert progress.entry("start_here", "soften")["solved"] == "2020-01-01T00:00:00"


def test_hints_and_solutions_count_once():
    for hints in (1, 2, 1, 2):
        progress.record_help("start_here", "soften", hints=hints)
        progress.record_help("start_here", "soften", solutions=1)
    entry = progress.entry("start_here", "soften")
    assert (entry["hints"], entry["solutions"]) == (2, 1)


def test_what_an_older_file_counted_each_time_counts_once(progress_file):
    progress_file.parent.mkdir()
    old = {
        "version": 2,
        "lessons": {"start_here": {"soften": {"hints": 17, "solutions": 4}}},
        "predictions": {},
    }
    progress_file.write_text(json.dumps(old))
    row = next(r for r in progress.summary() if r.lesson == "start_here")
    assert (row.hints, row.solutions) == (3, 1)
    assert json.loads(progress_file.read_text()) == old, "looking changes nothing"


def test_unknown_event():
    with pytest.raises(ValueError, match="'solve'"):
        progress.record("start_here", "soften", "solve")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"lessons": []}',
        b'{"lessons": {"start_here": {"soften": 3}}, "predictions": {}}',
        b'{"lessons": {"start_here": {"soften": {"tries": "many"}}}, "predictions": {}}',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("first", ["load", "record"])
def test_a_damaged_file_is_kept_aside(progress_file, damage, first):
    progress_file.parent.mkdir()
    progress_file.write_bytes(damage)
    with pytest.warns(UserWarning, match=r"kept as progress\.damaged-"):
        progress.load() if first == "load" else progress.record("start_here", "soften", "try")
    kept = list(progress_file.parent.glob("progress.damaged-*.json"))
    assert [k.read_bytes() for k in kept] == [damage]
    progress.record("start_here", "soften", "solved")
    assert progress.entry("start_here", "soften")["solved"]


def test_two_damaged_files_in_one_second_are_both_kept(progress_file):
    progress_file.parent.mkdir()
    for text in ("one", "two"):
        progress_file.write_text(text)
        with pytest.warns(UserWarning, match="could not be read"):
            progress.load()
    kept = {k.read_text() for k in progress_file.parent.glob("progress.damaged-*.json")}
    assert kept == {"one", "two"}


COUNT = "from tlcourse.exercises import progress\n"
COUNT += "for _ in range(25): progress.record('start_here', 'soften', 'try')"


def test_two_notebooks_at_once_lose_nothing(progress_file):
    workers = [subprocess.Popen([sys.executable, "-W", "error", "-c", COUNT]) for _ in range(3)]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    assert progress.entry("start_here", "soften")["tries"] == 75
    assert sorted(p.name for p in progress_file.parent.iterdir()) == ["progress.json", "progress.json.lock"]


def test_a_place_that_cannot_be_written_is_a_warning(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("TLCOURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    with pytest.warns(UserWarning, match="could not be saved|cannot be read"):
        progress.record("start_here", "soften", "try")


def test_a_place_that_cannot_be_read_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_PROGRESS", str(tmp_path))  # a folder
    with pytest.warns(UserWarning, match="cannot be read"):
        assert progress.load()["lessons"] == {}


def test_a_lock_that_is_never_released_does_not_stop_the_lesson(progress_file, monkeypatch):
    monkeypatch.setattr(progress, "_LOCK_SECONDS", 0.1)
    progress_file.parent.mkdir()
    with progress.filelock.FileLock(f"{progress_file}.lock"), pytest.warns(UserWarning, match="not be saved"):
        progress.record("start_here", "soften", "try")


def test_a_write_that_fails_leaves_the_old_file(progress_file, monkeypatch):
    progress.record("start_here", "soften", "try")
    before = progress_file.read_bytes()

    def full(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(progress.os, "replace", full)
    with pytest.warns(UserWarning, match="No space left"):
        progress.record("start_here", "soften", "try")
    assert progress_file.read_bytes() == before
    assert sorted(p.name for p in progress_file.parent.iterdir()) == ["progress.json", "progress.json.lock"]


def test_the_default_place_is_the_users_data_folder(monkeypatch):
    monkeypatch.delenv("TLCOURSE_PROGRESS")
    assert progress.path().name == "progress.json"
    assert "tlcourse" in progress.path().parts


def test_predictions_are_remembered():
    assert progress.prediction("depth") is None
    progress.record_prediction("depth", question="Which?", chosen="the last")
    remembered = progress.prediction("depth")
    assert (remembered["question"], remembered["chosen"]) == ("Which?", "the last")
    assert remembered["committed"]


def test_the_summary_needs_no_torch(progress_file):
    code = "import sys, tlcourse.exercises.progress as p; p.summary(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


KILLED = """
import os, signal
from tlcourse.exercises import progress
os.replace = lambda *pair: os.kill(os.getpid(), signal.SIGKILL)
progress.record("start_here", "soften", "try")
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_write_that_is_killed_leaves_nothing_for_ever(progress_file):
    progress.record("start_here", "soften", "try")
    for _ in range(2):
        child = subprocess.run([sys.executable, "-c", KILLED])
        assert child.returncode == -signal.SIGKILL
    left = list(progress_file.parent.glob(f".{progress_file.name}.*"))
    assert left  # or the test kills at the wrong moment
    progress.record("start_here", "soften", "try")
    assert not list(progress_file.parent.glob(f".{progress_file.name}.*"))
    assert progress.entry("start_here", "soften")["tries"] == 2


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_it_is_for_the_learner_alone(progress_file):
    progress.record("start_here", "soften", "try")
    assert progress_file.stat().st_mode & 0o077 == 0


def test_an_exercise_that_was_renamed_keeps_its_record(progress_file):
    progress_file.parent.mkdir(exist_ok=True)
    solved = {"solved": "2020-01-01T00:00:00", "tries": 2, "hints": 1, "solutions": 0}
    old = {"version": 2, "lessons": {"transfer_in_vision": {"head_size": solved}}, "predictions": {}}
    progress_file.write_text(json.dumps(old))
    assert progress.entry("transfer_in_vision", "classifier_size") == solved
    progress.record("transfer_in_vision", "classifier_size", "try")
    assert progress.entry("transfer_in_vision", "classifier_size")["tries"] == 3
