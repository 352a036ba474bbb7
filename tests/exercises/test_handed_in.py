"""What a learner hands in, and what a teacher makes of thirty of them."""

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tlcourse import cli
from tlcourse.exercises import class_table, handed_in, progress
from tlcourse.exercises.handed_in import HandedInError, Learner


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_PROGRESS", str(tmp_path / "progress.json"))
    progress.record("elmo", "char_cnn", "try")
    progress.record_prediction("elmo-secret", question="a question", chosen="a choice")
    lesson, names = next(iter(progress.exercise_names().items()))
    progress.record(lesson, names[0], "try")
    progress.record(lesson, names[0], "solved")
    progress.record_help(lesson, names[0], hints=2, solutions=1)
    return lesson, names[0]


def test_what_is_handed_in_is_the_exercises_and_the_name_and_nothing_else(tmp_path, record):
    lesson, name = record
    file = tmp_path / "in" / "mine.json"
    handed_in.export("  Ada   L. ", file)
    content = json.loads(file.read_text())
    assert set(content) == {"format", "name", "exercises"}
    assert content["name"] == "Ada L."
    entry = content["exercises"][lesson][name]
    assert entry == {"solved": True, "solution_seen": True, "tries": 2, "hints": 2}
    assert set(content["exercises"]) == set(progress.exercise_names())
    text = file.read_text()
    assert "secret" not in text  # no predictions
    assert "T1" not in text.replace(lesson, "")  # no times
    read = handed_in.read(file)
    assert read.name == "Ada L."
    assert read.solved(lesson) == 1
    handed_in.export("Ada", file)  # again, over its own
    assert handed_in.read(file).name == "Ada"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_asked_for(tmp_path, record, name):
    with pytest.raises(HandedInError, match="expected 1 to 80 letters"):
        handed_in.export(name, tmp_path / "mine.json")


def test_another_file_is_not_overwritten(tmp_path, record):
    (tmp_path / "thesis.json").write_text("[1, 2]")
    with pytest.raises(HandedInError, match="is something else"):
        handed_in.export("Ada", tmp_path / "thesis.json")
    assert (tmp_path / "thesis.json").read_text() == "[1, 2]"


def learner(name: str, solved: bool = True, shown: bool = False, tries: int = 1) -> dict:
    entry = {"solved": solved, "solution_seen": shown, "tries": tries, "hints": 0}
    return {"format": handed_in.FORMAT, "name": name, "exercises": {"elmo": {"mix": entry}}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "was not written by"),
        (json.dumps({"format": "other"}), "was not written by"),
        (json.dumps(learner("")), "damaged"),
        (json.dumps(learner("A") | {"exercises": {"elmo": {"mix": {}}}}), "damaged"),
        (json.dumps(learner("A", tries=-1)), "damaged"),
        (json.dumps(learner("A", solved="yes")), "damaged"),
        (json.dumps(learner("A") | {"exercises": []}), "damaged"),
        (json.dumps(learner("A" * 2_000_000)), "larger than such a file"),
    ],
)
def test_what_was_not_handed_in_is_named_and_the_others_are_counted(tmp_path, text, said):
    (tmp_path / "bad.json").write_text(text)
    (tmp_path / "good.json").write_text(json.dumps(learner("Grace")))
    learners, wrong = handed_in.read_class(tmp_path)
    assert [one.name for one in learners] == ["Grace"]
    assert len(wrong) == 1
    assert "bad.json" in wrong[0]
    assert said in wrong[0]


def test_two_of_one_name_are_both_there(tmp_path):
    for number in range(2):
        (tmp_path / f"{number}.json").write_text(json.dumps(learner("Ada")))
    learners, _ = handed_in.read_class(tmp_path)
    assert [one.name for one in learners] == ["Ada", "Ada (1.json)"]


def test_no_folder_and_an_empty_one(tmp_path):
    with pytest.raises(HandedInError, match="is no folder"):
        handed_in.read_class(tmp_path / "none")
    with pytest.raises(HandedInError, match=r"has no \.json file"):
        handed_in.read_class(tmp_path)


def test_where_a_class_stumbled():
    def made(**entries) -> Learner:
        keys = ("solved", "solution_seen", "tries")
        full = {name: dict(zip(keys, value, strict=True)) | {"hints": 0} for name, value in entries.items()}
        return Learner("x", {"elmo": full})

    easy, hard, untouched, shown = (True, False, 1), (False, False, 5), (False, False, 0), (True, True, 2)
    rows = handed_in.stumbled([made(a=easy, b=hard, c=untouched, d=shown)] * 3)
    assert [(row.exercise, row.tried, row.solved, row.shown) for row in rows] == [
        ("b", 3, 0, 0),
        ("d", 3, 3, 3),
    ]


def test_the_table_of_a_class():
    out = io.StringIO()
    learners = [Learner(f"[b]learner {n}", learner("")["exercises"]) for n in range(30)]
    class_table.show(Console(file=out, width=100), learners, ["bad.json is damaged"])
    text = out.getvalue()
    assert text.count("[b]learner") == 30
    assert "05" in text.splitlines()[0]
    assert "not counted: bad.json is damaged" in text


def test_the_command(tmp_path, record):
    run = CliRunner().invoke
    file = tmp_path / "class" / "ada.json"
    assert run(cli.app, ["progress", "--export", str(file), "--name", "Ada"]).exit_code == 0
    done = run(cli.app, ["progress", "--class", str(file.parent)])
    assert done.exit_code == 0
    assert "Ada" in done.output
    both = run(cli.app, ["progress", "--class", str(file.parent), "--export", str(file)])
    assert both.exit_code == 2
    assert "exercises solved" in run(cli.app, ["progress"]).output
