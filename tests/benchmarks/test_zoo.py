"""The zoo's benchmark: a small run, killed and gone on with; a figure of what it found."""

import json
import shutil
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tlcourse import show
from tlcourse.data import tasks, text_index
from tlcourse.data.tasks import CLASSES, Task
from tlcourse.models.pretrained import zoo
from tlcourse.show import zoo_results
from tlcourse.train.finetuning.texts import TextRecipe
from tlcourse.train.measuring import evaluate


@pytest.fixture
def benchmark(script):
    return script("zoo")


@pytest.fixture
def run(benchmark, tiny_zoo, made_text, tmp_path, monkeypatch):
    """Runs the benchmark on a task of made sentences: `run("bert-mini", …)` → the results."""
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
    monkeypatch.setattr(evaluate, "recipe_of", lambda name: TextRecipe(epochs=1, min_steps=2))
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
    # Bert, its random twin and counts, each with 20 labels and all, with two seeds: of all labels, these draw
    # what the strength is chosen on.
    assert len(frozen) == 4 + 4 + 4
    assert len(tuned) == 4 + 4
    assert all(set(c["scores"]) == {"made"} for c in found["cells"])
    assert len(found["commands"]) == 1
    n_before = len(measured)
    assert run(*SMALL)["cells"] == found["cells"]
    assert len(measured) == n_before


def test_other_weights_are_measured_again(run, tiny_zoo, tmp_path, monkeypatch):
    shutil.copytree(tiny_zoo / "bert-mini", tmp_path / "zoo" / "bert-mini")
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tmp_path / "zoo"))
    small = ("bert-mini", "--labels", "20", "--seeds", "1", "--ways", "frozen")
    before = run(*small)["cells"]
    model = zoo.load(tmp_path / "zoo" / "bert-mini", heads=True)
    model.bert.embeddings.word.weight.data += 0.1
    zoo.export(model, tmp_path / "zoo" / "bert-mini")
    after = run(*small)["cells"]
    assert len(after) == len(before) == 2
    assert [c["weights"] for c in after] == ["trained", "random"]  # each in its place
    changed = {c["weights"]: c["fingerprint"] for c in after}
    assert changed["trained"] != next(c["fingerprint"] for c in before if c["weights"] == "trained")
    assert changed["random"] == next(c["fingerprint"] for c in before if c["weights"] == "random")


def test_another_recipe_is_measured_again(run, monkeypatch):
    small = ("bert-mini", "--labels", "20", "--seeds", "1", "--weights", "trained")
    before = run(*small)["cells"]
    monkeypatch.setattr(evaluate, "recipe_of", lambda name: TextRecipe(epochs=1, min_steps=2, dropout=0.2))
    after = run(*small)["cells"]
    assert [c["way"] for c in after] == ["frozen", "fine-tuned"]
    assert after[0] == before[0]
    assert [c["recipe"]["dropout"] for c in (before[1], after[1])] == [0.1, 0.2]


def test_a_machine_that_computes_in_another_type_goes_on(run, benchmark, monkeypatch):
    small = ("bert-mini", "--labels", "20", "--seeds", "1", "--weights", "trained")
    before = run(*small)["cells"]
    monkeypatch.setattr(benchmark, "_bf16", lambda: True)
    assert run(*small)["cells"] == before


