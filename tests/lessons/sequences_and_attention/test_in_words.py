"""Sentences follow the numbers: after too little training none of them claims what full training shows."""

import numpy as np
import pytest

from tlcourse.lessons.sequences_and_attention import in_words, published
from tlcourse.lessons.sequences_and_attention.error_records import LONG, PER, SHORT, WER
from tlcourse.probe.letter_alignment import Agreement
from tlcourse.show.records import Records

ATTENTION, ONE, COUNTS = "attention", "one vector", "letters in context"


def measured(**models):
    """Records from model → (PER up to five letters, PER of nine and more), seeds 0 and 1 a little apart."""
    rows = []
    for name, (short, long) in models.items():
        for seed in (0, 1):
            of = {SHORT: short, LONG: long, PER: (short + long) / 2, WER: 0.5}
            rows += [
                {
                    "model": name.replace("_", " "),
                    "seed": seed,
                    "measured": what,
                    "score": score + seed / 1000,
                }
                for what, score in of.items()
            ]
            rows += [
                {"model": name.replace("_", " "), "seed": seed, "rate": PER, "letters": n, "score": score}
                for n, score in ((4, short), (13, long))
            ]
    return Records(rows)


FULL = measured(attention=(0.11, 0.13), one_vector=(0.13, 0.28), letters_in_context=(0.14, 0.10))
FAST = measured(attention=(0.65, 0.60), one_vector=(1.06, 0.66), letters_in_context=(0.19, 0.12))


def test_fewer_errors_on_long_words_only_where_there_are():
    assert "53% fewer** errors (by seed: 54%, 53%)" in in_words.on_long_words(FULL, ATTENTION, ONE)
    told = in_words.on_long_words(FAST, ATTENTION, ONE)
    assert in_words.TOO_SHORT in told
    assert "fewer" not in told, "the gap is larger on short words"


def test_more_errors_are_not_called_fewer():
    worse = measured(attention=(0.14, 0.13), one_vector=(0.13, 0.28))
    assert "up to five letters it makes 8% more." in in_words.on_long_words(worse, ATTENTION, ONE)


def test_what_grows_with_length():
    told = in_words.are_long_words_harder(FULL, COUNTS, ATTENTION, ONE)
    assert "easier" in told
    assert "grows by 15.0 points, with attention by 2.0" in told
    fast = in_words.are_long_words_harder(FAST, COUNTS, ATTENTION, ONE)
    assert in_words.TOO_SHORT in fast
    assert "grows" not in fast


def test_the_share_of_the_gap_is_of_one_seed():
    controls = FULL + measured(longer=(0.12, 0.22), wider=(0.13, 0.265)).where(seed=0)
    told = in_words.what_closes_the_gap(controls, ATTENTION, ONE, "longer", "wider", seed=0)
    assert "close **40%** of the gap" in told
    assert "parameters **10%**" in told
    assert "another seed" not in told, "ten per cent are more than the noise of these seeds"
    assert "time it takes to learn" in told
    late = FAST + measured(longer=(0.35, 0.52), wider=(0.6, 0.58)).where(seed=0)
    assert in_words.TOO_SHORT in in_words.what_closes_the_gap(late, ATTENTION, ONE, "longer", "wider", seed=0)
    noisy = measured(attention=(0.11, 0.13), one_vector=(0.13, 0.28)) + Records(
        [{"model": ONE, "seed": 2, "measured": LONG, "score": 0.30}]
    )
    tried = noisy + measured(longer=(0.12, 0.22), wider=(0.13, 0.275)).where(seed=0)
    told = in_words.what_closes_the_gap(tried, ATTENTION, ONE, "longer", "wider", seed=0)
    assert "no more than another seed might" in told
    none = measured(attention=(0.7, 0.7), one_vector=(0.6, 0.6), longer=(0.5, 0.5), wider=(0.5, 0.5))
    assert "no gap" in in_words.what_closes_the_gap(none, ATTENTION, ONE, "longer", "wider", seed=0)


