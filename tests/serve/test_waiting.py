"""The queue: nobody is lost, small requests are not kept waiting, batches are of like length."""

from hypothesis import given
from hypothesis import strategies as st

from tlcourse.serve.waiting import BUDGET, Waiting


def taken(waiting):
    while batch := waiting.take():
        yield batch


@given(st.lists(st.lists(st.integers(1, 3000), min_size=1, max_size=40), max_size=8), st.integers(1, 9))
def test_each_text_is_taken_once_and_no_batch_is_too_large(requests, max_batch):
    waiting = Waiting(max_batch, longest=1280)
    for number, lengths in enumerate(requests):
        waiting.add(number, ["x" * length for length in lengths], 0.0)
    assert waiting.count == sum(map(len, requests))
    assert waiting.size == sum(map(sum, requests))
    seen = []
    for batch in taken(waiting):
        assert len(batch) <= max_batch
        assert len(batch) == 1 or len(batch) * min(1280, max(item.length for item in batch)) <= BUDGET
        seen += [(item.request, item.place) for item in batch]
    assert sorted(seen) == [(r, p) for r, lengths in enumerate(requests) for p in range(len(lengths))]
    assert (waiting.count, waiting.size, waiting.since()) == (0, 0, None)


def test_a_small_request_does_not_wait_for_a_large_one():
    waiting = Waiting(max_batch=4, longest=100)
    waiting.add(0, ["large"] * 400, 0.0)
    waiting.take()
    waiting.add(1, ["small"], 1.0)
    order = [{item.request for item in batch} for batch in taken(waiting)]
    assert next(i for i, batch in enumerate(order) if 1 in batch) <= 1


def test_who_is_next_takes_those_of_like_length_along():
    waiting = Waiting(max_batch=3, longest=1000)
    for number, length in enumerate((50, 500, 40, 480, 60, 510)):
        waiting.add(number, ["x" * length], 0.0)
    assert [[item.length for item in batch] for batch in taken(waiting)] == [[40, 50, 60], [480, 500, 510]]


def test_what_a_worker_died_over_is_next_and_in_the_end_alone():
    waiting = Waiting(max_batch=4, longest=100)
    waiting.add(0, ["a", "b"], 0.0)
    batch = waiting.take()
    waiting.add(1, ["c"], 0.0)
    for attempts in (1, 2):
        for item in batch:
            item.attempts = attempts
        waiting.put_back(batch)
        if attempts == 1:
            batch = [item for item in waiting.take() if item.request == 0]
            assert len(batch) == 2
    assert [len(batch) for batch in taken(waiting)] == [1, 1]


def test_a_request_is_forgotten():
    waiting = Waiting(max_batch=2, longest=100)
    waiting.add(0, ["a"] * 5, 0.0)
    waiting.add(1, ["b"], 1.0)
    waiting.drop(0)
    assert (waiting.count, waiting.size, waiting.since()) == (1, 1, 1.0)