def test_held_out_losses_beside_the_trigram(run, made_text, tiny_zoo, tmp_path, monkeypatch):
    index = made_text.index(n=200)
    text_index.save(index, tmp_path / "a text")
    facts = {"text": {"fingerprint": index.fingerprint()}, "tokens": 1_000}
    facts["recipe"] = {"lengths": [[1.0, 32]], "batch_tokens": 128, "repeats": {}, "seed": 0}
    for name in ("gpt-mini", "bert-mini"):
        shutil.copytree(tiny_zoo / name, tmp_path / "trained" / name)
        (tmp_path / "trained" / name / "training.json").write_text(json.dumps(facts))
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tmp_path / "trained"))
    small = ("gpt-mini", "bert-mini", "--labels", "20", "--seeds", "1", "--ways", "frozen")
    found = run(*small, "--text", str(tmp_path / "a text"))
    losses = [kind["next piece"] for kind in found["held_out"]["gpt-mini"].values()]
    model, all_of_it, as_much = losses
    assert model > as_much > all_of_it  # the model is of random weights
    assert found["held_out"]["bert-mini"]["trigram"] == {}
    assert "'a text'" in found["commands"][0]
    assert str(tmp_path) not in json.dumps(found)

    text_index.save(made_text.index(n=150), tmp_path / "another")
    with pytest.raises(ValueError, match=r"gpt-mini was trained on the text .*--pieces"):
        run(*small, "--text", str(tmp_path / "another"))


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


def test_a_cell_says_what_it_was_measured_on_and_keeps_it(run, benchmark, monkeypatch):
    monkeypatch.setattr(benchmark.provenance, "machine", lambda: {"machine": "an abacus", "torch": "1"})
    run("counts", "--labels", "20", "--seeds", "1")
    monkeypatch.setattr(benchmark.provenance, "machine", lambda: {"machine": "a slide rule", "torch": "2"})
    found = run("counts", "--labels", "20", "--seeds", "2")
    on = [cell["machine"] for cell in found["cells"]]
    assert on == ["an abacus, torch 1, float32", "a slide rule, torch 2, float32"]


def test_a_file_that_names_one_machine_for_all_its_cells_is_gone_on_with(run):
    found = run("counts", "--labels", "20", "--seeds", "1")
    del found["cells"][0]["machine"]
    before = found | {"machine": "x86_64, 2 cores", "computed in": "bfloat16"}
    run.out.write_text(json.dumps(before))
    after = run("counts", "--labels", "20", "--seeds", "2")
    assert after["cells"][0] == before["cells"][0]
    assert after["cells"][1]["machine"]
    assert after["machine"] == before["machine"]
    assert after["computed in"] == "bfloat16"


def results_of(scores: dict[tuple[str, str], dict[int, float]]) -> dict:
    """(model, weights) → seed → score, as the benchmark writes it."""
    return {
        "cells": [
            {"model": model, "weights": weights, "way": "frozen", "task": "topic", "labels": "100"}
            | {"seed": seed, "scores": {"bbc": score}}
            for (model, weights), of_seed in scores.items()
            for seed, score in of_seed.items()
        ]
    }


@pytest.mark.parametrize(
    ("counts", "beats"),
    [
        ({1: 0.6, 0: 0.7}, True),  # as often, in another order
        ({0: 0.7}, True),
        ({1: 0.7}, False),  # by position it would stand beside seed 0
        ({0: 0.7, 1: 0.6, 2: 0.99}, True),
        ({2: 0.1, 3: 0.1}, None),
        ({}, None),
    ],
)
def test_counts_are_beaten_seed_by_seed_where_both_were_measured(counts, beats):
    trained = {("bert-mini", "trained"): {0: 0.8, 1: 0.65}}
    (row,) = zoo_results.gains(results_of(trained | {("counts", "trained"): counts}), "100")
    assert row["beats counts"] is beats
    assert row["trained"][0] == pytest.approx(0.725)
    assert (row["counts"] is None) == (not counts)
    assert row["random"] is row["beats random"] is None


@pytest.fixture
def refusal(benchmark, tiny_zoo, tmp_path, monkeypatch, capsys):
    """What the benchmark says to arguments that it refuses, before anything is measured or written."""
    monkeypatch.setattr(benchmark, "measure", lambda *_: pytest.fail("measured"))
    monkeypatch.setattr(benchmark, "compare_with_trigrams", lambda *_: pytest.fail("compared"))
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tiny_zoo))
    monkeypatch.setenv("TLCOURSE_ASSETS", str(tmp_path / "nothing"))
    monkeypatch.delenv("NLTK_DATA", raising=False)

    def refused(*arguments: str, out: str = "out.json") -> str:
        monkeypatch.setattr(sys, "argv", ["zoo.py", *arguments, "--out", str(tmp_path / out)])
        files = sorted(tmp_path.rglob("*"))
        with pytest.raises(SystemExit) as end:
            benchmark.main()
        assert end.value.code == 2
        assert sorted(tmp_path.rglob("*")) == files
        return capsys.readouterr().err.split("error: ", 1)[1]

    return refused