@pytest.mark.parametrize("forward", [True, False])
def test_order_is_claimed_where_it_is_found(forward):
    weights = np.eye(5) if forward else np.eye(5)[::-1]
    told = in_words.reads_in_order({"abcde": (tuple("ABCDE"), weights)})
    assert ("Nobody told it" in told) == forward
    assert (in_words.TOO_SHORT in told) == (not forward)
    assert in_words.reads_in_order({"a": (("A",), np.eye(1))}) == in_words.TOO_SHORT


@pytest.mark.parametrize(("exact", "said"), [(0.70, "a ruler"), (0.80, "a little more")])
def test_weights_are_compared_with_a_straight_line(exact, said):
    found = Agreement(1000, exact, 0.97, 0.75, 0.99, 0.64, 0.89)
    told = in_words.looks_with_care(found)
    assert said in told
    assert "0.89 on average, a silent one 0.64" in told


@pytest.mark.parametrize("last", ["t", "h"])
def test_a_silent_letter_need_not_be_pale_only_where_it_is_not(last):
    weights = np.zeros((2, 7))
    weights[1, [5, 6]] = (0.7, 0.1) if last == "h" else (0.1, 0.7)
    told = in_words.silent_letters(("F", "T"), weights)
    assert f"`T`, is written, the silent *g* and *h* get {0.7 if last == 'h' else 0.1:.0%}" in told
    assert ("need not be pale" in told) == (last == "h")
    assert in_words.silent_letters((), np.zeros((0, 7))) == in_words.TOO_SHORT


@pytest.mark.parametrize("rise", [0.3, -0.1])
def test_whole_words_get_harder_only_where_they_do(rise):
    errors = Records(
        {"model": model, "seed": 0, "rate": WER, "letters": n, "score": score}
        for model, score in ((ATTENTION, 0.4), (ONE, 0.5), (COUNTS, 0.45))
        for n, score in ((4, score), (13, score + (rise if model == COUNTS else 0.3)))
    )
    told = in_words.whole_words(errors, COUNTS, ATTENTION, ONE)
    assert ("more chances" in told) == (rise > 0)
    assert f"{0.45 + rise:.0%} by *letters in context*, 70% by *attention*, 80% by *one vector*" in told


@pytest.mark.parametrize("length", [13, 40])
def test_what_is_cut_off_says_so(length):
    told = in_words.runs_on({"bc": ("IY",) * length}, {"bc": ("B",)}, "bc", ("B",))
    assert ("cut off" in told) == (length == 40)


def test_what_a_beam_changes_is_counted():
    greedy = {"a": ("A",), "b": ("B",), "c": ("X",), "d": ("D",)}
    beam = {"a": ("A",), "b": ("Y",), "c": ("C",), "d": ("Z",)}
    told = in_words.what_a_beam_changes(
        greedy, beam, {"a": [("A",)], "b": [("B",)], "c": [("C",)], "d": [("Q",)]}
    )
    assert "in 3 of 4 words (75%): 1 become right that way, and 1 wrong." in told


@pytest.mark.parametrize(
    ("product", "said"),
    [
        (0.1215, "small beside the 8.5 points"),
        (0.13, "small beside the 8.5 points"),
        (0.2005, "8.0 points above"),
        (0.0905, "3.0 points below"),
    ],
)
def test_dot_products_beside_the_gap_to_one_vector(product, said):
    one = Records({"model": "dot", "seed": 0, "measured": what, "score": product} for what in (PER, WER))
    told = in_words.dot_product(FULL + one, "dot", ATTENTION, ONE)
    assert said in told
    assert f"{product:.1%} of the phonemes wrong with dot products, 12.0% to 12.1% over the seeds" in told


def test_paper_and_ours_agree_only_where_they_do():
    full, fast = (published.comparison(errors, ONE, ATTENTION, 1000, 100_000) for errors in (FULL, FAST))
    assert full[1]["why"].startswith("They agree")
    assert fast[1]["why"].startswith("Not so after 1,000 steps")
    assert "few words" in full[2]["why"]
    assert "few words" not in fast[2]["why"]
    assert "1.3 times" in full[3]["why"]
