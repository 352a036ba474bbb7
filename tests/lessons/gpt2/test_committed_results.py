"""What the lesson measures live is what `benchmarks/gpt2.py` measured, and what it says of it is whole."""

import math

import numpy as np
import pytest

from tlcourse.data import short_questions, story_cloze
from tlcourse.lessons.gpt2 import figures, four, in_words
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe import bits_per_byte, generated_text, story_answers
from tlcourse.show.records import Records


@pytest.fixture(scope="module")
def small():
    return four.load(four.SMALL)


def test_bits_measured_anew_are_the_same(small):
    kept = Records.load("gpt2/bits").where(texts="news")
    for name in ("gpt2-nano", "gpt2-mini"):
        found = bits_per_byte.of_texts(small[name].ask, four.articles(4))
        assert found == pytest.approx(figures.tables(kept, name)[:4], rel=1e-3)


def test_questions_asked_anew_get_the_same_answers(small):
    kept = Records.load("gpt2/zero_shot")
    asked = story_cloze.load("names").head(40)
    for name in four.SMALL:
        score = story_answers.accuracy(story_answers.choice_scores(small[name].ask, asked), asked.right)
        rows = kept.where(model=name, task="names", way=in_words.WITH, seed=0)
        assert score == pytest.approx(rows.mean, abs=0.026)
    questions = short_questions.load("languages", 1)
    found = story_answers.short_answers(small["gpt2-mini"].ask, questions)
    rows = kept.where(model="gpt2-mini", task="languages", seed=1)
    assert story_answers.accuracy(found, questions.right) == pytest.approx(rows.mean, abs=0.11)


@pytest.mark.timeout(300)
def test_smollm2_asked_anew_agrees():
    there = four.load([SMOLLM2])[SMOLLM2]
    assert there.body == four.BODIES[SMOLLM2]
    found = bits_per_byte.of_texts(there.ask, four.articles(2))
    kept = figures.tables(Records.load("gpt2/bits").where(texts="news"), SMOLLM2)[:2]
    assert found == pytest.approx(kept, rel=2e-3)


def test_the_sizes_are_those_of_the_models(small):
    assert {name: size.body for name, size in small.items()} == {n: four.BODIES[n] for n in four.SMALL}


def test_every_cell_has_three_draws():
    zero = Records.load("gpt2/zero_shot")
    for task in in_words.CHANCE:
        for name in (*four.ALL, *in_words.BASELINES.get(task, ())):
            assert set(in_words.rows_of(zero, task, name).values("seed")) == {0, 1, 2}, (task, name)
    detected = Records.load("gpt2/detected")
    for key, rows in detected.by("judge", "model", "way", "by").items():
        assert set(rows.values("seed")) == {0, 1, 2}, key
    for key, rows in Records.load("gpt2/overlap").by("model", "way", "run").items():
        assert set(rows.values("seed")) == {0, 1, 2}, key
    for key, rows in Records.load("gpt2/tldr").by("model", "way").items():
        assert set(rows.values("seed")) == {0, 1, 2}, key


def test_the_control_tells_nothing():
    found = Records.load("gpt2/detected").where(by=generated_text.CONTROL)
    assert 0.4 < np.mean([row["score"] for row in found]) < 0.6


def test_one_row_is_as_fast_as_was_aimed_at():
    speed = Records.load("gpt2/speed")
    for name, rows in speed.by("model").items():
        assert rows.where(way="plain loop").mean > 3 * rows.where(way="one row").mean, name


def test_bits_and_bytes_are_of_the_same_texts():
    bits = Records.load("gpt2/bits")
    for on in ("news", "films"):
        sizes = {tuple(row["bytes"]) for row in bits.where(texts=on) if "lower" not in row["model"]}
        assert len(sizes) == 1
        for row in bits.where(texts=on):
            assert row["score"] == pytest.approx(math.fsum(row["bits"]) / math.fsum(row["bytes"]), rel=1e-3)
