"""The published `openai` client, as it comes, against a server of ours; and what else HTTP has."""

import asyncio
import concurrent.futures
import socket

import httpx
import numpy as np
import openai
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tlcourse.models.pretrained import minilm
from tlcourse.serve.embedding import Embedder
from tlcourse.serve.http_server import HttpServer, _listening

TOKEN = "a-token-that-nobody-guesses"
TEXTS = ["The old house.", "Mary saw the river, and the quiet teacher liked the early winter story.", "a"]


@pytest.fixture
def http(serving):
    """`with http(…) as (address, server)`."""
    import contextlib

    @contextlib.contextmanager
    def made(**asked):
        with serving(http_port=0, **asked) as server:
            front = HttpServer(server)
            front.start()
            try:
                yield f"http://127.0.0.1:{front.port}", server
            finally:
                front.close()

    return made


def test_embeddings_metrics_and_what_is_refused(http, tiny):
    with http(token=TOKEN, max_texts=10) as (address, _):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key=TOKEN, max_retries=0)
        for encoding in ({}, {"encoding_format": "float"}, {"encoding_format": "base64"}):
            found = client.embeddings.create(model=tiny, input=TEXTS, **encoding)
            vectors = [one.embedding for one in found.data]
            if encoding == {"encoding_format": "base64"}:
                continue  # given as it is, to whoever asks for it
            answer = Embedder(tiny)(TEXTS)
            np.testing.assert_allclose(vectors, answer.vectors, atol=1e-5)
            assert found.usage.prompt_tokens == sum(answer.lengths)
        with pytest.raises(openai.NotFoundError, match="this server has"):
            client.embeddings.create(model="text-embedding-3-small", input="a")
        with pytest.raises(openai.BadRequestError, match="empty string"):
            client.embeddings.create(model=tiny, input=["a", ""])
        with pytest.raises(openai.APIStatusError, match="10 at most"):
            client.embeddings.create(model=tiny, input=["a"] * 11)
        stranger = openai.OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0)
        with pytest.raises(openai.AuthenticationError):
            stranger.embeddings.create(model=tiny, input="a")

        assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
        told = httpx.get(f"{address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        counted = {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(told)
            for sample in family.samples
        }
        assert counted["tlcourse_requests_total", "answered", "http"] == 3
        assert counted["tlcourse_texts_total",] == 9
        assert counted["tlcourse_workers",] == 1


def test_an_answer_does_not_wait_for_the_word_that_its_header_came():
    """They are sent apart; without TCP_NODELAY, 40 ms apart. A time is not asserted, but what sets it."""

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport):
            seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async def connected():
        listening = _listening("127.0.0.1", 0)
        async with await asyncio.get_running_loop().create_server(Protocol, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            while not seen:
                await asyncio.sleep(0.01)
            writer.close()

    seen = []
    asyncio.run(connected())
    assert seen[0]


def test_many_at_once_are_computed_together(http, tiny):
    with http() as (address, server):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any")

        def one(i):
            return client.embeddings.create(model=tiny, input=TEXTS[i % 3]).data[0].embedding

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            found = [*pool.map(one, range(48))]
        expected = Embedder(tiny)(TEXTS).vectors
        np.testing.assert_allclose(found, [expected[i % 3] for i in range(48)], atol=1e-5)
        assert server.metrics.value("tlcourse_batch_texts_count") < 48


def test_past_the_bound_clients_are_told_to_come_back(http, client_of, tiny):
    with http(max_waiting=8, max_batch=1) as (address, server):
        body = {"model": tiny, "input": ["a"] * 8}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = [*pool.map(lambda _: httpx.post(f"{address}/v1/embeddings", json=body), range(8))]
        busy = [one for one in found if one.status_code == 503]
        assert busy
        assert {one.status_code for one in found} == {200, 503}
        assert all(int(one.headers["Retry-After"]) >= 1 for one in busy)
        with client_of(server) as client:
            for _ in range(4):
                client.encode(["a"] * 8, blocking=False)
            with pytest.raises((TypeError, ValueError), match=r"busy: .* come back"):
                client.fetch_all()
            with pytest.raises(TypeError, match="there is room for 8"):
                client.encode(["a"] * 9)


def test_minilm_as_sentence_transformers_gives_it(http):
    with http(model="minilm", layers=(-1,), normalise=True) as (address, _):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any")
        found = [one.embedding for one in client.embeddings.create(model="minilm", input=TEXTS).data]
    expected = minilm.encode(TEXTS)
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
