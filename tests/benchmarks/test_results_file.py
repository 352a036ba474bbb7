"""What benchmarks write is what lessons read, and a run that was killed goes on."""

import json

import pytest
import results_file

from tlcourse import show

KEY = {"model": "elmo-mini", "task": "entities", "labels": 100, "layer": 1}


@pytest.fixture
def machine(monkeypatch):
    def be(name):
        monkeypatch.setattr(results_file.provenance, "machine", lambda: {"machine": name, "torch": "1"})

    be("an abacus")
    return be


def test_what_is_written_can_be_loaded(tmp_path, machine):
    file = results_file.RecordsFile(tmp_path / "elmo" / "layers.json")
    for seed in (1, 0):
        file.add(**KEY, seed=seed, score=0.5 + seed / 3)
    found = show.Records.load(tmp_path / "elmo" / "layers.json")
    assert found.scores == pytest.approx([0.5, 0.83333])
    assert found.about["seeds"] == [0, 1]
    assert found.about["machine"] == "an abacus, torch 1"
    assert found.about["command"].startswith("python benchmarks/")


def test_a_run_goes_on_and_says_which_machine(tmp_path, machine):
    path = tmp_path / "layers.json"
    results_file.RecordsFile(path).add(**KEY, seed=0, score=0.5)
    machine("a slide rule")
    again = results_file.RecordsFile(path)
    assert again.has(**KEY, seed=0)
    assert not again.has(**KEY, seed=1)
    again.add(**KEY, seed=1, score=0.6)
    again.add(**KEY, seed=0, score=0.7)
    found = show.Records.load(path)
    assert sorted(found.scores) == [0.6, 0.7]
    assert {row["machine"] for row in found} == {"a slide rule, torch 1"}
    assert found.about["machine"] == "an abacus, torch 1"


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"cells": []})])
def test_another_file_is_left_alone(tmp_path, machine, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="holds no results"):
        results_file.RecordsFile(path)
    assert path.read_text() == text


def test_what_was_measured_together_is_written_once(tmp_path, machine, monkeypatch):
    file = results_file.RecordsFile(tmp_path / "heads.json")
    file.add(**KEY, seed=0, score=0.1)
    saved = []
    monkeypatch.setattr(file, "save", lambda: saved.append(True))
    file.add_all({**KEY, "seed": seed, "score": seed / 2} for seed in (0, 1))
    assert saved == [True]
    assert [record["score"] for record in file.facts["records"]] == [0.0, 0.5]
    assert file.facts["seeds"] == [0, 1]
    with pytest.raises(KeyError, match="seed"):
        file.add_all([{"score": 1.0}])
