"""The ablations of lesson BERT: each way is what it says, and nothing else."""

import dataclasses

import pytest

from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.gpt import GPTConfig


@pytest.fixture(scope="module")
def benchmark(script):
    return script("bert")


def test_each_way_changes_what_it_says(benchmark):
    berts = benchmark.recipe_of(benchmark.BERTS, 100_000, seed=1)
    changed = {}
    for way in benchmark.WAYS:
        recipe = benchmark.recipe_of(way, 100_000, seed=1)
        changed[way] = {
            field.name
            for field in dataclasses.fields(berts)
            if getattr(recipe, field.name) != getattr(berts, field.name)
        }
    assert changed == {
        benchmark.BERTS: set(),
        "no NSP": {"left_out"},
        benchmark.LEFT: {"config"},
        "100/0/0": {"fates"},
        "0/0/100": {"fates"},
    }
    assert berts.fates == (0.8, 0.1, 0.1)
    assert all(sum(way.get("fates", (1,))) == 1 for way in benchmark.WAYS.values())


def test_left_to_right_has_the_same_size(benchmark):
    both = benchmark.recipe_of(benchmark.BERTS, 100_000, seed=0).config
    left = benchmark.recipe_of(benchmark.LEFT, 100_000, seed=0).config
    assert isinstance(both, BertConfig)
    assert isinstance(left, GPTConfig)
    shared = {field.name for field in dataclasses.fields(left)} - {"norm"}
    assert {name: getattr(both, name) for name in shared} == {name: getattr(left, name) for name in shared}
    assert left.norm == "post"


def test_the_papers_combinations(benchmark):
    found = benchmark.combinations(6)
    assert found["last four, mixed"][0] == [3, 4, 5, 6]
    assert found["last four, side by side"] == ([3, 4, 5, 6], False, True)
    assert found["all, mixed"][0] == list(range(7))
