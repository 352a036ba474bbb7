"""The figures, sentences and widget come out right either way."""

import numpy as np
import pytest

from tlcourse.lessons.to_tune_or_not_to_tune import (
    beside_the_papers,
    choices,
    figures,
    in_words,
    in_words_of_names,
    published,
)
from tlcourse.show.figures import png
from tlcourse.show.records import Records

READINGS = [one for one in published.BERT_BASE if one != "fine-tuned"]
WAYS = ("frozen, light", "frozen, heavy", "tuned, light")


def conll(tuned: float) -> Records:
    rows = []
    for seed in range(3):
        for test, less in (("valid", 0), ("test", 0.04), ("wikigold", 0.2)):
            noise = 0.001 * seed - less
            key = {"model": "distilbert", "labels": "all", "seed": seed, "test": test}
            for place, reading in enumerate(READINGS):
                score = 0.7 + 0.02 * place + noise
                rows.append({**key, "way": "frozen", "reading": reading, "head": "linear", "score": score})
            heavy = {"way": "frozen", "reading": "weighted sum of all", "head": "BiLSTM"}
            rows.append({**key, **heavy, "score": 0.85 + noise})
            key |= {"way": "fine-tuned", "reading": "last", "head": "linear"}
            rows.append({**key, "score": tuned + 1.1 * noise})
    return Records(rows)


def grid(tuned: float) -> Records:
    means = dict(zip(WAYS, (0.5, 0.6, tuned), strict=True))
    return Records(
        {
            "model": model,
            "task": task,
            "way": way,
            "labels": 100,
            "seed": seed,
            "score": mean + 0.001 * seed * k,
        }
        for model in ("minilm", "elmo-mini")
        for task in ("sentiment", "similarity", "headline")
        for k, (way, mean) in enumerate(means.items())
        for seed in range(3)
    )


def clock(of: Records) -> Records:
    took = dict(zip(WAYS, (3.0, 8.0, 35.0), strict=True))
    return Records({**row, "score": took[row["way"]]} for row in of)


def test_where_every_way_guesses_nothing_is_compared():
    def one(low, task):
        rows = Records({**row, "score": row["score"] - low} for row in grid(0.6).where(model="minilm"))
        return in_words.ways_on(rows, task).values()

    assert in_words.guessed("headline", *one(0.11, "headline"))
    assert not in_words.guessed("headline", *one(0, "headline"))
    assert not in_words.guessed("similarity", *one(0.11, "similarity"))
    low = Records({**row, "score": row["score"] - 0.11} for row in grid(0.6))
    told = in_words.of_grid(low, in_words.measured_in(low))
    assert "headline: each way guesses" in told
    assert "similarity: within luck" in told
    heads = in_words.of_heads(low, in_words.measured_in(low))
    assert heads.endswith("each way guesses.")
    assert "on sentiment, minilm, headline, minilm" in heads


def test_the_last_layer_of_every_model():
    few = Records({**row, "labels": in_words_of_names.FEW} for row in conll(0.8))
    found = in_words_of_names.of_every_model(few)
    assert found.values("reading") == [*READINGS, "fine-tuned", "weighted sum of all, under a BiLSTM"]
    told = in_words_of_names.of_every_last_layer(found)
    assert "distilbert: 6 points behind weighted sum of all. In the paper" in told
    assert told.endswith("the best is concatenation of last four, and the last 1.2 points behind.")
    turned = Records({**row, "score": 1 - row["score"]} for row in found.where(reading=READINGS[:3]))
    assert "behind embeddings" in in_words_of_names.of_every_last_layer(turned)
    last = Records(row for row in found if row["reading"] in READINGS[:3])
    assert "distilbert: the last is the best." in in_words_of_names.of_every_last_layer(last)


def test_fewer_sentences_and_the_distance_from_the_paper():
    few = Records({**row, "labels": 1000, "score": row["score"] - 0.1} for row in conll(0.8))
    assert in_words_of_names.of_labels(conll(0.8) + few).endswith("has 70% with 1,000 and 80% with all.")
    few = Records({**row, "labels": 1000} for row in conll(0.8))
    told = in_words_of_names.of_the_heavy_head(conll(0.8) + few)
    assert "with all sentences, the BiLSTM is above the linear layer by 5.0 points" in told
    assert "With 1,000 sentences it has 85.1%, more than the linear layer with all of them (80.1%)." in told
    assert told.endswith("but for the embeddings they lie within 1.2 points.")
    assert "is 17 points behind" in in_words_of_names.of_the_paper(conll(0.8))
    assert "as far" in in_words_of_names.of_the_paper(conll(0.96))


def test_what_was_not_measured_is_left_out():
    some = Records(row for row in grid(0.7) if not (row["model"] == "elmo-mini" and "tuned" in row["way"]))
    metrics = in_words.measured_in(some)
    assert "elmo-mini" not in in_words.of_grid(some, metrics)
    assert not any("elmo-mini" in row[3] for row in beside_the_papers.paper_rows(conll(0.9), some))
    assert "similarity, elmo-mini" in in_words.of_heads(some, metrics)
    assert figures.tune_or_not(some, metrics).alt


