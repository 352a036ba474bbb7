"""The lesson's sentences say what was measured, whichever way it came out."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tlcourse import show
from tlcourse.data import rated_sentences
from tlcourse.lessons.what_is_transfer_learning import domain_tables, in_words, published
from tlcourse.lessons.what_is_transfer_learning.unseen import Unseen
from tlcourse.train.measuring.domain_transfer import Domain

rng = np.random.default_rng(0)
LABEL = np.tile([0, 1], 500)
MOVIE = Domain("movie", [""] * 1000, LABEL - 0.5, LABEL, {}, np.arange(800), np.arange(800, 1000))


def after_all_labels(tf_idf, minilm):
    return show.Records(
        {"model": model, "labels": 800, "seed": seed, "score": score}
        for model, score in (("TF-IDF", tf_idf), ("MiniLM", minilm))
        for seed in (0, 1)
    )


def right(share):
    """Answers to the test sentences, so many of them right."""
    return np.where(np.arange(200) < share * 200, MOVIE.test_label, 1 - MOVIE.test_label)


@pytest.mark.parametrize(
    ("tf_idf", "minilm", "words"),
    [
        (0.90, 0.70, ("20.0 points ahead of", "more than luck")),
        (0.70, 0.90, ("20.0 points behind", "more than luck")),
        (0.71, 0.70, ("1.0 points ahead of", "another test set might turn it round")),
    ],
)
def test_all_labels(tf_idf, minilm, words):
    said = {"TF-IDF": right(tf_idf), "MiniLM": right(minilm)}
    text = in_words.with_all_labels(after_all_labels(tf_idf, minilm), MOVIE, said)
    assert all(word in text for word in words)
    assert "800 labels" in text
    assert "200 sentences" in text


def gains(by_weight):
    return show.Records(
        {"own": 100, "weight": weight, "pair": pair, "seed": seed, "score": mean + shift + 0.001 * seed}
        for weight, mean in by_weight.items()
        for pair, shift in (("a → b", 0.01), ("b → a", -0.01))
        for seed in range(3)
    )


def test_foreign_labels():
    text = in_words.foreign_labels(gains({1: 0.005}), 300)
    assert "With **100** labels of your own, 300 foreign ones" in text
    assert "+0.6 points on average" in text
    assert "raise the mean in 1 of 2 pairs, in 1 by more than luck, and lower it in 1, in 1 by more" in text
    assert "(lowest: b → a, −0.4)" in text


def test_a_mean_below_zero_within_luck_is_not_called_sure():
    rows = [{"own": 100, "pair": "a → b", "seed": k, "score": s} for k, s in enumerate([-0.03, 0.02, -0.01])]
    text = in_words.foreign_labels(show.Records(rows), 300)
    assert "in 0 of 1 pairs, in none by more than luck, and lower it in 1, in none by more than luck" in text


@pytest.mark.parametrize(
    ("by_weight", "best"),
    [
        ({1: 0.0, 5: 0.05}, "that of a weight of 5; it is better than"),
        ({1: -0.1, 5: -0.05}, "that of a weight of 5; it is worse than"),
        ({1: -0.001, 5: -0.05}, "that of a weight of 1; it is not to be told from"),
    ],
)
def test_weights(by_weight, best):
    some = gains(by_weight)
    # The seeds would otherwise differ by the same in each weight, which is a single measurement.
    noisy = show.Records({**row, "score": row["score"] + rng.normal(0, 1e-4)} for row in some)
    text = in_words.weighed(noisy)
    assert best in text
    assert "a weight of 5 is" in text
    assert ("you do worse than without foreign labels" in text) == (by_weight[5] < 0)


@pytest.mark.parametrize(("order", "words"), [(1, "fits the argument"), (-1, "against the argument")])
def test_unseen_words(order, words):
    share = np.array([0.1, 0.2, 0.3, 0.4])
    by_pair = {"TF-IDF": (share, order * share), "MiniLM": (share, np.array([0.1, 0.3, 0.2, 0.4]))}
    falling = np.array([[0.66, 0.6, 0.55], [0.66, 0.61, 0.56]])
    lost = Unseen(by_pair, {"TF-IDF": falling, "MiniLM": falling + 0.1})
    text = in_words.unseen_words(lost, at_home=0.70)
    assert words in text
    assert "not the whole gap: even on sentences *without* one, TF-IDF gets **66%** away" in text
    assert "not the whole gap" not in in_words.unseen_words(lost, at_home=0.60)


def test_luck():
    assert "a word changes sides **27** times" in in_words.by_luck(
        27, [5, 10, 20]
    )  # a word twice counts twice
    assert "believe the top" in in_words.by_luck(27, [5, 10, 20])
    assert "all of it may be luck" in in_words.by_luck(12, [5, 10, 20])


def test_level_with_the_majority_is_not_below_it():
    label = np.repeat([0, 1], [306, 694])  # 69.4% positive
    one, other = (
        Domain(name, [""] * 1000, label - 0.5, label, {}, np.arange(0), np.arange(1000)) for name in "ab"
    )
    nearly = np.repeat([[1] * 999 + [0]], 3, axis=0)
    nearly[1:] = 1  # 69.37% on average
    said = {(s, t): nearly for s in "ab" for t in "ab"} | {("b", "a"): np.zeros((3, 1000), int)}
    (row,) = domain_tables.below_the_majority({"X": said}, [one, other], {"X": np.full((1, 2, 2), 0.5)})
    assert row["pairs below the majority"] == "1 of 2"
    assert (row["the worst"], row["accuracy"], row["majority"]) == ("b → a", "30.6%", "69.4%")


def test_home_and_away():
    matrix = np.array([[0.9, 0.7], [0.6, 0.8]])
    found = domain_tables.home_and_away({"X": np.stack([matrix, matrix + 0.02])})
    means = {where: some.mean for where, some in found.by("where").items()}
    assert means == pytest.approx({"at home": 0.86, "away": 0.66, "lost": (0.9 - 0.6 + 0.8 - 0.7) / 2})


def test_hutto_and_gilberts_table_is_rows_trained_on():
    lost = domain_tables.home_and_away({"theirs": published.TABLE_5[None]}).where(where="lost").mean
    # At home .83 .75 .60 .50; each column's other rows, by hand.
    columns = [
        (0.83, 0.56, 0.67, 0.58),
        (0.75, 0.56, 0.55, 0.55),
        (0.60, 0.58, 0.51, 0.51),
        (0.50, 0.45, 0.45, 0.43),
    ]
    gaps = [home - other for home, *others in columns for other in others]
    assert lost == pytest.approx(np.mean(gaps))


def learning_curves(tf_idf):
    rising = {"MiniLM": [0.6, 0.7, 0.72], "GloVe": [0.55, 0.6, 0.61], "TF-IDF": tf_idf}
    curves = {name: np.add([row, row], [[0.0], [0.01]]) for name, row in rising.items()}
    return show.Records.of_curves([25, 100, 400], curves, seeds=[0, 1])


def test_the_right_end_of_the_curves():
    text = in_words.right_end(learning_curves([0.5, 0.55, 0.73]))
    assert (
        "From 100 to 400, more labels bring +2.0 points to MiniLM, +1.0 points to GloVe, +18.0 points" in text
    )
    assert "goes on learning" in text
    assert "has not begun to catch up with MiniLM" in in_words.right_end(learning_curves([0.5, 0.55, 0.56]))


def test_the_first_reading_says_when_the_curves_are_too_short():
    found = show.labels_worth(learning_curves([0.5, 0.55, 0.73]))
    assert "gets there with about" in in_words.first_reading(found)
    assert "`full` profile" not in in_words.first_reading(found)
    short = show.labels_worth(learning_curves([0.5, 0.55, 0.56]))
    assert "does not get there with 400" in in_words.first_reading(short)
    assert "`full` profile" in in_words.first_reading(short)
    assert short.factor("MiniLM", 100) == "more than we have"
    low, high = found.needed("MiniLM", 100)
    assert found.factor("MiniLM", 100) == f"{(low + high) / 200:.1f} ({low / 100:.1f}–{high / 100:.1f})"


def test_where_people_are_clear_and_where_not():
    rows = [{"one rater": "58%", "classifier": "54%"}, {"one rater": "99%", "classifier": "85%"}]
    text = in_words.near_zero(rows)
    assert text.index("58%") < text.index("99%") < text.index("85%")


def test_home_is_named_beside_away():
    low, high = np.array([[0.6, 0.5], [0.5, 0.6]]), np.array([[0.9, 0.8], [0.8, 0.9]])
    shifts = np.array([0.0, 0.01, 0.03])[:, None, None]
    scores = {"MiniLM": high + shifts, "TF-IDF": low + shifts**2}
    travelled = domain_tables.home_and_away(scores)
    text = in_words.wrong_and_right_home(travelled, scores, ["movie", "tweets"])
    assert "MiniLM away from home is far above TF-IDF at home by 20" in text
    assert "Leaving home costs 10.0 points with MiniLM and 10.0 points with TF-IDF" in text
    assert "elsewhere is ahead on movie (+21.3) and tweets (+21.3)" in text
    assert "here it does in every column" in text
    scores["TF-IDF"] = scores["TF-IDF"] + np.array([0.0, 0.5])  # on tweets TF-IDF is far better
    text = in_words.wrong_and_right_home(domain_tables.home_and_away(scores), scores, ["movie", "tweets"])
    assert "ahead on movie (+21.3), behind on tweets (−28.7)" in text
    assert "it need not" in text


@pytest.mark.parametrize(
    ("minilm", "words"),
    [
        ([0.60, 0.70, 0.65], "0 lies outside: MiniLM is better"),
        ([0.52, 0.62, 0.57], "0 lies outside: GloVe is better"),
        ([0.50, 0.70, 0.61], "0 lies inside: the two are within luck"),
    ],
)
def test_bands_that_overlap_and_the_interval(minilm, words):
    columns = {"MiniLM": minilm, "GloVe": [0.551, 0.651, 0.6]}
    rows = {name: np.array(column)[:, None] for name, column in columns.items()}
    results = show.Records.of_curves([25], rows, seeds=[0, 1, 2])
    text = in_words.overlapping_bands(results)
    assert words in text
    assert "overlap." in text
    gap = show.difference(*(results.where(model=name) for name in rows))
    assert f"interval {100 * gap.low:+.1f} to {100 * gap.high:+.1f}".replace("-", "−") in text


def test_without_a_spread_there_is_no_interval():
    assert "no interval" in in_words.interval(show.difference([0.8, 0.8], [0.7, 0.7]))


def test_a_word_is_shown_on_its_side_in_either_domain():
    sets = [rated_sentences.load(name) for name in ("movie", "editorial")]
    flip = {"word": "human", "in": "movie", "z": 4.7, "but in": "editorial", "z there": -2.3}
    rows = domain_tables.with_word(sets, flip)
    assert [row["in"] for row in rows] == ["movie"] * 3 + ["editorial"] * 3
    assert [row["rating"][0] for row in rows] == ["+"] * 3 + ["-"] * 3


def test_the_sentence_quoted_in_the_text_is_in_the_data():
    source = Path(__file__).parents[3] / "notebooks" / "src" / "01_what_is_transfer_learning.py"
    (quoted,) = re.findall(r"In movie reviews \*like\* compares \(“(.+?)”\)", source.read_text("utf-8"))
    assert quoted in rated_sentences.load("movie").texts


def test_missed_are_missed_with_every_seed():
    said = np.stack([MOVIE.test_label, MOVIE.test_label])
    said[:, 3] = 1 - said[:, 3]
    said[0, 5] = 1 - said[0, 5]
    named = replace(MOVIE, texts=[str(i) for i in range(1000)])
    assert [row["sentence"] for row in domain_tables.missed([named], {("movie", "movie"): said})] == ["803"]
    assert domain_tables.missed([named], {("movie", "movie"): MOVIE.test_label[None]}) == []


def test_the_widgets_questions_are_answered():
    tweets = replace(MOVIE, name="tweets")
    other = replace(MOVIE, name="editorial")
    good, poor = MOVIE.test_label[None], right(0.6)[None]
    cells = [("editorial", "tweets"), ("tweets", "editorial")]
    said = {name: dict.fromkeys(cells, rows) for name, rows in (("MiniLM", good), ("TF-IDF", poor))}
    said["GloVe"] = {cells[0]: right(0.5)[None], cells[1]: good}
    text = in_words.explored([other, tweets], {100: said, 500: said})
    assert "below TF-IDF's in 1 of 2 pairs (editorial → tweets)" in text
    assert "MiniLM gets 100% with 100 labels and 100% with 500 labels" in text
