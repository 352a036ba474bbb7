"""The sentences say what came out, whichever way it comes out."""

from itertools import product

import numpy as np
import pytest

from tlcourse.lessons.gpt2 import asked, figures, four, in_words, of_writing, published
from tlcourse.lessons.gpt2.figures import tables
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe.generated_text import CONTROL, WAYS
from tlcourse.show.records import Records

RNG = np.random.default_rng(0)
HARD = np.exp(0.1 * RNG.normal(size=60))


def bits(news: tuple, films: tuple | None = None, trigrams: float = 1.5, plain: float = 1.2) -> Records:
    """Bits per byte of the four models on 60 texts."""
    rows = []
    for on, values in (("news", news), ("films", films or news)):
        for name, value in zip((*four.ALL, "trigrams"), (*values, trigrams), strict=True):
            own = value * HARD * np.exp(0.01 * RNG.normal(size=60))
            rows.append(row_of(name, on, own))
    rows.append(row_of("SmolLM2, lower case", "news", plain * HARD[:30]))
    return Records(rows)


def row_of(name: str, on: str, per_byte: np.ndarray) -> dict:
    size = np.full(len(per_byte), 500.0)
    found = (size * per_byte).tolist()
    score = float(per_byte.mean())
    return {"model": name, "texts": on, "seed": 0, "bits": found, "bytes": size.tolist(), "score": score}


def law(name: str, alpha: float = 0.05) -> float:
    return 1.8 * (four.BODIES["gpt2-nano"] / four.BODIES[name]) ** alpha


EXACT = tuple(law(name) for name in four.ALL)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (EXACT, "each needs fewer than the one before it"),
        ((1.8, 1.7, 1.6, 1.7), "fewer than the one before it need gpt2-micro and gpt2-mini"),
        ((1.6, 1.7, 1.8, 1.9), "need none"),
    ],
)
def test_bits_fall_or_do_not(values, said):
    assert said in in_words.of_bits(bits(values))


@pytest.mark.parametrize(
    ("trigrams", "said"),
    [(1.2, "fewer than gpt2-mini"), (2.5, "more than gpt2-mini"), (law("gpt2-mini"), "told")],
)
def test_trigrams_are_above_below_or_level(trigrams, said):
    assert said in in_words.of_bits(bits(EXACT, trigrams=trigrams))


@pytest.mark.parametrize(
    ("plain", "costs", "still"),
    [(1.5, "more than on the text", "lead is not"), (1.2, "fewer than", "lead is not"),
     (1.9, "more than on", "hangs on how the text is written")],
)  # fmt: skip
def test_capitals(plain, costs, still):
    values = (1.8, 1.75, 1.7, 1.4)
    told = in_words.of_capitals(bits(values, plain=plain))
    assert costs in told
    assert still in told


def test_the_law_holds_or_does_not():
    assert in_words.of_law(bits(EXACT)).count("**inside**") == 4
    told = in_words.of_law_and_text(bits(EXACT))
    assert "where the law says, on both texts" in told
    assert "we did not expect it" in told
    other = (*EXACT[:3], 1.0)
    assert "**below**" in in_words.of_law(bits(other))
    assert "below the interval on news and above the interval on films" in in_words.of_law_and_text(
        bits(other, (*EXACT[:3], 1.9))
    )
    bent = (1.8, 1.7, 1.3, 1.2)
    assert "Not even the next size" in in_words.of_law_and_text(bits(bent))
    assert "one of the two texts" in in_words.of_law_and_text(bits(bent, EXACT))


@pytest.mark.parametrize(("alpha", "said"), [(0.02, "less than the 0.076"), (0.2, "more than the 0.076")])
def test_the_exponent_beside_kaplans(alpha, said):
    assert said in in_words.of_law_and_text(bits(tuple(law(name, alpha) for name in four.ALL)))


def zero(small: float, mini: float, smol: float, baseline: float = 0.2, alone: float = 0.3) -> Records:
    values = dict(zip(four.ALL, (small, small, mini, smol), strict=True)) | dict.fromkeys(
        ("trigrams", "most frequent"), baseline
    )
    rows = []
    for task in in_words.CHANCE:
        names = [*four.ALL, *in_words.BASELINES.get(task, ())]
        for name in names:
            for seed in range(3):
                row = {"model": name, "task": task, "seed": seed, "items": 40}
                way = in_words.WITH if task in ("nouns", "names") else "levelled"
                rows.append(row | {"way": way, "score": values[name] + seed / 1000})
                if task in ("nouns", "names") and name in four.ALL:
                    rows.append(row | {"way": in_words.ALONE, "score": alone + seed**2 / 1000})
    return Records(rows)


def test_what_is_above_chance_is_counted():
    told = in_words.of_tasks(zero(0.05, 0.6, 0.9))
    assert "**gpt2-nano**: 1 of 8 (last words)" not in told  # below its baseline
    assert "**gpt2-nano**: 0 of 8" in told
    assert "**SmolLM2**: 8 of 8" in told
    assert "8 of the tasks rise" in told
    flat = in_words.of_tasks(zero(0.6, 0.6, 0.6))
    assert flat.count("0 of the tasks rise") == 2


def test_a_baseline_that_is_above_takes_the_task_away():
    told = in_words.of_tasks(zero(0.3, 0.6, 0.9, baseline=0.95))
    assert "**SmolLM2**: 5 of 8" in told


def test_the_context_is_worth_something_or_nothing():
    assert "+60 points" in in_words.of_context(zero(0.1, 0.9, 0.9))
    assert "within luck" in in_words.of_context(zero(0.1, 0.3, 0.3))
    assert "−20 points" in in_words.of_context(zero(0.1, 0.1, 0.1))


