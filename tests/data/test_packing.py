"""What pretraining reads: everything once, in the order it should, and the same again after a resume."""

from types import SimpleNamespace

import numpy as np
import pytest

from tlcourse.data.packing import (
    Epochs,
    Rows,
    document_order,
    join,
    piece_stream,
    sentence_pairs,
    word_stream,
)
from tlcourse.data.tokeniser import CLS, PAD, SEP


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index()


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_pass_reads_each_source_as_often_as_asked(index):
    training = np.flatnonzero(~index.held_out)
    order = document_order(index, {"made": 2.0, "other": 0.5}, rng())
    times = np.bincount(order, minlength=len(index))
    made, other = (training[index.source[training] == s] for s in (0, 1))
    assert (times[made] == 2).all()
    assert set(times[other]) == {0, 1}
    assert 0.2 < times[other].mean() < 0.8
    assert not times[index.held_out].any()
    assert set(document_order(index, {}, rng(), held_out=True)) == set(np.flatnonzero(index.held_out))
    with pytest.raises(ValueError, match=r"news.*made, other"):
        document_order(index, {"news": 1.0}, rng())


def test_piece_stream_is_the_documents_with_separators(index):
    order = document_order(index, {}, rng())
    stream = piece_stream(index, order)
    ends = np.flatnonzero(stream == SEP)
    assert len(ends) == len(order)
    second = stream[ends[0] + 1 : ends[1]]
    assert np.array_equal(
        second, index.pieces[index.document_pieces[order[1]] : index.document_pieces[order[1] + 1]]
    )


def test_word_stream_marks_every_sentence(index):
    order = np.array([4, 2])
    stream = word_stream(index, order)
    texts = " ".join(index.vocabulary[w] for w in stream)
    n_sentences = sum(index.documents[d + 1] - index.documents[d] for d in order)
    assert (stream == 1).sum() == n_sentences
    assert texts.count(". </s>") == n_sentences  # every made sentence ends in a full stop
    assert len(stream) == n_sentences + sum(
        index.sentence_words[index.documents[d + 1]] - index.sentence_words[index.documents[d]] for d in order
    )


def test_rows_go_on_where_they_stopped():
    rows = Rows(np.arange(103), rows=2, length=11, stride=10)
    assert len(rows) == 5
    read = np.stack([rows.at(s) for s in range(5)])  # (steps, B, 11)
    assert np.array_equal(read[1:, :, 0], read[:-1, :, -1])  # the last is read again
    assert np.array_equal(read[:, 0, :-1].ravel(), np.arange(50))
    assert np.array_equal(read[:, 1, :-1].ravel(), np.arange(51, 101))
    assert len(Rows(np.arange(10), rows=2, length=11, stride=10)) == 0


def test_epochs_find_any_step_from_anywhere():
    made = []

    def make(epoch):
        made.append(epoch)
        return range(epoch * 10, epoch * 10 + 3 + epoch)  # 3, 4, 5 … steps

    epochs = Epochs(make)
    forwards = [(epochs.at(s)[0].start, epochs.at(s)[1]) for s in range(12)]
    assert forwards == [(0, i) for i in range(3)] + [(10, i) for i in range(4)] + [(20, i) for i in range(5)]
    assert made == [0, 1, 2]  # each made once
    assert Epochs(make).at(9)[0].start == 20
    assert epochs.at(1)[0].start == 0


def spans(index, order, length=32, seed=0):
    return sentence_pairs(index, order, length, rows=1, rng=rng(seed))


def test_pairs_are_whole_sentences_or_fill_the_row(index):
    order = document_order(index, {}, rng())
    pairs = spans(index, order, length=96)
    bounds = set(index.sentence_pieces.tolist())
    sizes = np.diff(pairs.a).ravel() + np.diff(pairs.b).ravel()
    assert (sizes <= 93).all()
    assert (np.diff(pairs.a) > 0).all()
    assert (np.diff(pairs.b) > 0).all()
    room_left = sizes < 93
    assert room_left.any()
    assert {*pairs.a[room_left].ravel(), *pairs.b[room_left].ravel()} <= bounds
    cut_off = [{*pairs.a[~room_left, side], *pairs.b[~room_left, side]} - bounds for side in (0, 1)]
    assert all(cut_off)  # some at the front, some at the end
    assert 0.4 < pairs.is_random.mean() < 0.75  # a half, and where a document has one sentence left


