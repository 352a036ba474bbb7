"""ERNIE's tasks: the labels are true of the text, and the schedule gives every task the same."""

from itertools import pairwise, permutations
from math import factorial

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict

from tlcourse.data.text_index import CAPITAL, STARTS_UNIT
from tlcourse.data.tokeniser import CLS, MASK, PAD, SEP
from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.train.pretraining import ernie_tasks, held_out
from tlcourse.train.pretraining.ernie_tasks import (
    DISTANCE,
    ORDER,
    TASKS,
    continual_schedule,
    kept_schedule,
    task_at,
)
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.objectives import Reading
from tlcourse.train.pretraining.recipes import PretrainingRecipe

LENGTH = 48
ONLY = {
    "knowledge masking": None,
    "capitalisation": "capital",
    "token in document": "token_document",
    "sentence order": "order",
    "sentence distance": "distance",
}


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index()


@pytest.fixture(scope="module")
def objective(index):
    config = ErnieConfig(
        vocab_size=100,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=LENGTH,
    )
    return ernie_tasks.ErnieTasks(ErnieForPreTraining(config), index)


def batch_of(task, objective, index, seed=0, rows=40):
    rng = np.random.default_rng(seed)
    order = np.flatnonzero(~np.asarray(index.held_out))
    found = ernie_tasks.passages(index, order, LENGTH - 4, rows, rng)
    return objective.make_batch(index, found.at(0), task, LENGTH, rng)


def uncorrupted(batch):
    ids = batch["input_ids"].copy()
    for row, positions, targets in zip(ids, batch["positions"], batch["masked"], strict=True):
        row[positions[targets != IGNORED]] = targets[targets != IGNORED]
    return ids


def test_every_task_gets_the_same_and_the_new_one_most():
    for n in (1, 4, 5):
        schedule = continual_schedule(n)
        assert schedule.sum() == pytest.approx(1)
        assert schedule.sum(0) == pytest.approx(np.full(n, 1 / n))
        assert not np.triu(schedule, 1).any()
        assert (schedule.argmax(1) == np.arange(n)).all()
    assert continual_schedule(4) * 4 * 50 == pytest.approx(
        np.array([[20, 0, 0, 0], [10, 30, 0, 0], [10, 10, 40, 0], [10, 10, 10, 50]])
    )


@pytest.mark.parametrize("n", [1, 4, 5])
def test_a_task_that_is_there_keeps_its_share(n):
    schedule = kept_schedule(n)
    assert schedule.sum() == pytest.approx(1)
    assert not np.triu(schedule, 1).any()
    shares = schedule / schedule.sum(1, keepdims=True)
    for stage in range(n):
        assert shares[stage, : stage + 1] == pytest.approx(np.full(stage + 1, 1 / (stage + 1)))
    if n > 1:
        assert schedule[-1].sum() == pytest.approx(0.6)
        assert np.ptp(schedule[:-1].sum(1)) == pytest.approx(0)


def test_in_the_papers_schedule_it_does_not():
    last = continual_schedule(5)[-1]
    assert last / last.sum() == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.6])


@pytest.mark.parametrize(
    ("schedule", "at"),
    [
        (continual_schedule(5), (0.0, 0.06, 0.08, 0.25, 0.45, 0.7, 1.0)),
        (kept_schedule(5), (0.0, 0.09, 0.11, 0.25, 0.35, 0.41, 1.0)),
    ],
)
def test_tasks_come_in_one_by_one(schedule, at):
    rng = np.random.default_rng(0)
    newest = [max(task_at(progress, schedule, rng) for _ in range(60)) for progress in at]
    assert newest == [0, 0, 1, 2, 3, 4, 4]


def test_a_training_reads_each_task_as_often_as_its_schedule_says(objective, index):
    read = objective.reader(index, Reading(rows=1, length=LENGTH, seed=0))
    n = 1500
    late = np.bincount([read(step, 0.4 + 0.6 * step / n)["task_type_ids"][0, 0] for step in range(n)])
    # Order has not become rarer than distance, which has just come in, and both are a fifth.
    assert late / n == pytest.approx(np.full(5, 0.2), abs=0.04)