def tldr(hint: float) -> Records:
    rows = [
        {"model": "–", "way": way, "seed": seed, "score": score + seed / 1000}
        for way, score in (("first words", 0.3), ("a random sentence", 0.1))
        for seed in range(3)
    ]
    rows += [
        {"model": name, "way": way, "seed": seed, "score": score + seed**2 / 1000}
        for name in four.ALL
        for way, score in (("TL;DR:", 0.2 + hint), ("no hint", 0.2))
        for seed in range(3)
    ]
    return Records(rows)


def test_the_hint_helps_hurts_or_does_nothing():
    assert "SmolLM2 +5.0" in of_writing.of_tldr(tldr(0.05))
    assert "SmolLM2 −5.0" in of_writing.of_tldr(tldr(-0.05))
    told = of_writing.of_tldr(tldr(0.0))
    assert "below first words and above a random sentence" in told


def overlap(people: float, likeliest: float, drawn: float, other: float = 0.01) -> Records:
    rows = []
    for run in of_writing.RUNS:
        for seed in range(3):
            key = {"run": run, "seed": seed}
            rows.append({**key, "model": "people", "way": "–", "score": people + seed / 9000})
            for name in four.ALL:
                for way in WAYS:
                    score = likeliest if way == "the likeliest" else drawn
                    score = other if name == SMOLLM2 else score
                    rows.append({**key, "model": name, "way": way, "score": score + seed**2 / 9000})
    return Records(rows)


def test_who_repeats_more():
    told = of_writing.of_overlap(overlap(0.02, 0.3, 0.005))
    assert "more often than people's: the likeliest" in told
    assert "less often: top-k, k = 40, nucleus, p = 0.9 and all pieces" in told
    assert "at most 30.0%" in of_writing.by_heart(overlap(0.02, 0.3, 0.005))
    assert "cannot be told: the likeliest" in of_writing.of_overlap(overlap(0.02, 0.02, 0.02))


@pytest.mark.parametrize(
    ("other", "said"),
    [(0.1, "fewer than"), (0.3, "within luck of"), (0.5, "more than")],
)
def test_the_control_of_another_text(other, said):
    assert said in of_writing.of_other_text(overlap(0.02, 0.3, 0.005, other))


def detected(all_pieces: tuple, likeliest: float = 0.99) -> Records:
    rows = []
    for judge, (name, drawn) in product(("gpt2-mini", "gpt2-nano"), zip(four.ALL, all_pieces, strict=True)):
        for way, by, seed in product(WAYS, ("log rank", "entropy", "classifier", CONTROL), range(3)):
            score = 0.5 if by == CONTROL else likeliest if way == "the likeliest" else drawn
            score += seed / 1000 * (1 if name == "gpt2-mini" else 1.5)
            rows.append({"judge": judge, "model": name, "way": way, "by": by, "seed": seed, "score": score})
    return Records(rows)


def test_the_hardest_to_tell():
    told = of_writing.of_detected(detected((0.9, 0.8, 0.7, 0.6)))
    assert "harder to tell than the smallest" in told
    assert "below the likeliest" in told
    assert "the largest is harder to tell than the smallest, too" in told
    assert "the other way round" in of_writing.of_detected(detected((0.6, 0.7, 0.8, 0.6)))
    assert "*easier* to tell" in of_writing.of_detected(detected((0.6, 0.7, 0.8, 0.6)))
    assert "cannot tell the smallest" in of_writing.of_detected(detected((0.7, 0.7, 0.7, 0.7)))
    assert "comes to 0.50" in told
    assert "judged by gpt2-nano" not in of_writing.of_judges(detected((0.9, 0.8, 0.7, 0.6)))
    assert "none of our three" in of_writing.of_tails(detected((0.9, 0.8, 0.7, 0.6)))
    wild = of_writing.of_tails(detected((0.1, 0.3, 0.7, 0.6)))
    assert "gpt2-nano 0.10 and gpt2-micro 0.30" in wild
    assert "0.90" in of_writing.of_judges(detected((0.9, 0.8, 0.7, 0.6)))


def test_figures_say_what_came_out():
    assert "the law says" in figures.law(bits(EXACT)).alt
    told = figures.tasks(in_words.reported(zero(0.1, 0.5, 0.9)), in_words.CHANCE, in_words.BASELINES).alt
    assert "nouns 10%, 10%, 50%, 90% (chance 10%)" in told
    assert "classifier, SmolLM2" in figures.detected(detected((0.9, 0.8, 0.7, 0.6)), "gpt2-mini").alt


def test_weights_that_begin_smaller_keep_the_stream_even():
    scaled, alike = (figures.stream_sizes(12, scaled, 0) for scaled in (True, False))
    assert scaled[-1] / scaled[0] < 1.5 < 2 < alike[-1] / alike[0]


def test_the_papers_rows_are_whole():
    words = Records(
        {"model": name, "way": "as it says", "seed": seed, "score": 100.0}
        for name in four.ALL
        for seed in range(3)
    )
    rows = published.paper_rows(bits(EXACT), zero(0.1, 0.5, 0.9), words, tldr(0.1), overlap(0.02, 0.3, 0.01))
    assert len(rows) == 8
    assert all(len(row) == 5 and all(row) for row in rows)
    assert "2.0% of people's" in rows[-1][3]


def test_tables_of_a_model():
    found = tables(bits(EXACT).where(texts="news"), "gpt2-nano")
    assert found.shape == (60, 2)


def test_pairs_are_shown_whole():
    pairs = asked.byte_pairs.learn(["the theme, the thesis"], 6)
    rows = asked.cut_and_back(pairs, asked.zoo_pieces(), ["the £"])
    assert rows[0]["come back as "] == "the £"
    assert "C2" in rows[0]["pairs of bytes"]
    assert asked.first_joined(pairs, [0])[0]["step"] == "1"
