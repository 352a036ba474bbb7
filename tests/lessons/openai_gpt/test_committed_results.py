"""What the lesson measures live is what `benchmarks/openai_gpt.py` measured, and its sentences hold."""

import numpy as np
import pytest

from tlcourse.data import tasks, tokeniser
from tlcourse.lessons.openai_gpt import figures, in_words, written
from tlcourse.models.pretrained import zoo
from tlcourse.probe import zero_shot
from tlcourse.show.records import Records
from tlcourse.train.finetuning.generative import NOTHING, GenerativeRecipe
from tlcourse.train.measuring import transferred_layers


@pytest.mark.timeout(300)
def test_a_fine_tuning_done_anew_agrees_within_the_spread():
    kept = Records.load("openai_gpt/finetuned").where(task="topic", layers=6, weight=0.0)
    task = tasks.load("topic")
    recipe = GenerativeRecipe(lm_weight=0.0)
    test = transferred_layers.held_for_test(task)
    score = transferred_layers.measure(task, task.draw(100, 0), test, 6, recipe, 0)
    assert score == pytest.approx(kept.of_seed[0], abs=max(0.03, 2 * kept.spread))


@pytest.mark.timeout(300)
def test_a_question_asked_anew_gets_the_same_answers():
    kept = Records.load("openai_gpt/zero_shot").where(model="gpt-mini", task="topic", way="levelled")
    gpt, tokenizer = zoo.load("gpt-mini", heads=True), tokeniser.load(zoo.folder_of("gpt-mini"))
    asked = zero_shot.question("topic").head(kept[0]["items"])
    model = zero_shot.of_gpt(gpt, tokenizer)
    scores = zero_shot.levelled(model, asked, zero_shot.answer_scores(model, asked))
    assert zero_shot.measure(asked, scores) == pytest.approx(kept.mean, abs=0.01)


def test_every_place_of_the_curves_has_three_seeds():
    tuned = Records.load("openai_gpt/finetuned").where(weight=0.0, task="topic")
    for k in (NOTHING, 0, 3, 6):
        assert set(tuned.where(layers=k).values("seed")) == {0, 1, 2}
    line = in_words.best_way(Records.load("openai_gpt/zero_shot")).where(model=in_words.LINE)
    for (task, tokens), rows in line.by("task", "tokens").items():
        assert set(rows.values("seed")) == {0, 1, 2}, (task, tokens)


def tuned(embeddings: float, whole: float, auxiliary: float = 0.8) -> Records:
    scores = {(NOTHING, 0.0): 0.4, (0, 0.0): embeddings, (6, 0.0): whole, (6, 0.5): auxiliary}
    return Records(
        {
            "task": "topic",
            "labels": 100,
            "layers": k,
            "weight": w,
            "seed": s,
            "score": score + 0.002 * s * (k + w),
        }
        for (k, w), score in scores.items()
        for s in (-1, 0, 1)
    )


@pytest.mark.parametrize(
    ("embeddings", "whole", "said"),
    [
        (0.6, 0.8, "the embeddings help (+20.0 points), the layers above help beyond them (+20.0 points)"),
        (0.3, 0.2, "the embeddings hurt (−10.0 points), the layers above hurt (−10.0 points)"),
        (0.4, 0.4, "no difference that three seeds can tell"),
    ],
)
def test_the_sentence_on_layers_says_what_came_out(embeddings, whole, said):
    records = tuned(embeddings, whole).where(weight=0.0)
    assert said in in_words.of_layers(records)
    assert "topic" in figures.layers(records, transferred_layers.NAMES).alt


def test_the_sentence_on_the_top_layer():
    assert "all 6 layers are better than 0" in in_words.of_top(tuned(0.5, 0.8).where(weight=0.0))
    assert "0 layers are better than all 6" in in_words.of_top(tuned(0.8, 0.5).where(weight=0.0))