@pytest.mark.parametrize(
    ("tuned", "said"), [(0.9, "the fine-tuned network is above"), (0.8, "the fine-tuned network is below")]
)
def test_the_sentence_on_tuning_says_what_came_out(tuned, said):
    assert said in in_words_of_names.of_tuning(conll(tuned))


def test_the_best_reading_and_how_far_the_embeddings_are_behind():
    told = in_words_of_names.of_readings(conll(0.9))
    assert "**weighted sum of all**, 80.1%" in told
    assert "above concatenation of last four (78.1%); the last layer alone has 74.1%" in told
    assert "10 points behind" in told


def test_the_figure_of_readings_tells_each_row_and_what_is_missing():
    found = conll(0.9).where(test="valid")
    drawn = figures.readings(found, published.BERT_BASE, "development part")
    explained = [text.get_text() for text in drawn.fig.legends[0].get_texts()]
    assert figures.PAPER in explained  # each mark of the figure is in its legend
    assert len(explained) == 4
    alt = drawn.alt
    assert "embeddings: paper 91.0%, ours 70.1%" in alt
    assert "weighted sum of all: paper 95.5%, ours 80.1% and 85.1%" in alt
    only_frozen = found.where(way="frozen")
    assert "ours not measured" in figures.readings(only_frozen, published.BERT_BASE, "development part").alt


def test_another_domain():
    found = in_words_of_names.named(conll(0.9).where(test=["test", "wikigold"]))
    each = in_words_of_names.one_reading_each(found, "last")
    assert each.values("way") == ["frozen, linear head", "frozen, BiLSTM head", "fine-tuned"]
    assert "fine-tuned: 18 points" in in_words_of_names.of_domain(each)
    alt = figures.how_far(each, {"test": "news", "wikigold": "Wikipedia"}).alt
    assert "fine-tuned from 86% to 68%" in alt


@pytest.mark.parametrize(
    ("tuned", "said"), [(0.7, "tuned with a light head by 10"), (0.5, "frozen with a heavy head by 10")]
)
def test_the_sentence_on_the_grid(tuned, said):
    metrics = in_words.measured_in(grid(tuned))
    assert [*metrics] == ["sentiment", "similarity", "headline"]
    assert said in in_words.of_grid(grid(tuned), metrics)
    assert "it is better on sentiment, minilm (+10)" in in_words.of_heads(grid(tuned), metrics)
    asked = in_words.of_the_question(grid(tuned), metrics)
    assert ("tuning is better on sentiment (minilm)" in asked) == (tuned > 0.6)
    assert ("frozen states is better on sentiment (minilm)" in asked) == (tuned < 0.6)
    assert "frozen, heavy 8 s" in in_words.of_costs(clock(grid(tuned)))
    assert "frozen, heavy: 60%" in figures.tune_or_not(grid(tuned), metrics).alt


def test_everywhere_says_where_tuning_helps_and_harms():
    rows = Records(
        {
            "system": system,
            "task": "films",
            "way": way,
            "seed": seed,
            "score": 0.6 + 0.001 * seed + gain * (way != "frozen"),
        }
        for system, gain in (("one", 0.1), ("other", -0.1))
        for way in ("frozen", "fine-tuned")
        for seed in range(3)
    )
    assert in_words.of_everywhere(rows) == "With the same labels, fine-tuning helps one; it harms other."
    assert "one, films: 60% frozen, 70% fine-tuned, tuning helps" in figures.everywhere(rows).alt


def test_the_papers_rows_name_their_tables():
    rows = beside_the_papers.paper_rows(conll(0.9), grid(0.7))
    assert len(rows) == 7
    assert all("table" in row[2] for row in rows)
    assert "similarity: tuned is better (frozen − tuned: −10 points)" in rows[-2][3]


@pytest.fixture
def twin():
    return choices.choose(grid(0.7), clock(grid(0.7)))


def test_the_widget_follows_its_controls(twin):
    assert twin.widget
    before = twin.picture.value
    twin.controls["budget"].value = 50
    assert twin.picture.value != before
    assert "Within 50 s take “tuned, light”" in twin.words.value
    twin.controls["budget"].value = 2
    assert "Nothing here is done within 2 s" in twin.words.value
    twin.controls["model"].value = "elmo-mini"
    assert not twin.errors
    assert png(twin.static())


def test_the_widget_names_the_cheaper_way_that_is_as_good():
    scores = Records(
        {**row, "score": 0.6 + 0.01 * ((row["seed"] * 7 + len(row["way"])) % 3)} for row in grid(0.6)
    )
    said = choices.choose(scores, clock(scores)).told("sentiment", "minilm", 100, 100)
    assert "Within luck of it" in said


def test_a_score_without_seconds_is_refused():
    with pytest.raises(ValueError, match="no seconds"):
        choices.choose(grid(0.7), clock(grid(0.7))[:5])


def test_four_heads_have_an_alt_text_and_memory_is_counted():
    assert "first piece" in figures.four_heads().alt
    assert np.isclose(published.BERT_BASE["fine-tuned"], 0.964)
