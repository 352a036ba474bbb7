"""Sentences and figures say what came out, whichever way."""

import numpy as np
import pytest

from tlcourse.lessons.ulmfit import figures, in_words
from tlcourse.show.records import Records


def made(**scores: float) -> Records:
    """Ways with a score, three seeds that differ a little."""
    names = {way.replace(" ", "_").replace(":", ""): way for way in in_words.PUBLISHED}
    return Records(
        {
            "way": names.get(name, name),
            "labels": 100,
            "seed": seed,
            "score": score + 0.002 * seed * (1 + 0.1 * i),
        }
        for i, (name, score) in enumerate(scores.items())
        for seed in (-1, 0, 1)
    )


@pytest.mark.parametrize(
    ("score", "said"), [(0.4, "**worse**"), (0.7, "**better**"), (0.5, "Within luck: *from scratch*")]
)
def test_the_ablation_in_words_and_drawn(score, said):
    records = made(ULMFiT=0.5, from_scratch=score)
    assert said in in_words.of_ablation(records)
    assert "from scratch" in figures.ablation(records, in_words.measured(records)[1:]).alt
    rows = in_words.ablation_rows(records)
    assert [row["paper, all labels"] for row in rows] == ["5.69", "13.36"]


def test_stage_2_falls_or_does_not():
    before = {"snippets": 100.0, "news": 90.0}
    assert "falls: 100 → 80 (−20 %)" in in_words.of_stage_2(
        before, {"snippets": 80.0, "news": 99.0}, "snippets"
    )
    assert "does not fall" in in_words.of_stage_2(before, {"snippets": 110.0, "news": 90.0}, "snippets")


def losses(**rises: float) -> Records:
    return Records(
        {"way": way.replace("_", " "), "done": done, "seed": seed, "score": 4.5 + done * rise}
        for way, rise in rises.items()
        for done in (0.0, 1.0)
        for seed in (0, 1, 2)
    )


@pytest.mark.parametrize(
    ("score", "said"),
    [(0.4, "is worse at the task"), (0.7, "is **better** at the task"), (0.5, "is not shown")],
)
def test_what_forgetting_costs(score, said):
    forgotten = losses(ULMFiT=0.1, all_layers_at_once=1.5)
    accuracies = made(ULMFiT=0.5, all_layers_at_once=score)
    assert "+1.50" in in_words.of_forgetting(forgotten)
    assert said in in_words.what_forgetting_costs(forgotten, accuracies)
    assert "itself" in in_words.what_forgetting_costs(losses(ULMFiT=2, all_layers_at_once=1), accuracies)


def test_labels_to_match():
    curve = Records(
        {"way": way, "labels": n, "seed": seed, "score": score}
        for way, scores in {
            "ULMFiT": (0.4, 0.6),
            "from scratch": (0.3, 0.5),
            "no LM fine-tuning": (0.3, 0.6),
        }.items()
        for n, score in zip((30, 300), scores, strict=True)
        for seed in (0, 1, 2)
    )
    assert in_words.labels_to_match(curve, 30) == 300
    assert in_words.labels_to_match(curve, 300) is None
    assert "not come to that even with 300" in in_words.of_labels(curve, 300)
    assert "comes to that with 300" in in_words.labels_saved(curve, 30)
    assert "30 labels +10.0 points" in in_words.worth_of_reading(curve)


def test_no_number_of_labels_is_saved_where_luck_decides():
    tied = Records(
        {"way": way, "labels": 300, "seed": seed, "score": score}
        for way, scores in {"ULMFiT": (0.5, 0.6, 0.7), "from scratch": (0.7, 0.4, 0.6)}.items()
        for seed, score in enumerate(scores)
    )
    told = in_words.of_labels(tied, 300)
    assert "come to that" not in told
    assert told.endswith("The two are within luck: how many labels it saves, these draws cannot say.")


@pytest.mark.parametrize(
    ("loss", "score", "said", "not_said"),
    [(9.7, 0.55, "worst here more", ""), (5.0, 0.8, "a loss of 9.0.", "hardly learned")],
)
def test_one_training_is_read_against_guessing(loss, score, said, not_said):
    rows = Records(
        {"way": way, "done": done, "seed": 0, "score": loss if done else 4.7}
        for way in ("ULMFiT", "one rate for all layers")
        for done in (0.0, 1.0)
    )
    right = Records({"way": way, "seed": 0, "score": score} for way in rows.values("way"))
    told = in_words.of_one_training(rows, right, np.array([0, 1] * 50), 100, 8192)
    assert said in told
    assert ("hardly learned" in told) != bool(not_said)
    figure = figures.forgetting(rows, 8192)
    assert f"ULMFiT from 4.70 to {loss:.2f}" in figure.alt
    assert "equally likely: 9.01" in figure.alt


def test_a_dot_for_each_draw_of_few_labels():
    drawn = figures.few_labels(made(ULMFiT=0.5, from_scratch=0.4))
    assert "ULMFiT with 100 labels 50 (50 to 50)" in drawn.alt
    assert len(drawn.fig.axes) == 1


def test_the_rates_searched_are_sorted_and_the_used_one_is_marked():
    found = Records(
        {"task": "trec", "way": "ULMFiT", "labels": 100, "seed": 9, "rate": rate, "score": score}
        for rate, score in ((0.1, 0.56), (0.01, 0.49), (0.03, 0.55))
    )
    rows = in_words.searched(found)
    assert [row["rate"] for row in rows] == ["0.01", "0.03", "0.1"]
    assert [row["used"] for row in rows] == ["", "✓", ""]