@pytest.mark.parametrize(
    ("auxiliary", "said"), [(0.9, "it helps"), (0.7, "it hurts"), (0.8, "no difference outside luck")]
)
def test_the_sentence_on_the_auxiliary_loss(auxiliary, said):
    assert said in in_words.of_auxiliary(tuned(0.6, 0.8, auxiliary).where(layers=6))


def test_seeds_that_agree_within_luck_are_told_as_such():
    scores = {0.0: (0.76, 0.73, 0.76), 0.5: (0.72, 0.72, 0.72)}
    fields = {"task": "topic", "labels": 100, "layers": 6}
    records = Records(
        {**fields, "weight": weight, "seed": seed, "score": score}
        for weight, some in scores.items()
        for seed, score in enumerate(some)
    )
    told = in_words.of_auxiliary(records)
    assert "−4.0, −1.0, −4.0 points: lower each time, but so few seeds may agree by luck" in told


@pytest.mark.parametrize(
    ("end", "said"), [(0.0, "neither supports"), (0.3, "rises, as the guess has it, for")]
)
def test_the_sentence_on_the_guess_follows_the_line_and_the_network_that_has_read_more(end, said):
    asked = {"task": zero_shot.TOPIC, "items": 200}
    rows = [
        {**asked, "model": in_words.LINE, "tokens": k, "seed": s, "score": 0.2 + end * k + s * (1 + k) / 100}
        for k in (0, 1)
        for s in (0, 1, -1)
    ]
    rows.append({**asked, "model": "gpt2-nano", "tokens": 16_000_000, "seed": 0, "score": 0.5})
    told = in_words.of_the_guess(Records(rows), "gpt2-nano")
    assert said in told
    assert "above chance on topic, and on no other" in told


@pytest.mark.parametrize(
    ("people", "said"), [(0.5, "between *a* and *b*"), (0.1, "more than any"), (0.9, "less than any")]
)
def test_people_are_placed_among_the_ways(people, said):
    probability = {"b": 0.6, "a": 0.2, written.PEOPLE: people}
    assert said in in_words._where_people_are(probability)


def test_the_sentence_on_repeating_names_its_control():
    flat, rising = np.full((4, 3), 0.1), np.array([[0.1, 0.2, 0.3]] * 4) + np.arange(4)[:, None] / 50
    assert "it is the repetition" in in_words.of_rows({"again": rising, "others": flat})
    assert "cannot tell" in in_words.of_rows({"again": flat, "others": flat})


def test_zero_shot_sentences_and_figure_take_whichever_models_there_are():
    records = in_words.best_way(Records.load("openai_gpt/zero_shot"))
    ends = [name for name in ("gpt2-nano", "gpt-mini") if name in records.values("model")]
    told = in_words.of_zero_shot(records, ends)
    assert all(task in told for task in zero_shot.TASKS)
    assert all(name in in_words.of_ends(records, ends) for name in ends)


@pytest.mark.parametrize(("score", "shown"), [(0.58, "**58%**"), (0.56, "56%"), (0.30, "30%")])
def test_a_score_is_bold_where_it_is_above_chance_by_more_than_luck(score, shown):
    task = zero_shot.SENTIMENT
    asked = {"task": task, "items": 200}
    rows = [
        {**asked, "model": in_words.LINE, "tokens": k, "seed": s, "score": 0.5 + s / 100}
        for k in (0, 1)
        for s in (0, 1, 2)
    ]
    rows.append({**asked, "model": "gpt-mini", "tokens": 9, "seed": 0, "score": score})
    assert in_words.of_zero_shot(Records(rows), ["gpt-mini"]).endswith(f"gpt-mini {shown}")


def test_the_figure_of_zero_shot_says_chance():
    records = in_words.best_way(Records.load("openai_gpt/zero_shot"))
    ends = ["gpt2-nano", "gpt-mini"]
    assert "chance 50%" in figures.zero_shot(records, zero_shot.CHANCE, ends).alt