def test_a_true_pair_goes_on_and_a_random_one_is_from_another_document(index):
    order = document_order(index, {}, rng())
    pairs = spans(index, order)
    document = np.searchsorted(index.document_pieces, [pairs.a[:, 0], pairs.b[:, 0]], side="right") - 1
    true = ~pairs.is_random
    assert (document[0][true] == document[1][true]).all()
    assert (document[0][~true] != document[1][~true]).all()
    whole = true & (np.diff(pairs.a).ravel() + np.diff(pairs.b).ravel() < 29)  # nothing was cut off
    assert np.array_equal(pairs.a[whole, 1], pairs.b[whole, 0])


def test_lengths_do_not_tell_whether_b_follows():
    """Would a random B go on to the end of its document, A would always be cut to a half to make room."""
    sizes = rng().integers(5, 40, 4 * 300)
    long = SimpleNamespace(
        sentence_pieces=np.concatenate([[0], np.cumsum(sizes)]), documents=np.arange(0, 1201, 300)
    )
    pairs = sentence_pairs(long, np.tile(np.arange(4), 10), 128, rows=1, rng=rng())
    long_a = np.diff(pairs.a).ravel() > 64  # of 125
    shares = [long_a[pairs.is_random == kind].mean() for kind in (False, True)]
    assert shares[1] == pytest.approx(shares[0], abs=0.08)


def test_every_sentence_is_read(index):
    order = document_order(index, {}, rng())
    pairs = spans(index, order, length=1000)  # longer than a document, so nothing is cut off
    read = np.zeros(len(index.pieces), dtype=bool)
    for a, b in (*pairs.a, *pairs.b[~pairs.is_random]):
        read[a:b] = True
    for document in order:
        assert read[index.document_pieces[document] : index.document_pieces[document + 1]].all()


def test_join_puts_the_marks(index):
    pairs = spans(index, document_order(index, {}, rng()))
    ids, segments = join(index, pairs.a[:50], pairs.b[:50], 32)
    for row, segment, (a0, a1), (b0, b1) in zip(ids, segments, pairs.a, pairs.b, strict=False):
        expected = [CLS, *index.pieces[a0:a1], SEP, *index.pieces[b0:b1], SEP]
        assert row.tolist() == [*expected, *[PAD] * (32 - len(expected))]
        assert segment.tolist() == [0] * (a1 - a0 + 2) + [1] * (b1 - b0 + 1) + [0] * (32 - len(expected))


def test_the_same_seed_reads_the_same(index):
    order = document_order(index, {"other": 0.5}, rng(5))
    assert np.array_equal(order, document_order(index, {"other": 0.5}, rng(5)))
    assert not np.array_equal(order, document_order(index, {"other": 0.5}, rng(6)))
    assert np.array_equal(spans(index, order, seed=3).b, spans(index, order, seed=3).b)


def test_a_text_that_is_shorter_than_a_batch_is_an_error(index):
    epochs = Epochs(lambda epoch: Rows(np.arange(20), rows=4, length=8, stride=8))
    with pytest.raises(ValueError, match="too short for a single batch"):
        epochs.at(0)


def test_packed_rows_are_full_and_b_still_follows_a(index):
    order = document_order(index, {}, rng())
    plain = sentence_pairs(index, order, 96, rows=1, rng=rng())
    packed = sentence_pairs(index, order, 96, rows=1, rng=rng(), packed=True)
    sizes = [np.diff(pairs.a).ravel() + np.diff(pairs.b).ravel() for pairs in (plain, packed)]
    assert (sizes[1] >= sizes[0]).all()
    assert (sizes[1] <= 93).all()
    short = sizes[1] < 93  # where the documents have no more
    assert 0 < short.mean() < 0.5 * (sizes[0] < 93).mean()
    assert set(packed.a[short, 0]) <= set(index.document_pieces)
    assert set(packed.b[short, 1]) <= set(index.document_pieces)
    assert np.array_equal(plain.is_random, packed.is_random)
    assert np.array_equal(plain.a[:, 1], packed.a[:, 1])  # only outwards: B follows what it followed
    assert np.array_equal(plain.b[:, 0], packed.b[:, 0])
    for span in (packed.a, packed.b):
        first, last = (
            np.searchsorted(index.document_pieces, span[:, i] - i, side="right") - 1 for i in (0, 1)
        )
        assert np.array_equal(first, last)  # and within a document
