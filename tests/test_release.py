"""What a release says of itself is one thing in all places."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import tlcourse
from tlcourse import curriculum, show
from tlcourse.exercises import progress
from tlcourse.models.pretrained import how_trained, zoo

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())


def test_one_version_and_one_date():
    newest = re.search(r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest.groups() == (PROJECT["version"], str(CITATION["date-released"]))
    assert CITATION["version"] == tlcourse.__version__ == PROJECT["version"]


def test_it_is_cited_as_it_is_published():
    assert CITATION["repository-code"] == PROJECT["urls"]["Repository"]
    assert " AND ".join(CITATION["license"]) == PROJECT["license"]
    # What the format asks for: https://github.com/citation-file-format/citation-file-format, schema 1.2.0
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()


def test_the_readme_has_every_lesson_that_is_there():
    readme = (ROOT / "README.md").read_text()
    for lesson in curriculum.LESSONS:
        listed = (
            f"| {lesson.number} | [{lesson.title}](notebooks/{lesson.number}_{lesson.slug}.ipynb) |" in readme
        )
        assert listed != lesson.planned, lesson.title


def test_the_readme_says_how_small_our_models_are():
    weights = [how_trained.facts(name)["parameters"]["total"] for name in zoo.ZOO]
    few, many = f"{min(weights) / 1e6:.1f}", f"{max(weights) / 1e6:.1f}"
    read = {name: round(how_trained.pieces_read(name) / 1e6) for name in zoo.ZOO}
    bert = read.pop("bert-mini")
    (others,) = set(read.values())
    said = (
        f"Our own have {few} to {many} million weights and read {others} million tokens, BERT {bert} million"
    )
    assert said in (ROOT / "README.md").read_text()


def test_the_readme_counts_the_exercises():
    there = sum(row.total for row in progress.summary())
    assert f"More than {(there - 1) // 10 * 10} exercises" in in_words((ROOT / "README.md").read_text())


def test_the_readme_says_what_the_server_was_measured_at():
    speeds = show.Records.load("serving_embeddings/speed")

    def of(form, **key):
        scores = [row["score"] for row in speeds.where(**key)]
        return f"{min(scores):{form}} to {max(scores):{form}}"

    readme = " ".join((ROOT / "README.md").read_text().split())
    loop = of(".1f", measure="of the loop", way="served, ZeroMQ", clients=64)
    plain = of(".1f", measure="of the plain handler", way="served, HTTP", clients=64)
    first = of(".1f", measure="seconds to the first answer")
    assert f"{loop} times as many texts a second from it as a loop over" in readme
    assert f"and {plain} times as many as from a plain HTTP handler" in readme
    assert f"The first answer came {first} s after" in readme
    one = of(".1f", measure="of the loop", clients=1)
    assert f"a single client got {one} of what the loop gave" in readme


def in_words(text):
    tens = {"fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
    return re.sub("|".join(tens), lambda found: tens[found[0]], text)


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda p: p.stem
)
def test_forms_for_issues_are_forms(form):
    """What GitHub asks of one: a name, a description, and fields with types and labels."""
    found = yaml.safe_load(form.read_text())
    if form.stem == "config":
        assert found == {"blank_issues_enabled": True}
        return
    assert found["name"]
    assert found["description"]
    ids = [field["id"] for field in found["body"]]
    assert len(set(ids)) == len(ids)
    for field in found["body"]:
        assert field["type"] in {"input", "textarea", "dropdown", "checkboxes", "markdown"}
        assert field["attributes"]["label"]


@pytest.mark.parametrize(
    "workflow", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda p: p.stem
)
def test_workflows_call_what_is_there(workflow):
    targets = set(re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = workflow.read_text()
    assert yaml.safe_load(text)["jobs"]
    for target in re.findall(r"make ([a-z-]+)", text):
        assert target in targets
    for script in re.findall(r"run:.* (\.ci/\S+)", text):
        assert (ROOT / script).is_file()