@pytest.mark.parametrize("value", ["1k", "0", "9", "-1", "1.5", ""])
def test_labels_are_a_number_or_all(refusal, value):
    told = refusal("counts", f"--labels={value}")
    assert told == f"argument --labels: {value!r}: expected a whole number from 10 up, or all\n"


@pytest.mark.parametrize("value", ["0", "-3", "three"])
def test_seeds_are_from_one_up(refusal, value):
    told = refusal("counts", f"--seeds={value}")
    assert told == f"argument --seeds: {value!r}: expected a whole number from 1 up\n"


def test_the_folders_of_what_is_written_are_there(refusal, tmp_path):
    for told in (
        refusal("counts", out="nowhere/out.json"),
        refusal("counts", "--figure", str(tmp_path / "nowhere" / "f.png")),
    ):
        assert f"there is no folder {tmp_path / 'nowhere'}; make it first" in told


@pytest.mark.parametrize("name", ["scores.docx", "scores", "scores."])
def test_a_figure_is_of_a_kind_that_can_be_written(refusal, tmp_path, name):
    told = refusal("counts", "--figure", str(tmp_path / name))
    assert told.startswith(f"argument --figure: {str(tmp_path / name)!r}: expected a name that ends in ")
    assert ".png" in told


def test_an_unknown_model_is_told_all_that_there_are(refusal, benchmark):
    told = refusal("counts", "bart")
    assert told.startswith("argument NAME: 'bart': expected ")
    for name in (*zoo.ZOO, *benchmark.BASELINES):
        assert name in told


def test_a_model_that_is_not_trained_is_told_how_to_train_it(refusal):
    told = refusal("counts", "gpt2-mini")  # the tiny zoo has none
    assert "tlcourse pretrain gpt2-mini" in told
    assert "TLCOURSE_CHECKPOINTS" in told


def test_baselines_need_no_trained_model(run, tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tmp_path / "none"))
    assert run("counts", "--labels", "20", "--seeds", "1")["cells"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--tasks", "topic", "topics"], "task is 'topics', expected one of sentiment, "),
        (["--tasks", "topic", "imdb"], "run `tlcourse fetch imdb`"),
        (["--tasks", "topic", "chunks"], "the task 'chunks' needs data that are not packaged: give nltk="),
        (["--tasks", "imdb", "--imdb", "nowhere"], "there are no IMDb reviews (train) in nowhere"),
        (["--tasks", "topic"], "tlcourse fetch"),
        (["--text", "nowhere"], "there is no text in nowhere: make it with `tlcourse text nowhere`"),
    ],
)
def test_data_that_are_not_there_are_told_of_first(refusal, arguments, says):
    assert says in refusal("counts", *arguments)


@pytest.mark.parametrize("name", ["glove", "minilm", "smollm2"])
def test_a_baseline_that_is_not_fetched_is_told_of_first(refusal, benchmark, monkeypatch, name):
    monkeypatch.setattr(benchmark, "load_tasks", lambda options: {})
    assert "tlcourse fetch" in refusal("counts", name)


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[]", b'{"cells": []}', b"\xff\xfe"])
def test_a_file_of_something_else_is_not_overwritten(refusal, tmp_path, content):
    there = tmp_path / "theirs.json"
    there.write_bytes(content)
    told = refusal("counts", out="theirs.json")
    assert f"argument --out: {there} holds no results of this benchmark" in told
    assert "another name" in told
    assert there.read_bytes() == content
