"""The sentences of lesson 03 say what the numbers say, whichever way these come out."""

import numpy as np
import pytest
from scipy import stats

from tlcourse.lessons.static_word_vectors import glove_in_words, in_words, kept_results, published, trials
from tlcourse.probe.bias import Leftover
from tlcourse.probe.word_vectors import Section
from tlcourse.show.records import Records

TESTS = in_words.TESTS


def records(**scores: list[float]) -> Records:
    return Records(
        {"model": model, "test": test, "seed": seed, "seconds": 2.0, "score": score}
        for model, of_seed in scores.items()
        for test in TESTS
        for seed, score in enumerate(of_seed)
    )


def test_luck_is_students_prediction_interval():
    group = records(ours=[0.1, 0.2, 0.4]).where(test=TESTS[0])
    wanted = stats.t(2).ppf(0.975) * group.spread * np.sqrt(1 + 1 / 3)
    assert trials.luck([group], 1, 3) == pytest.approx(wanted)
    assert trials.luck([records(ours=[0.1]).where(test=TESTS[0])]) == np.inf


def test_luck_of_two_groups_pools_their_spread():
    a, b = (records(ours=s).where(test=TESTS[0]) for s in ([0.30, 0.32, 0.31], [0.20, 0.23, 0.24]))
    pooled = stats.ttest_ind(a.scores, b.scores)  # Student's own, of equal variances
    interval = pooled.confidence_interval(0.95)
    assert trials.luck([a, b], 3, 3) == pytest.approx((interval.high - interval.low) / 2)


@pytest.mark.parametrize(("score", "said"), [(0.5, "+0.200 on"), (0.1, "−0.200 on"), (0.301, "within luck")])
def test_a_verdict_is_more_than_luck_or_is_not(score, said):
    results = records(ours=[0.299, 0.3, 0.301], gensim=[0.249, 0.25, 0.251])
    assert said in in_words.verdict(records(other=[score]), results)


@pytest.mark.parametrize(("second", "luck"), [(0.3, True), (0.1, False)])
def test_no_method_is_called_first_within_luck(second, luck):
    results = records(ours=[0.28, 0.3, 0.32], gensim=[0.23, 0.25, 0.27])
    told = in_words.methods(records(CBOW=[0.31], GloVe=[second]), results)
    assert ("with GloVe within luck" in told) is luck
    assert ("by more than luck" in told) is not luck


def test_glove_is_undertrained_by_the_kept_control():
    kept = kept_results.glove_passes()
    r = kept.where(measure=kept_results.MEASURES["r_whole_sum"]).by("training")
    assert r[kept_results.training(100, 40)].mean == pytest.approx(0.953, abs=5e-4)
    told = in_words.passes(kept)
    assert "raise GloVe's r from 0.874 to **0.953**" in told
    assert "changes it by no more than luck (0.877)" in told
    assert "*undertrained*" in told


def test_the_order_of_the_text_is_told_from_the_kept_comparison():
    told = in_words.order_of_text(kept_results.against_gensim())
    assert "raises what gensim gets" in told
    assert all(number in told for number in ("0.298", "0.412", "0.418"))


@pytest.mark.parametrize(("multiplied", "said"), [(70, "10.0 points better"), (50, "10.0 points worse")])
def test_which_rule_is_better_is_computed(multiplied, said):
    asked = {name: Section(name, n, 100, 100) for name, n in (("add", 60), ("mul", multiplied), ("any", 15))}
    told = glove_in_words.rule(asked)
    assert said in told
    assert "75% of the score" in told


def test_behind_are_those_that_luck_does_not_reach():
    results = records(ours=[0.28, 0.3, 0.32], gensim=[0.23, 0.25, 0.27])
    told = in_words.methods(records(CBOW=[0.31], SVD=[0.3], GloVe=[0.1], fastText=[0.05]), results)
    assert "CBOW is highest, with SVD within luck" in told
    assert "GloVe and fastText are behind" in told


def test_what_competitors_cost_is_apart_from_what_rarer_questions_cost():
    small, same, large = (Section("all", n, asked, 200) for n, asked in ((50, 100), (49, 100), (80, 200)))
    told = glove_in_words.competitors(small, same, large)
    assert "the same 100 questions" in told
    assert "**−1.0 points**" in told
    assert "by −9.0." in told


def test_the_start_is_told_for_each_number_of_labels():
    rows = [
        {"model": model, "labels": n, "seed": seed, "score": score + 0.01 * seed * (n == 100)}
        for n in (100, 1000)
        for model, score in (
            ("TF-IDF", 0.5),
            ("frozen GloVe", 0.6),
            ("tuned GloVe", 0.7),
            ("random, learned", 0.6),
        )
        for seed in range(3)
    ]
    told = glove_in_words.few_and_many(Records(rows), n_all=1000)
    assert told.count("+10.0 points") == 2
    assert told.count("these same sentences") == 1
    assert "1,000 labels" in told.partition("(Every seed")[0]


@pytest.mark.parametrize(("score", "said"), [(0.301, "; within luck."), (0.5, "by more than luck +0.200 on")])
def test_cbow_is_told_with_its_numbers(score, said):
    results = records(ours=[0.299, 0.3, 0.301], gensim=[0.249, 0.25, 0.251])
    told = in_words.cbow(records(CBOW=[score]), results)
    assert f"ρ = {score:.3f} against 0.300 on WordSim-353" in told
    assert said in told


@pytest.mark.parametrize(
    ("theirs", "said"), [([0.3, 0.29, 0.31], "within luck"), ([0.1, 0.11, 0.09], "ours is above")]
)
def test_ours_and_gensims_are_compared_seed_by_seed(theirs, said):
    results = records(ours=[0.3, 0.31, 0.29], gensim=theirs)
    assert f"WordSim-353: {said}; seed by seed" in in_words.against_gensim(results, "Some pairs")
    totals = ("9 words", Section("all", 1, 2, 2)), Section("all", 1, 2, 2)
    left = {name: Leftover(clusters=0.6, classifier=0.7) for name in ("before", "after")}
    rows = published.comparison(*totals, results.where(test=TESTS[0]), 0.8, left)
    assert ("Within luck." in rows[2][-1]) is (said == "within luck")
