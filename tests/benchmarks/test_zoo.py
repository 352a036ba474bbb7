"""The zoo's benchmark: a small run, killed and gone on with; a figure of what it found."""

import importlib.util
import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tlcourse import show
from tlcourse.data import tasks, text_index
from tlcourse.data.tasks import CLASSES, Task
from tlcourse.models import zoo
from tlcourse.show import zoo_results
from tlcourse.train import evaluate
from tlcourse.train.text_finetuning import Recipe

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def benchmark():
    spec = importlib.util.spec_from_file_location("benchmark_zoo", ROOT / "benchmarks" / "zoo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(benchmark, tiny_zoo, made_text, tmp_path, monkeypatch):
    """Runs the benchmark on a task of made sentences: ``run("bert-mini", …)`` → the results."""
    rng = np.random.default_rng(0)
    texts = [made_text.sentence(rng) for _ in range(120)]
    river = np.array([int("river" in text or "garden" in text) for text in texts])
    task = Task(
        "river",
        CLASSES,
        texts,
        river,
        ("no", "yes"),
        np.arange(80),
        {"made": np.arange(80, 120)},
        {"made": "accuracy"},
    )
    monkeypatch.setattr(tasks, "load", lambda *_: task)
    monkeypatch.setattr(evaluate, "recipe_of", lambda name: Recipe(epochs=1, min_steps=2))
    monkeypatch.setattr(benchmark, "_bf16", lambda: False)
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tiny_zoo))
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NLTK_DATA", raising=False)
    out = tmp_path / "results.json"

    def start(*arguments: str) -> dict:
        monkeypatch.setattr(sys, "argv", ["zoo.py", *arguments, "--tasks", "river", "--out", str(out)])
        benchmark.main()
        return json.loads(out.read_text(encoding="utf-8"))

    start.out = out
    return start


SMALL = ("bert-mini", "counts", "--labels", "20", "all", "--seeds", "2")


def test_a_run_goes_on_where_it_was_killed(run, monkeypatch):
    measured = []
    original = evaluate.frozen

    def dies(representation, task, n, seed):
        measured.append((n, seed))
        if len(measured) == 3:
            raise KeyboardInterrupt
        return original(representation, task, n, seed)

    monkeypatch.setattr(evaluate, "frozen", dies)
    with pytest.raises(KeyboardInterrupt):
        run(*SMALL)
    kept = json.loads(run.out.read_text(encoding="utf-8"))["cells"]
    assert kept
    found = run(*SMALL)
    assert found["cells"][: len(kept)] == kept  # nothing is measured twice
    keys = [tuple(c[k] for k in ("model", "weights", "way", "labels", "seed")) for c in found["cells"]]
    assert len(set(keys)) == len(keys)
    frozen, tuned = ([k for k in keys if k[2] == way] for way in ("frozen", "fine-tuned"))
    # bert, trained: 20 labels twice, all once (the same again otherwise); random: twice both; counts as bert.
    assert len(frozen) == 3 + 4 + 3
    assert len(tuned) == 4 + 4
    assert all(set(c["scores"]) == {"made"} for c in found["cells"])
    assert len(found["commands"]) == 1
    n_before = len(measured)
    assert run(*SMALL)["cells"] == found["cells"]
    assert len(measured) == n_before


def test_other_weights_are_measured_again(run, tiny_zoo, tmp_path, monkeypatch):
    import shutil

    shutil.copytree(tiny_zoo / "bert-mini", tmp_path / "zoo" / "bert-mini")
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tmp_path / "zoo"))
    small = ("bert-mini", "--labels", "20", "--seeds", "1", "--ways", "frozen")
    before = run(*small)["cells"]
    model = zoo.load(tmp_path / "zoo" / "bert-mini", heads=True)
    model.bert.embeddings.word.weight.data += 0.1
    zoo.export(model, tmp_path / "zoo" / "bert-mini")
    after = run(*small)["cells"]
    assert len(after) == len(before) == 2  # trained and random
    changed = {c["weights"]: c["fingerprint"] for c in after}
    assert changed["trained"] != next(c["fingerprint"] for c in before if c["weights"] == "trained")
    assert changed["random"] == next(c["fingerprint"] for c in before if c["weights"] == "random")


def test_another_recipe_is_measured_again(run, monkeypatch):
    small = ("bert-mini", "--labels", "20", "--seeds", "1", "--weights", "trained")
    before = run(*small)["cells"]
    monkeypatch.setattr(evaluate, "recipe_of", lambda name: Recipe(epochs=1, min_steps=2, dropout=0.2))
    after = run(*small)["cells"]
    assert [c["way"] for c in after] == ["frozen", "fine-tuned"]
    assert after[0] == before[0]
    assert [c["recipe"]["dropout"] for c in (before[1], after[1])] == [0.1, 0.2]


def test_held_out_losses_beside_the_trigram(run, made_text, tiny_zoo, tmp_path):
    text_index.save(made_text.index(n=200), tmp_path / "a text")
    for name in ("gpt-mini", "bert-mini"):
        recipe = {"lengths": [[1.0, 32]], "batch_tokens": 128}
        (tiny_zoo / name / "training.json").write_text(json.dumps({"recipe": recipe}))
    small = ("gpt-mini", "bert-mini", "--labels", "20", "--seeds", "1", "--ways", "frozen")
    found = run(*small, "--text", str(tmp_path / "a text"))
    assert (
        found["held_out"]["gpt-mini"]["model"]["next piece"]
        > found["held_out"]["gpt-mini"]["trigram"]["next piece"]
    )
    assert found["held_out"]["bert-mini"]["trigram"] == {}
    assert "'a text'" in found["commands"][0]
    assert str(tmp_path) not in json.dumps(found)


def test_gains_are_told_against_random_weights_and_counts(capsys, run):
    found = run("bert-mini", "counts", "--labels", "20", "--seeds", "2", "--ways", "frozen")
    (row,) = zoo_results.gains(found, "20")
    cells = {}
    for cell in found["cells"]:
        cells.setdefault((cell["model"], cell["weights"]), []).append(cell["scores"]["made"])
    trained, random, counts = (
        cells[key] for key in (("bert-mini", "trained"), ("bert-mini", "random"), ("counts", "trained"))
    )
    assert row["trained"] == pytest.approx((np.mean(trained), np.std(trained, ddof=1)))
    assert row["beats random"] == (min(trained) > max(random))
    assert row["beats counts"] == all(one > other for one, other in zip(trained, counts, strict=True))
    told = capsys.readouterr().out.splitlines()[-1]
    assert f"trained {np.mean(trained):.3f}" in told
    assert f"counts {np.mean(counts):.3f}" in told


def test_the_figure_shows_every_cell(run, tmp_path):
    found = run(*SMALL, "--figure", str(tmp_path / "scores.png"))
    assert (tmp_path / "scores-20.png").stat().st_size > 10_000
    scores = zoo_results.summary(found, "20")
    mean = np.mean(
        [c["scores"]["made"] for c in found["cells"] if c["labels"] == "20" and c["model"] == "counts"]
    )
    assert scores["river", "made", "counts", "trained", "frozen"].mean() == pytest.approx(mean)
    fig = show.zoo_scores(found, "20")
    drawn = {round(float(line.get_xdata()[0]), 6) for line in fig.axes[0].lines if len(line.get_xdata()) == 1}
    plt.close(fig)
    assert {round(float(values.mean()), 6) for values in scores.values()} == drawn
    with pytest.raises(ValueError, match="'7', but the results have 20, all"):
        show.zoo_scores(found, "7")
