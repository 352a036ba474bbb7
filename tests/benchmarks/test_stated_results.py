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


def test_the_stated_speeds_of_pretraining_are_those_of_the_file():
    readme, facts = text_of("README.md"), read("zoo/pretraining_speed")
    faster = {
        name: ours["Trainer"]["ours_is_faster_by"]
        for name, ours in facts["models"].items()
        if "Trainer" in ours
    }
    stated = re.search(r"BERT and GPT were trained ([\d.]+) times as fast", readme)
    assert [f"{faster[name]:.1f}" for name in ("bert-mini", "gpt-mini")] == [stated[1]] * 2
    stated = re.search(r"XLNet's ([\d.]+) there", readme)
    assert f"{faster['xlnet-mini']:.1f}" == stated[1]
    assert ("without bfloat16" in readme) == (not facts["computed_in_bf16"])


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
