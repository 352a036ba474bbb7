"""The traps do what they say: a leak helps on what leaked, picking on the test reports too much."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import bootstrap, norm

from tlcourse.data.overlap import Words, ngrams
from tlcourse.lessons.state_of_the_art_and_after import (
    afterwards,
    board,
    both_ways,
    figures,
    in_words,
    own_texts,
    published,
    traps,
)
from tlcourse.lessons.state_of_the_art_and_after.exercises import expected_best, leaked, paired_bootstrap
from tlcourse.show.figures import png
from tlcourse.show.records import Records


@pytest.fixture(scope="module")
def films():
    return traps.films()


def test_one_seed_errs_as_often_as_it_lies_on_the_wrong_side():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.01, 0.02, 60), np.zeros(60)
    found = traps.flips(first, second, [1, 5, 20], seed=0)
    assert found[1] == pytest.approx((first < 0).mean())
    # The mean of five drawn seeds errs as a normal one would, nearly.
    assert found[5] == pytest.approx(norm.cdf(-first.mean() / (first.std() / np.sqrt(5))), abs=0.04)
    assert found[1] > found[5] > found[20]
    level = np.array([0.1, 0.0, 0.0, -0.05])
    assert traps.flips(level, np.zeros(4), [1], seed=0) == {1: 0.5}  # one errs, two are level
    assert traps.flips(second + 0.1, second, [1], seed=0) == {1: 0.0}
    assert traps.flips(second, second + 0.1, [1], seed=0) == {1: 0.0}  # whichever is better


def test_a_leak_helps_who_learns_by_heart_and_nobody_on_fresh_texts(films):
    found = traps.leak(films, ["GloVe", traps.NEIGHBOUR], [0, 0.2], 300, 200, [0, 1, 2])
    by = {key: rows.mean for key, rows in found.by("system", "on", "share").items()}
    gained = {s: by[s, "the test set", 0.2] - by[s, "the test set", 0] for s in ("GloVe", traps.NEIGHBOUR)}
    assert gained[traps.NEIGHBOUR] > gained["GloVe"]
    # Who learns by heart mends just what was wrong among the leaked, but for a neighbour or two.
    assert gained[traps.NEIGHBOUR] == pytest.approx(by[traps.NEIGHBOUR, traps.WRONG, 0.2], abs=0.02)
    for system in ("GloVe", traps.NEIGHBOUR):
        assert by[system, "fresh texts", 0.2] == pytest.approx(by[system, "fresh texts", 0], abs=0.05)
    said = in_words.of_leaks(found)
    assert "20% of the test texts leaked" in said
    assert png(figures.leaks(found).fig)


def test_the_best_of_the_test_set_reports_too_much(films):
    found = traps.tries(films, [1, 8, 32], 60, 60, [0, 1])
    last = {how: found.where(how=how, k=32).mean for how in (traps.PICKED, traps.HONEST, traps.TRUE)}
    assert last[traps.PICKED] >= last[traps.HONEST]
    one = found.where(k=1)
    assert one.where(how=traps.PICKED).mean == pytest.approx(0, abs=1e-9)
    assert one.where(how=traps.TRUE).mean == pytest.approx(0, abs=1e-9)
    assert "32 settings" in in_words.of_tries(found)
    assert png(figures.tries(found).fig)


def test_picking_over_all_sets_is_counted_as_the_exercise_counts():
    rng = np.random.default_rng(0)
    scores, fresh = rng.permutation(9) / 10, rng.uniform(size=9)
    level = rng.integers(0, 4, 9) / 10  # some are equal
    for k in range(1, 10):
        shares = traps._is_the_best(scores, k)
        sets = [np.array(some) for some in combinations(range(9), k)]
        assert shares @ fresh == pytest.approx(np.mean([fresh[s[scores[s].argmax()]] for s in sets]))
        assert shares @ scores == pytest.approx(expected_best(scores.tolist(), k))
        assert traps._is_the_best(level, k) @ level == pytest.approx(expected_best(level.tolist(), k))
    assert traps._is_the_best(np.array([0.2, 0.7, 0.7]), 2) == pytest.approx([0, 0.5, 0.5])


def test_seeds_drawn_and_told(films):
    found = traps.many_seeds(films, ["GloVe", "TF-IDF"], [50, 200], [0, 1, 2, 3])
    two = [found.where(system=s, labels=50).scores for s in found.values("system")]
    shares = {f"{n} labels": traps.flips(*two, [1, 5], 0) for n in (50, 200)}
    assert "one seed errs in" in in_words.of_seeds(found, shares)
    assert "GloVe is ahead in" in figures.seeds(found, "GloVe", "TF-IDF").alt
    assert "with 1 and" in figures.wrong_way(shares).alt


def test_the_expected_best_is_the_mean_over_all_sets():
    scores = np.random.default_rng(0).uniform(size=7).tolist()
    for k in range(1, 8):
        every = np.mean([max(some) for some in combinations(scores, k)])
        assert expected_best(scores, k) == pytest.approx(every)


def test_the_bootstrap_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a, b = (rng.uniform(size=400) < 0.8).astype(int), (rng.uniform(size=400) < 0.75).astype(int)
    ours = paired_bootstrap(a, b, rng.integers(0, 400, (4000, 400)))
    theirs = bootstrap(
        (a, b), lambda x, y, axis: (x - y).mean(axis=axis), paired=True, method="percentile", rng=rng
    ).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.006)  # two draws of thousands


def test_leaked_texts_are_those_that_the_engine_finds(films):
    train, test = films.texts[:300], films.texts[200:500]
    words = Words()
    known = {int(n) for text in train for n in ngrams(words.numbers(text), 8)}
    shared = [i for i, t in enumerate(test) if known & {int(n) for n in ngrams(words.numbers(t), 8)}]
    found = leaked(train, test, 8)
    # The engine takes words of letters and figures, the exercise whatever blanks part: a few differ.
    assert len(set(found) ^ set(shared)) <= 0.1 * len(shared)
    assert set(range(100)) & set(found) == {i for i in range(100) if len(test[i].split()) >= 8}


def test_what_became_of_the_systems_is_dated_and_can_be_looked_up():
    rows = afterwards.led_to()
    assert len(rows) >= 20
    for row in rows:
        assert 2018 <= int(row["year"]) <= 2025
        assert any(where in row["look it up"] for where in ("arXiv ", "C18-", "repository", "lesson"))
        if row["look it up"].startswith("arXiv "):
            # arXiv's numbers begin with the year and the month.
            assert int(row["year"]) == 2000 + int(row["look it up"][6:8])
    assert [row["papers"] for row in afterwards.counts()] == [106, 351, 448]


def test_the_papers_rows_are_whole():
    shares = {"100 labels": {1: 0.0, 5: 0.0}, "1,000 labels": {1: 0.3, 5: 0.1}}
    rows = published.paper_rows(board.load(), both_ways.gather(), shares)
    assert all(all(cell for cell in row) for row in rows)
    assert "1,000 labels: one seed puts the wrong one in front in 30%" in rows[1][3]


def test_the_csv_has_what_it_says(tmp_path: Path):
    import csv

    path = own_texts.write(tmp_path / "reviews.csv", 40, 0)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert len(rows) == 40
    assert {row["pleased"] for row in rows} == {"yes", "no"}
    assert all(row["review"] for row in rows)
    with pytest.raises(ValueError, match="n is 10000000"):
        own_texts.write(tmp_path / "more.csv", 10_000_000, 0)


def test_records_are_told_either_way():
    rows = Records(
        {"system": "a", "share": share, "on": on, "seed": seed, "score": 0.7 + 0.001 * seed + gain * share}
        for seed in range(3)
        for on, gain in ((traps.TEST, -1), (traps.FRESH, 0), (traps.WRONG, 0))
        for share in (0, 0.1)
    )
    assert "a: loses 10.0 points" in in_words.of_leaks(rows)


def test_a_test_set_of_more_texts_tells_more(films):
    found = traps.of_test_texts(films, ["GloVe", "TF-IDF"], 200, 0, [100, 2000], draws=300)
    wide, narrow = (high - low for low, high in found.values())
    assert wide / narrow == pytest.approx(np.sqrt(20), rel=0.3)
    assert "2,000 texts:" in in_words.of_test_texts("GloVe", "TF-IDF", found)


def test_shared_runs_are_in_both(films):
    pairs = traps.shared_runs(films, 8)
    for one, other in pairs[:20]:
        words = "".join(c if c.isalnum() else " " for c in one.lower()).split()
        theirs = " ".join("".join(c if c.isalnum() else " " for c in other.lower()).split())
        assert any(" ".join(words[i : i + 6]) in theirs for i in range(len(words)))
    assert "test texts share 8 words" in in_words.of_shared_runs(pairs, len(films.test), 8)
    assert in_words.of_shared_runs([], 10, 8).endswith("with a training text.")
