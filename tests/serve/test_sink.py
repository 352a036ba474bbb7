"""The sink: each request is answered once, whatever comes how often, in whatever order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.serve.refusals import Refused
from tlcourse.serve.sink import Sink


def row(request, place):
    return np.array([request, place], dtype=np.float32)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.randoms())
def test_answered_once_and_in_order(sizes, random):
    sink, told = Sink(), []
    for request, n in enumerate(sizes):
        sink.open(request, n, lambda answer, request=request: told.append((request, answer)), 0.0)
    parts = [(request, place) for request, n in enumerate(sizes) for place in range(n)] * 2  # each twice
    random.shuffle(parts)
    for request, place in parts:
        sink.put(request, place, row(request, place), place, [])
    assert sorted(request for request, _ in told) == [*range(len(sizes))]
    for request, answer in told:
        np.testing.assert_array_equal(answer.vectors, [row(request, p) for p in range(sizes[request])])
        assert answer.lengths == [*range(sizes[request])]
    assert not sink.pending


def test_of_tokens_each_text_has_its_own_number():
    told = []
    sink = Sink(show_tokens=True)
    sink.open(0, 2, told.append, 0.0)
    sink.put(0, 1, np.ones((3, 2), np.float32), 3, ["a", "b", "c"])
    sink.put(0, 0, np.ones((1, 2), np.float32), 1, ["d"])
    (answer,) = told
    assert answer.vectors[:, :, 0].tolist() == [[1, 0, 0], [1, 1, 1]]
    assert answer.tokens == [["d"], ["a", "b", "c"]]


def test_what_is_refused_is_not_answered_after():
    told = []
    sink = Sink()
    sink.open(0, 1, told.append, 5.0)
    sink.open(1, 1, told.append, 6.0)
    assert sink.older_than(5.5) == [0]
    assert sink.refuse(0, Refused(504, "too late"))
    assert not sink.refuse(0, Refused(504, "too late"))
    assert not sink.put(0, 0, row(0, 0), 1, [])
    assert [type(one) for one in told] == [Refused]
