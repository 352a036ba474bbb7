"""What lesson 03 shows of results that took longer than a lesson may: read from `data/results`."""

import json

from tlcourse.show.records import Records, results_dir

MEASURES = {
    "r_whole_sum": "whole sum against log X, r",
    "r_pair_alone": "pair alone against PMI, r",
    "loss_per_entry": "loss per entry",
}
WHOSE = {"gensim": "gensim, text in order", "gensim, sentences shuffled": "gensim, text shuffled"}


def _read(name: str) -> dict:
    file = results_dir() / "static_word_vectors" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def training(dimensions: int, passes: int) -> str:
    """What a training of GloVe is called in `glove_passes`."""
    return f"{dimensions} numbers a word, {passes} passes"


def glove_passes() -> Records:
    """How well GloVe fits with more passes or more dimensions: training, measure, seed, score."""
    kept = _read("glove_passes")
    return Records(
        (
            {
                "training": training(row["dimensions"], row["passes"]),
                "measure": told,
                "seed": row["seed"],
                "score": row[key],
            }
            for row in kept["records"]
            for key, told in MEASURES.items()
        ),
        {key: value for key, value in kept.items() if key != "records"},
    )


def glove_similarity(dimensions: int, passes: int) -> float:
    """Mean Spearman's ρ on WordSim-353 of a training in `glove_passes`."""
    rows = [
        row["WordSim-353"]
        for row in _read("glove_passes")["records"]
        if (row["dimensions"], row["passes"]) == (dimensions, passes)
    ]
    return sum(rows) / len(rows)


def against_gensim() -> Records:
    """Ours, gensim's, and gensim's on shuffled sentences: model, whose, test, seed, score (Spearman's ρ)."""
    kept = _read("against_gensim")
    return Records(
        (
            {
                "model": row["model"],
                "whose": WHOSE.get(row["whose"], row["whose"]),
                "test": test,
                "seed": row["seed"],
                "score": row[test],
            }
            for row in kept["side_by_side"]["records"]
            for test in ("WordSim-353", "SimLex-999")
        ),
        {key: kept[key] for key in ("command", "machine", "seeds", "settings")},
    )
