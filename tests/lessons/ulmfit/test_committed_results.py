"""What the lesson shows of `data/results/ulmfit/` is whole, and a part measured anew agrees with it."""

from dataclasses import replace

import numpy as np
import pytest

from tlcourse.lessons.ulmfit import in_words, trials
from tlcourse.show.records import Records

SEEDS = {0, 1, 2}


def loaded(*parts: str) -> Records:
    return sum((Records.load(f"ulmfit/{part}") for part in parts), Records([]))


ABLATION = ("trec", "two_stages", "stage_2", "tricks", "constant", "language_models")


@pytest.mark.parametrize("parts", [("imdb", "imdb_two_stages", "ends"), ABLATION])
def test_every_way_has_three_seeds_with_a_hundred_labels(parts):
    for way, rows in loaded(*parts).where(labels=100).by("way").items():
        assert {*rows.values("seed")} >= SEEDS, way


def test_the_comparison_on_imdb_is_whole():
    asked = {"ULMFiT", "no LM fine-tuning", "from scratch", "TF-IDF", "frozen"}
    assert {*loaded("imdb", "imdb_two_stages").values("way")} == asked


def test_no_seed_of_the_results_was_searched_with():
    for task in ("imdb", "trec"):
        searched = Records.load(f"ulmfit/search_{task}")
        assert not SEEDS & {*searched.values("seed")}
        assert all(len(rows.values("rate")) > 1 for rows in searched.by("way").values())


def test_of_rates_as_good_as_the_best_the_lowest_is_chosen():
    assert trials.chosen({0.01: 0.50, 0.03: 0.60, 0.1: 0.61}) == 0.03
    assert trials.chosen({0.01: 0.70, 0.03: 0.60, 0.1: 0.61}) == 0.01


def test_the_ablation_has_the_papers_rows():
    assert len(in_words.measured(loaded(*ABLATION))) >= 10


@pytest.mark.timeout(300)
def test_a_part_measured_anew_agrees_within_the_spread():
    kept = Records.load("ulmfit/snippets").where(way="no LM fine-tuning")
    lm = trials.language_model()
    reading = trials.snippets(trials.reader(lm))
    recipe = replace(
        trials.WAYS["no LM fine-tuning"].recipe,
        learning_rate=trials.rate_of("ULMFiT", Records.load("ulmfit/search_trec")),
    )
    score = trials.accuracy(trials.train_classifier(lm, reading, recipe, 100, 0), reading)
    assert score == pytest.approx(kept.of_seed[0], abs=max(0.03, 2 * kept.spread))
    assert np.bincount(reading.test_labels).min() > 200
