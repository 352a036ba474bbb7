"""What is on the wire: anything may come in, and either it is a request or it is refused."""

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tlcourse.serve import wire
from tlcourse.serve.answer import Answer
from tlcourse.serve.refusals import Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
FRAMES = st.lists(st.binary(max_size=300), max_size=6)
ADDRESSED = st.tuples(
    st.binary(min_size=1, max_size=20),
    st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()),
    st.integers(0, 10**6).map(lambda n: b"%d" % n),
    st.binary(max_size=5) | st.integers(0, 6).map(lambda n: b"%d" % n),
).map(list)


@given(FRAMES | ADDRESSED)
@settings(max_examples=400)
@example([b"me", b"[" * 100_000, b"1", b"1"])
@example([b"me", b'["\\ud800"]', b"1", b"1"])
@example([b"me", b"9" * 5000, b"1", b"1"])
@example([b"me", b'[["a"], "b"]', b"1", b"2"])
@example([b"me", '["½"]'.encode("latin-1"), b"1", b"1"])
@example([b"me", b'["a"]', b"1", "¹".encode()])
@example([b"me", b'["a"]', "²".encode(), b"1"])
def test_either_a_request_or_refused(frames):
    try:
        client, number = wire.address(frames)
    except wire.Malformed:
        return
    assert int(number) >= 0  # the client reads it so
    try:
        asked = wire.read(frames, 10, 1000)
    except Refused as refused:
        answer = wire.refusal(client, number, refused)
        with pytest.raises((TypeError, ValueError), match=r"not understood|refused"):
            np.dtype(str(json.loads(answer[1])["dtype"]))
        return
    assert asked.question or all(texts and isinstance(texts, str | list) for texts in asked.texts)


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([b"me", b'{"a": 1}', b"1", b"1"], "is an object"),
        ([b"me", b"[]", b"1", b"0"], "is an empty list"),
        ([b"me", b'["a"', b"1", b"1"], "is no JSON"),
        ([b"me", b'["a", ["b"]]', b"1", b"2"], r"texts\[1\] is a list"),
        ([b"me", b'[["a", 1]]', b"1", b"1"], "holds a number"),
        ([b"me", b'["a"]', b"1", b"2"], "expected 1 texts"),
        ([b"me", b'["' + b"a" * 2000 + b'"]', b"1", b"1"], "2004 bytes: expected 1000"),
        ([b"me", b'["\\ud800"]', b"1", b"1"], "surrogate"),
    ],
)
def test_what_is_wrong_is_said(frames, said):
    with pytest.raises(Refused, match=said):
        wire.read(frames, 10, 1000)


def test_an_answer_holds_its_numbers_as_they_lie_in_memory():
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    client, header, buffer, number = wire.vectors(b"me", b"7", Answer(vectors, [3, 4]))
    told = json.loads(header)
    assert (client, number, "tokens" in told) == (b"me", b"7", False)
    np.testing.assert_array_equal(np.frombuffer(buffer, dtype=told["dtype"]).reshape(told["shape"]), vectors)


def test_a_question_is_no_text():
    assert wire.read([b"me", b"SHOW_CONFIG", b"1", b"0"], 10, 1000).question == "config"
