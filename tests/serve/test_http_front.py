"""The HTTP side on its own: its shape, its token, its limits. What embeds is put in its place."""

import asyncio
import base64

import httpx
import numpy as np
import pytest

from tlcourse.serve import http_front
from tlcourse.serve.answer import Answer
from tlcourse.serve.refusals import Refused

TOKEN = "a-token-that-nobody-guesses"


async def embed(texts):
    return Answer(np.array([[len(text), 0.1] for text in texts], dtype=np.float32), [len(t) for t in texts])


def application(embed=embed, **asked):
    return http_front.application(
        embed, "tiny", **{"max_texts": 4, "max_bytes": 2000, "timeout": 5.0, **asked}
    )


def ask(app, *requests):
    """All at once."""

    async def asked():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await asyncio.gather(*(client.request(*args, **kw) for args, kw in requests))

    return asyncio.run(asked())


def post(body, **kw):
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}
    kw["headers"] = {"Content-Type": "application/json", **kw.get("headers", {})}
    return ("POST", "/v1/embeddings"), {**sent, **kw}


def test_its_shape():
    numbers, coded = ask(
        application(),
        post({"model": "tiny", "input": ["ab", "c"]}),
        post({"model": "tiny", "input": "abc", "encoding_format": "base64", "user": "me"}),
    )
    told = numbers.json()
    assert [told["object"], told["model"], told["usage"]] == [
        "list",
        "tiny",
        {"prompt_tokens": 3, "total_tokens": 3},
    ]
    assert [(one["object"], one["index"]) for one in told["data"]] == [("embedding", 0), ("embedding", 1)]
    np.testing.assert_allclose([one["embedding"] for one in told["data"]], [[2, 0.1], [1, 0.1]], rtol=1e-6)
    (one,) = coded.json()["data"]
    np.testing.assert_array_equal(
        np.frombuffer(base64.b64decode(one["embedding"]), "<f4"), np.array([3, 0.1], "f4")
    )


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "JSON"),
        (b"\xff\xfe", 400, ""),
        (b"[" * 1900, 400, ""),
        (b'{"model": "tiny", "input": ["\\ud800"]}', 400, "surrogate"),
        ([], 400, ""),
        ({"model": "tiny"}, 400, "input"),
        ({"model": 3, "input": "a"}, 400, "model"),
        ({"model": "ada", "input": "a"}, 404, "this server has 'tiny'"),
        ({"model": "tiny", "input": ""}, 400, "empty string"),
        ({"model": "tiny", "input": []}, 400, "empty list"),
        ({"model": "tiny", "input": ["a", 1]}, 400, "a number"),
        ({"model": "tiny", "input": [1, 2]}, 400, "a number"),
        ({"model": "tiny", "input": [["a"]]}, 400, "expected a string"),
        ({"model": "tiny", "input": ["a"] * 5}, 413, "expected 4 at most"),
        ({"model": "tiny", "input": "a" * 3000}, 413, "2000 bytes at most"),
        ({"model": "tiny", "input": "a", "dimensions": 7}, 400, "this model has 2"),
        ({"model": "tiny", "input": "a", "encoding_format": "xml"}, 400, "encoding_format"),
    ],
)
def test_what_is_wrong_is_said(body, status, said):
    (answer,) = ask(application(), post(body))
    assert answer.status_code == status
    error = answer.json()["error"]
    assert said in error["message"]
    assert error["type"] == "invalid_request_error"


def test_other_addresses_have_the_same_shape_of_error():
    found = ask(application(), (("GET", "/v1/embeddings"), {}), (("POST", "/v1/chat"), {"json": {}}))
    assert [(one.status_code, one.json()["error"]["code"]) for one in found] == [(405, 405), (404, 404)]


def test_busy_says_when_to_come_back():
    async def busy(texts):
        raise Refused(503, "busy", 7)

    (answer,) = ask(application(busy), post({"model": "tiny", "input": "a"}))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json()["error"]["type"] == "server_error"


def test_too_many_at_once(monkeypatch):
    monkeypatch.setattr(http_front, "AT_ONCE", 2)

    async def slow(texts):
        await asyncio.sleep(0.2)
        return await embed(texts)

    app = application(slow)
    codes = [one.status_code for one in ask(app, *[post({"model": "tiny", "input": "a"})] * 5)]
    assert sorted(codes) == [200, 200, 503, 503, 503]
    assert ask(app, post({"model": "tiny", "input": "a"}))[0].status_code == 200


def test_what_takes_too_long(monkeypatch):
    monkeypatch.setattr(http_front, "SPARE", 0.0)
    monkeypatch.setattr(http_front, "READ", 0.1)

    async def never(texts):
        await asyncio.sleep(60)

    async def slowly():
        yield b"{"
        await asyncio.sleep(60)

    late, slow = ask(
        application(never, timeout=0.1),
        post({"model": "tiny", "input": "a"}),
        (("POST", "/v1/embeddings"), {"content": slowly()}),
    )
    assert (late.status_code, slow.status_code) == (504, 408)


def test_a_body_without_a_length_is_counted_as_it_comes():
    async def endless():
        while True:
            yield b" " * 500

    (answer,) = ask(application(), (("POST", "/v1/embeddings"), {"content": endless()}))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer"}]
)
def test_without_the_token(header):
    app = application(token=TOKEN, exposition=lambda: b"counts")
    embeddings, metrics, healthz = ask(
        app,
        post(b"not even read", headers=header),
        (("GET", "/metrics"), {"headers": header}),
        (("GET", "/healthz"), {"headers": header}),
    )
    assert [one.status_code for one in (embeddings, metrics, healthz)] == [401, 401, 200]
    assert embeddings.headers["WWW-Authenticate"] == "Bearer"


def test_with_the_token():
    app = application(token=TOKEN, exposition=lambda: b"counts")
    header = {"Authorization": f"Bearer {TOKEN}"}
    found = ask(
        app,
        post({"model": "tiny", "input": "a"}, headers=header),
        (("GET", "/metrics"), {"headers": header}),
    )
    assert [one.status_code for one in found] == [200, 200]
    assert found[1].text == "counts"


def test_the_token_is_compared_by_what_takes_constant_time(monkeypatch):
    """A time is not asserted: this is what makes it constant."""
    seen = []

    def compare(given, expected):
        seen.append((given, expected))
        return False

    monkeypatch.setattr(http_front.hmac, "compare_digest", compare)
    ask(application(token=TOKEN), post(b"", headers={"Authorization": "Bearer x"}))
    assert seen == [(b"Bearer x", f"Bearer {TOKEN}".encode())]


def test_not_healthy():
    (answer,) = ask(application(healthy=lambda: False), (("GET", "/healthz"), {}))
    assert answer.status_code == 503
