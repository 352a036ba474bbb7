"""`bert-serving-client` 1.10.0, as it comes from the package index, against a server of ours."""

import warnings

import numpy as np
import pytest
import transformers
import zmq

from tlcourse.models.pretrained import minilm
from tlcourse.serve.embedding import Embedder

TEXTS = ["The old house.", "Mary saw the river, and the quiet teacher liked the early winter story.", "a"]


@pytest.fixture(scope="module")
def server(serving):
    with serving(workers=2, show_tokens=True, max_batch=4) as started:
        yield started


@pytest.fixture
def client(server, client_of):
    with client_of(server) as made:
        yield made


@pytest.fixture(scope="module")
def embed(tiny):
    return Embedder(tiny)


def test_texts(client, embed):
    found = client.encode(TEXTS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, embed(TEXTS).vectors, atol=1e-5)


def test_what_was_read_is_shown(client, tiny):
    theirs = transformers.AutoTokenizer.from_pretrained(tiny)
    _, tokens = client.encode(TEXTS, show_tokens=True)
    assert tokens == [["[CLS]", *theirs.tokenize(text), "[SEP]"] for text in TEXTS]


def test_pieces_that_are_cut_already_give_the_same_vectors(client, tiny):
    theirs = transformers.AutoTokenizer.from_pretrained(tiny)
    pieces = [theirs.tokenize(text) for text in TEXTS]
    vectors, tokens = client.encode(pieces, is_tokenized=True, show_tokens=True)
    assert tokens == [["[CLS]", *some, "[SEP]"] for some in pieces]
    np.testing.assert_allclose(vectors, client.encode(TEXTS), atol=1e-5)
    _, (tokens,) = client.encode([["the", "River"]], is_tokenized=True, show_tokens=True)
    assert tokens == ["[CLS]", "the", *theirs.tokenize("river"), "[SEP]"]  # no piece as it is: cut


def test_a_large_request_comes_back_whole_and_in_order(client, embed):
    texts = [" ".join(TEXTS[1].split()[: 1 + i % 9]) + f" {i}" for i in range(150)]
    np.testing.assert_allclose(client.encode(texts), embed(texts).vectors, atol=1e-5)


def test_without_waiting(client, embed):
    for n in range(1, 4):
        client.encode(TEXTS[:n], blocking=False)
    found = client.fetch_all(sort=True, concat=True)
    np.testing.assert_allclose(found, embed(TEXTS[:1] + TEXTS[:2] + TEXTS).vectors, atol=1e-5)
    for response in client.encode_async((TEXTS[:2] for _ in range(5)), max_num_batch=5):
        np.testing.assert_allclose(response.embedding, embed(TEXTS[:2]).vectors, atol=1e-5)


def test_configuration_and_status(client, server, tiny):
    told = client.server_config
    assert told["server_version"] == client.status["client_version"]
    assert (told["port"], told["port_out"]) == server.ports
    assert told["pooling_strategy"] == "REDUCE_MEAN"
    assert told["pooling_layer"] == [-2]
    assert told["max_seq_len"] == 64
    assert told["model_dir"] == tiny
    assert told["num_worker"] == 2
    before = client.server_status["statistic"]
    client.encode(TEXTS)
    after = client.server_status["statistic"]
    assert after["num_total_seq"] - before["num_total_seq"] == len(TEXTS)
    assert after["num_sys_request"] - before["num_sys_request"] == 1


def test_its_own_checks(client):
    with pytest.raises(TypeError, match="must be"):
        client.encode("one text")
    with pytest.raises(ValueError, match="non-empty"):
        client.encode(["a", " "])
    with pytest.warns(UserWarning, match="more tokens than"):
        client.encode([" ".join(["river"] * 70)])


def test_what_it_lets_through_and_the_server_does_not(client, server):
    """The client knows no errors from the server; it raises this one, with what is wrong in it."""
    client._check_input_lst_str = lambda texts: None
    client._check_length = lambda *_: True
    for wrong, said in (
        ([3], "texts.0. is or holds a number"),
        (["a", " "], "texts.1. is or holds an empty"),
    ):
        with pytest.raises(TypeError, match=f"refused: {said}"):
            client.encode(wrong)
    with pytest.raises(TypeError, match="expected 4096 at most; send them in parts"):
        client.encode(["a"] * 4097)
    assert client.encode(TEXTS).shape == (3, 32)


def test_an_answer_waits_until_its_client_listens(server):
    """A client connects to both ports at once: its first answer may be ready before it listens."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as sender, context.socket(zmq.SUB) as receiver:
        sender.connect(f"tcp://127.0.0.1:{server.ports[0]}")
        sender.send_multipart([b"early", b'["a"]', b"1", b"1"])
        answered = server.metrics.value("tlcourse_requests_total", port="zeromq", outcome="answered")
        while server.metrics.value("tlcourse_requests_total", port="zeromq", outcome="answered") == answered:
            server.submit(["something to wait for"]).result(60)
        receiver.setsockopt(zmq.SUBSCRIBE, b"early")
        receiver.connect(f"tcp://127.0.0.1:{server.ports[1]}")
        assert receiver.poll(10_000)
        assert receiver.recv_multipart()[3] == b"1"
        receiver.close(0)
        sender.close(0)


def test_every_token_of_a_text(serving, client_of, embed):
    with serving(pooling="NONE", max_seq_len=20) as server, client_of(server) as client:
        found = client.encode(TEXTS)
        assert found.shape == (3, 20, 32)  # as bert-as-service pads, so that answers can be concatenated
        for row, text in zip(found, TEXTS, strict=True):
            n = min(20, embed([text]).lengths[0])
            assert np.abs(row[:n]).sum(axis=1).all()
            assert not row[n:].any()
        assert not client.token_info_available
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            client.encode(["a"], show_tokens=True)
        assert "does not support showing tokenization" in str(caught[0].message)


def test_minilm_is_what_the_course_computes(serving, client_of):
    """`minilm.encode` is transformers' network; with length 1 it is what sentence-transformers gives."""
    texts = [*TEXTS, "A cat sat on the mat.", "Stocks fell sharply on Monday after the bank's warning."]
    with (
        serving(model="minilm", layers=(-1,), normalise=True) as server,
        client_of(server, output_fmt="list") as client,
    ):
        found = np.array(client.encode(texts))
    expected = minilm.encode(texts)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-5)
