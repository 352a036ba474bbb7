"""The pilot for masked LMs: each way is what it says, it goes on where it was, and judges by the spread."""

import dataclasses
import json
import sys
from types import SimpleNamespace

import pytest

from tlcourse.data import text_index


@pytest.fixture(scope="module")
def pilot(script):
    return script("masked_lm_pilot")


@pytest.fixture
def run(pilot, made_text, monkeypatch, tmp_path):
    """Runs it on a made text, with tiny models; returns what the file says then."""
    text_index.save(made_text.index(n=200), tmp_path / "text")
    monkeypatch.setattr(pilot, "SIZES", {**pilot.SIZES, "hidden_size": 32, "intermediate_size": 64})
    out = tmp_path / "found.json"

    def start(*arguments):
        asked = ["--text", str(tmp_path / "text"), "--out", str(out), "--tasks", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", ["benchmarks/masked_lm_pilot.py", *asked])
        pilot.main()
        return json.loads(out.read_text(encoding="utf-8"))

    return start


def test_each_way_changes_what_it_says_and_nothing_else(pilot):
    berts = pilot.recipe_of(pilot.BERTS, ("bbc",), 1_000_000, seed=1)
    assert (berts.masked, berts.packed, berts.batch_tokens, berts.seed) == (0.15, False, 2048, 1)
    changed = {
        way: {
            field.name
            for field in dataclasses.fields(berts)
            if getattr(berts, field.name)
            != getattr(pilot.recipe_of(way, ("bbc",), 1_000_000, seed=1), field.name)
        }
        for way in pilot.WAYS
        if way != pilot.BERTS
    }
    assert changed == {
        "30 % masked": {"masked"},
        "40 % masked": {"masked"},
        "1,024 places": {"batch_tokens"},
        "4,096 places": {"batch_tokens"},
        "rate × 2": {"learning_rate"},
        "rate × 2, longer warm-up": {"learning_rate", "warmup"},
        "packed rows": {"packed"},
    }


def test_it_goes_on_where_it_was(pilot, run, monkeypatch, capsys):
    small = ("--tokens", 60_000, "--seeds", 1, "--only", pilot.BERTS)
    first = run(*small)
    again = run(*small, "packed rows")
    assert [r["way"] for r in again["runs"]] == [pilot.BERTS, "packed rows"]
    assert again["runs"][0] == first["runs"][0]
    for one in again["runs"]:
        assert 60_000 <= one["tokens"] < 63_000
        assert 0 < one["held out: masked piece"] < 10
    assert "packed rows" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run("--tokens", 50_000, "--seeds", 1, "--only", pilot.BERTS)
    assert "has tokens 60000, not 50000" in capsys.readouterr().err


def test_frozen_states_are_scored(pilot, made_text, monkeypatch):
    from tlcourse.train.measuring import evaluate

    index = made_text.index(n=200)
    monkeypatch.setattr(pilot, "SIZES", {**pilot.SIZES, "hidden_size": 32, "intermediate_size": 64})
    asked = []

    def frozen(states, task, n, seed):
        asked.append((n, seed, states.encoder.widths))
        return SimpleNamespace(scores={"bbc": 0.5})

    monkeypatch.setattr(evaluate, "frozen", frozen)
    found = pilot.train(pilot.BERTS, index, 30_000, 3, {"topic": SimpleNamespace(tests={"bbc": []})})
    assert found["topic: bbc"] == 0.5
    assert asked == [(100, 3, (32, 32, 32))]


def test_only_what_is_outside_the_spread_is_better_or_worse(pilot):
    def runs(way, losses, scores):
        pairs = enumerate(zip(losses, scores, strict=True))
        return [
            {"way": way, "seed": seed, "held out: masked piece": loss, "topic: bbc": score}
            for seed, (loss, score) in pairs
        ]

    found = [
        *runs(pilot.BERTS, (5.0, 5.2), (0.70, 0.72)),
        *runs("40 % masked", (4.8, 4.9), (0.71, 0.75)),
        *runs("packed rows", (5.1, 5.3), (0.60, 0.69)),
        *runs("rate × 2", (4.0,), (0.9,)),
    ]
    judged = {
        (line["measure"].split(":")[0], line["way"]): line.get("beside") for line in pilot.compared(found)
    }
    assert judged == {
        ("held out", pilot.BERTS): None,
        ("held out", "40 % masked"): "better",
        ("held out", "packed rows"): "within the spread",
        ("held out", "rate × 2"): None,  # one seed has no spread
        ("topic", pilot.BERTS): None,
        ("topic", "40 % masked"): "within the spread",
        ("topic", "packed rows"): "worse",
        ("topic", "rate × 2"): None,
    }
