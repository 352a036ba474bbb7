"""The script of lesson ERNIE 2.0: what all strategies share, and where a run goes on."""

import zipfile

import numpy as np
import pytest

from tlcourse.data import text_index
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, KEPT, ONE_BY_ONE


@pytest.fixture
def benchmark(script, tmp_path, monkeypatch):
    found = script("ernie")
    monkeypatch.setattr(found, "HERE", tmp_path)
    return found


@pytest.fixture
def small(benchmark, made_text, tmp_path, monkeypatch):
    """The script on a small text, with few pieces."""
    index = made_text.index(200)
    text_index.save(index, tmp_path / "text")
    monkeypatch.setattr(benchmark, "PIECES", 100)
    monkeypatch.setattr(benchmark, "LENGTH", 32)
    monkeypatch.setattr(benchmark, "AT_THE_END", 2)
    monkeypatch.setattr(benchmark, "ORDER", ((ONE_BY_ONE, 0), (AT_ONCE, 0)))
    return benchmark


def test_all_of_the_papers_come_first_with_every_seed(benchmark):
    assert len(set(benchmark.ORDER)) == 12
    assert {way for way, _ in benchmark.ORDER[:9]} == {ONE_BY_ONE, AT_ONCE, CONTINUAL}
    assert {seed for _, seed in benchmark.ORDER[:9]} == {0, 1, 2}
    assert benchmark.ORDER[9:] == tuple((KEPT, seed) for seed in (0, 1, 2))


@pytest.mark.timeout(300)
def test_it_goes_on_where_it_was(small, tmp_path, capsys):
    for _ in range(2):
        small.strategies(tmp_path / "text", tmp_path / "runs", 2000)
    assert capsys.readouterr().out.count("knowledge masking") == 2
    kept = small.RecordsFile(tmp_path / "strategies.json").facts["records"]
    assert {row["way"] for row in kept} == {ONE_BY_ONE, AT_ONCE}
    assert len(kept) == 2 * 4 * 21
    assert {p.name for p in (tmp_path / "runs").iterdir()} == {"one-after-the-other-0", "all-at-once-0"}


def test_guesses_are_of_the_same_four_tasks(small, tmp_path, monkeypatch):
    monkeypatch.setattr(small, "TOKENS", 60_000)
    small.guesses(tmp_path / "text")
    kept = small.RecordsFile(tmp_path / "guesses.json").facts["records"]
    assert len(kept) == 12
    assert {row["who"] for row in kept} == {"shares", "counts", "answers"}


def test_entailment_learns_from_development_parts_and_tests_on_others(benchmark, tmp_path):
    (tmp_path / "corpora").mkdir()
    pair = (
        '<entailment-corpus><pair id="1" {}><t>A cat &amp; a dog</t><h>A cat</h></pair></entailment-corpus>'
    )
    with zipfile.ZipFile(tmp_path / "corpora" / "rte.zip", "w") as archive:
        archive.writestr("rte/rte1_dev.xml", pair.format('value="TRUE"'))
        archive.writestr("rte/rte3_dev.xml", pair.format('entailment="NO"'))
        archive.writestr("rte/rte3_test.xml", pair.format('entailment="YES"'))
    task = benchmark.entailment(tmp_path)
    assert task.texts == ["A cat & a dog"] * 3
    assert task.second == ["A cat"] * 3
    assert task.targets.tolist() == [1, 0, 1]
    assert task.train_index.tolist() == [0, 1]
    assert task.tests["rte"].tolist() == [2]
    few = benchmark.fewer(task, 1, 1)
    assert len(few.train_index) == len(few.tests["rte"]) == 1
    assert np.isin(few.train_index, task.train_index).all()