@pytest.mark.parametrize("task", range(len(TASKS)))
def test_a_batch_has_the_targets_of_its_task_and_masked_words(task, objective, index):
    batch = batch_of(task, objective, index)
    for name, key in ONLY.items():
        if key is not None:
            assert (batch[key] != IGNORED).any() == (name == TASKS[task])
    assert (batch["masked"] != IGNORED).any()
    assert (batch["task_type_ids"] == task).all()
    assert (batch["input_ids"] == MASK).any()
    ids = uncorrupted(batch)
    assert (ids[:, 0] == CLS).all()
    assert np.array_equal(batch["attention_mask"], ids != PAD)
    assert np.array_equal(batch["n_tokens"], (ids != PAD).sum(1))
    assert batch["n_tokens"].mean() > 0.6 * LENGTH


def words(ids, index):
    return index.tokenizer.decode(ids.tolist(), skip_special_tokens=True)


def texts(index, document):
    a, b = index.document_pieces[document], index.document_pieces[document + 1]
    return index.pieces[a:b].tolist()


def test_capitals(objective, index):
    batch = batch_of(1, objective, index)
    ids = uncorrupted(batch)
    capital = {}
    for piece, flag in zip(index.pieces.tolist(), (index.flags & CAPITAL) > 0, strict=True):
        capital.setdefault(piece, set()).add(bool(flag))
    always = {p for p, flags in capital.items() if flags == {True}}
    never = {p for p, flags in capital.items() if flags == {False}}
    assert always
    for row, target in zip(ids, batch["capital"], strict=True):
        for piece, label in zip(row.tolist(), target.tolist(), strict=True):
            if piece in (CLS, SEP, PAD):
                assert label == IGNORED
            elif piece in always | never:
                assert label == (piece in always)


def test_masked_units_are_whole(objective, index):
    batch = batch_of(0, objective, index)
    ids = uncorrupted(batch)
    text = index.pieces.tolist()
    starts = (np.asarray(index.flags) & STARTS_UNIT) > 0
    joined = [i for i in range(1, len(text)) if not starts[i]]
    assert joined  # the made text has names of several words
    rows_with_names = 0
    for row, positions, targets in zip(ids, batch["positions"], batch["masked"], strict=True):
        end = int((row != PAD).sum())
        found = next(i for i in range(len(text)) if text[i : i + end - 2] == row[1 : end - 1].tolist())
        masked = set(positions[targets != IGNORED].tolist())
        for p in masked:
            where = found + p - 1
            if not starts[where]:
                rows_with_names += 1
                assert p - 1 in masked
    assert rows_with_names


def test_token_in_document(objective, index):
    rng = np.random.default_rng(0)
    found = ernie_tasks.passages(index, np.arange(len(index)), LENGTH - 4, 30, rng).at(0)
    batch = objective.make_batch(index, found, ernie_tasks.TOKEN_IN_DOCUMENT, LENGTH, rng)
    ids = uncorrupted(batch)
    text = index.pieces.tolist()
    labels = set()
    for row, target, (*_, document) in zip(ids, batch["token_document"], found, strict=True):
        seen = row[target != IGNORED].tolist()
        begin, end = index.document_pieces[document], index.document_pieces[document + 1]
        start = next(i for i in range(begin, end) if text[i : i + len(seen)] == seen)
        rest = {*text[begin:start], *text[start + len(seen) : end]}
        assert target[target != IGNORED].tolist() == [int(piece in rest) for piece in seen]
        labels.update(target.tolist())
    assert labels == {IGNORED, 0, 1}


def test_held_out_batches_take_the_tasks_in_turn(objective, index):
    read = objective.reader(index, Reading(rows=2, length=LENGTH, held_out=True))
    assert [int(read(step, 1.0)["task_type_ids"][0, 0]) for step in range(7)] == [0, 1, 2, 3, 4, 0, 1]


def test_each_task_is_asked_on_held_out_text_however_little_there_is(objective, index):
    recipe = PretrainingRecipe(
        objective.model.config, 1000, batch_tokens=4 * LENGTH, lengths=((1.0, LENGTH),)
    )
    assert set(held_out.losses(objective, index, recipe, max_tokens=1)) == set(TASKS)


def test_any_part_of_a_long_passage_is_read_and_a_short_one_goes_on():
    rng = np.random.default_rng(0)
    starts = {ernie_tasks.window(100, 110, 130, 6, rng) for _ in range(200)}
    assert starts == {(first, first + 6) for first in range(100, 105)}
    assert ernie_tasks.window(100, 110, 130, 15, rng) == (100, 115)
    assert ernie_tasks.window(100, 110, 112, 15, rng) == (100, 112)


