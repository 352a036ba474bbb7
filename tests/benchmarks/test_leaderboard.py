"""The measurements of the leaderboard: each text is read once, and gives what it gives by itself."""

import numpy as np
import pytest

from tlcourse.data import rated_sentences, tasks
from tlcourse.models.pretrained import encoders
from tlcourse.train.measuring.representations import Representation, States


@pytest.fixture(scope="module")
def benchmark(script):
    return script("leaderboard")


class Counted(Representation):
    """Hands on what another reads, and counts the items that it was asked for."""

    def __init__(self, inner):
        self.inner, self.strengths, self.asked = inner, inner.strengths, []

    def readings(self, task, rows):
        self.asked += rows.tolist()
        return self.inner.readings(task, rows)


@pytest.mark.parametrize("name", ["sentiment", "entities"])
def test_items_are_read_once_and_come_out_as_by_themselves(benchmark, name):
    task = tasks.load(name)
    states = States(encoders.load("gpt2-nano"), keep=False)
    counted = Counted(states)
    once = benchmark.ReadOnce(counted)
    first, second = task.train_index[:12], task.train_index[[3, 20, 5, 21]]
    once.readings(task, first)
    found = once.readings(task, second)
    assert sorted(counted.asked) == sorted({*first.tolist(), *second.tolist()})
    alone = states.readings(task, second)
    assert found.keys() == alone.keys()
    for reading, x in found.items():
        assert x.shape == alone[reading].shape
        # Batches of other lengths are padded otherwise, and states are kept as float16.
        assert np.abs(x - alone[reading]).max() < 0.05


def test_the_systems_are_those_of_the_board(benchmark):
    from tlcourse.lessons.state_of_the_art_and_after import board

    assert set(benchmark.SYSTEMS) == set(board.SYSTEMS)


def test_what_is_timed_answers_with_labels(benchmark):
    texts, *_ = benchmark.snippets()
    films = rated_sentences.load("movie")
    assert not set(texts) & {films.texts[i] for i in films.train_index}
    for name in ("counts", "glove", "gpt2-nano"):
        classify = benchmark.classifier(name)
        together = classify(texts[:8])
        assert set(together) <= {0, 1}
        assert np.array_equal(together, np.concatenate([classify([text]) for text in texts[:8]]))
