"""What README.md says of results is what data/results/ holds; the picture in data/README.md is drawn from it.

The sentences of data/README.md on the zoo are held to the results by `test_released_results.py`; the pages of
the site are the lessons, whose outputs come from their runs.
"""

import io
import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from tlcourse import show

PICTURED = (
    "topic",
    "imdb",
    "parts of speech",
    "entities",
    "sentiment",
)  # on which all of the zoo was measured
ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "data" / "results"


def read(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def text_of(name):
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize("name", ["pretraining_speed", "pretraining_speed_bf16"])
def test_the_stated_speeds_of_pretraining_are_those_of_the_file(name):
    readme, facts = text_of("README.md"), read(f"zoo/{name}")
    assert facts["computed_in_bf16"] == name.endswith("bf16")
    stated = []
    for model, word in (("bert-mini", "BERT"), ("gpt-mini", "GPT"), ("xlnet-mini", "XLNet")):
        assert len(facts["models"][model]["rounds"]) == 3
        faster = facts["models"][model]["Trainer"]["ours_is_faster_by"]
        told = " ({lowest:.2f} to {highest:.2f})".format(**faster)
        stated.append(f"{word} {faster['median']:.2f}{told}")
    assert ", ".join(stated) in readme
    if not facts["computed_in_bf16"]:
        shares = [f"{100 * ours['ours']['share_of_peak']['median']:.0f}" for ours in facts["models"].values()]
        assert f"at {shares[0]}, {shares[1]} and {shares[2]} % of what this machine reaches" in readme


@pytest.mark.parametrize("name", ["README.md", "data/README.md"])
def test_each_results_file_that_is_named_is_there(name):
    named = re.findall(r"[\w/]*results/[\w/.-]+\.(?:json|png)", text_of(name))
    assert named
    for path in named:
        where = ROOT / ("" if path.startswith("data/") else "data") / path
        assert where.is_file(), path


def test_the_picture_of_the_zoo_is_of_the_results_of_today():
    """Drawn anew and compared as a small grey picture: fonts and versions may move an edge, no mark."""
    fig = show.zoo_scores(read("zoo/tasks"), "100", tasks=PICTURED)
    drawn = io.BytesIO()
    fig.savefig(drawn, dpi=110)
    plt.close(fig)
    kept, now = (
        np.asarray(Image.open(file).convert("L").resize((600, 400)), dtype=float)
        for file in (RESULTS / "zoo" / "tasks-100.png", drawn)
    )
    assert np.abs(kept - now).mean() < 3  # of 255; a panel more or less moves everything


def test_what_distilberts_layers_know_is_what_the_file_says():
    readings = {
        "the embeddings": "embeddings",
        "the layer before the last": "second-to-last",
        "the last layer": "last",
        "all layers, weighted": "weighted sum of all",
    }
    rows = show.Records(read("to_tune_or_not_to_tune/frozen")["records"])
    found = rows.where(model="distilbert", head="linear", labels="all", test="test")
    for states, reading in readings.items():
        scores = [100 * score for score in found.where(reading=reading).scores]
        assert f"| {states} | {np.mean(scores):.1f} ± {np.std(scores, ddof=1):.1f} |" in text_of(
            "data/README.md"
        )


def test_what_is_stated_of_masking_more_is_what_the_file_says():
    lines = read("zoo/masked_lm_pilot")["compared"]
    loss = {line["way"]: line for line in lines if line["measure"] == "held out: masked piece"}
    assert {line["seeds"] for line in lines} == {3}
    stated = re.search(
        r"is ([\d.]+) nats with the paper's 15 % masked, ([\d.]+) with 30 %, ([\d.]+) with 40 %"
        r".*half as large come to ([\d.]+)",
        text_of("data/README.md"),
    )
    ways = ("BERT's", "30 % masked", "40 % masked", "1,024 places")
    assert [*stated.groups()] == [f"{loss[way]['mean']:.2f}" for way in ways]
    assert {way for way, line in loss.items() if line.get("beside") == "better"} == {*ways[1:]}
    on_tasks = [line for line in lines if line["measure"].startswith(("topic", "sentiment"))]
    assert "better" not in {line.get("beside") for line in on_tasks}