def test_the_class_of_an_order_puts_the_segments_back(index):
    classes = [(n, p) for n in (1, 2, 3) for p in permutations(range(n))]
    assert len(classes) == sum(factorial(n) for n in (1, 2, 3)) == ErnieConfig().n_orders
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(300):
        bounds = np.cumsum(rng.integers(1, 9, size=rng.integers(2, 7)))
        spans, label = ernie_tasks.shuffled_segments(bounds, 3, rng)
        n, order = classes[label]
        assert len(spans) == n
        original = sorted(spans)
        assert [original[i] for i in order] == spans
        assert original[0][0] == bounds[0]
        assert original[-1][1] == bounds[-1]
        assert all(one[1] == other[0] for one, other in pairwise(original))
        seen.add(label)
    assert seen == set(range(9))


def test_distance(objective, index):
    rng = np.random.default_rng(0)
    found = ernie_tasks.passages(index, np.arange(len(index)), LENGTH - 4, 400, rng).at(0)
    document_of = np.searchsorted(index.document_pieces, np.arange(len(index.pieces)), side="right") - 1
    seen = []
    for passage in found:
        spans, label = ernie_tasks.two_passages(index, passage, found, LENGTH, rng)
        if label == IGNORED:
            assert len(spans) == 1
            continue
        a, b = spans
        gap = b[0] - a[1] if b[0] > a[0] else a[0] - b[1]
        same = document_of[a[0]] == document_of[b[0]]
        if label == ernie_tasks.NEXT_TO_EACH_OTHER:
            assert same
            assert gap == 0
        elif label == ernie_tasks.SAME_DOCUMENT:
            assert same
            assert gap > 0
        else:
            assert not same
        seen.append(label)
    shares = np.bincount(seen, minlength=3) / len(seen)
    assert (shares > 0.15).all()


def test_neither_lengths_nor_padding_tell_the_distance(index):
    # A forest that sees how long the spans are, and whether the second ends where a sentence does, must not
    # beat the classes' shares. Where the second span was what there was of each class, it did, by far.
    rng = np.random.default_rng(0)
    ends = set(index.sentence_pieces.tolist())
    seen, labels = [], []
    while len(labels) < 6000:
        found = ernie_tasks.passages(index, np.arange(len(index)), LENGTH - 4, 400, rng).at(0)
        for passage in found:
            spans, label = ernie_tasks.two_passages(index, passage, found, LENGTH, rng)
            if label != IGNORED:
                (a, b), (c, d) = spans
                assert b - a + d - c <= LENGTH - 3
                seen.append([b - a, d - c, d in ends])
                labels.append(label)
    shares = np.bincount(labels) / len(labels)
    by_chance = -np.log(shares[labels]).mean()
    forest = RandomForestClassifier(200, min_samples_leaf=50, random_state=0)
    told = log_loss(labels, cross_val_predict(forest, seen, labels, cv=5, method="predict_proba"))
    assert told > by_chance - 0.005


def test_where_a_distance_is_not_to_be_had_there_is_no_target(index):
    passage = np.array([0, 1, 0])
    lonely = np.array([[0, 1, 0]])
    two = np.array([[0, 1, 0], [index.documents[1], index.documents[1] + 1, 1]])
    rng = np.random.default_rng(0)
    assert index.documents[1] > 2  # the document goes on after the passage

    def labels(passage, others):
        return {ernie_tasks.two_passages(index, passage, others, LENGTH, rng)[1] for _ in range(60)}

    assert labels(passage, two) >= {0, 1, 2}
    assert labels(passage, lonely) == {IGNORED}  # no other document
    last = np.array([index.documents[1] - 1, index.documents[1], 0])
    assert labels(last, two) == {IGNORED}  # nothing follows


def test_segments_are_those_of_a_pair_only_for_distance(objective, index):
    assert not batch_of(ORDER, objective, index)["token_type_ids"].any()
    batch = batch_of(DISTANCE, objective, index)
    ids = uncorrupted(batch)
    for row, segment in zip(ids, batch["token_type_ids"], strict=True):
        ends = np.flatnonzero(row == SEP)
        first, second = ends[0], ends[-1]  # the same, where there is no target
        expected = np.zeros(LENGTH, dtype=int)
        expected[first + 1 : second + 1] = 1
        assert segment.tolist() == expected.tolist()


def test_the_reader_gives_the_same_batch_again(objective, index):
    reading = Reading(rows=8, length=LENGTH, seed=3)
    one, other = objective.reader(index, reading), objective.reader(index, reading)
    late = one(7, 0.9)
    for key, value in other(7, 0.9).items():
        assert np.array_equal(value, late[key]), key
    assert not np.array_equal(one(0, 0.9)["input_ids"], late["input_ids"])
