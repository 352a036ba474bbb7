"""Summaries: ROUGE-1 by hand, baselines from the article, and only what was written is returned."""

import pytest

from tlcourse.models.pretrained import writers
from tlcourse.probe import summaries


def test_rouge_1_by_hand():
    assert summaries.rouge_1("the cat sat", "The cat ran away") == pytest.approx(2 * 2 / 7)
    assert summaries.rouge_1("the the the", "the end") == pytest.approx(2 * 1 / 5)  # once each
    assert summaries.rouge_1("", "the end") == summaries.rouge_1("dog", "the end") == 0


def test_only_the_first_words_are_compared():
    long = " ".join(["word"] * summaries.COMPARED + ["headline"])
    assert summaries.rouge_1(long, "headline") == 0


def test_articles_and_baselines():
    texts, headlines = summaries.articles(5)
    assert len(texts) == len(headlines) == 5
    assert texts[0].startswith(summaries.baseline("first words", texts[0], 0))
    drawn = {summaries.baseline("a random sentence", texts[0], seed) for seed in range(12)}
    assert len(drawn) > 2
    assert all(one in texts[0] for one in drawn)


def test_what_is_written_after_the_hint():
    writer = writers.load("gpt2-nano")
    texts, _ = summaries.articles(2)
    said = summaries.written(writer, texts, "TL;DR:", seed=0)
    assert len(said) == 2
    assert said == summaries.written(writer, texts, "TL;DR:", seed=0)
    assert said != summaries.written(writer, texts, "", seed=0)
    assert not any(texts[0][:40].lower() in one for one in said)
