"""The server over HTTP, in the shape of OpenAI's embeddings, so that the published `openai` client works.

    client = openai.OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="the token, or anything")
    client.embeddings.create(model="minilm", input=["a text", "another"])

`/healthz` says whether it answers, `/metrics` what it counted. What embeds is given: the server of this
package, or a Ray application (`on_ray`).
"""

import asyncio
import base64
import hmac
import json
import math
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import numpy as np
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tlcourse.serve.answer import Answer
from tlcourse.serve.refusals import BUSY, TOO_LARGE, TOO_LATE, UNFIT, Refused, checked_texts

AT_ONCE = 256  # requests that are read or answered at a time
READ = 10.0  # seconds in which a body has to arrive
OPEN = ("/healthz",)  # needs no token
SPARE = 1.0  # seconds beyond the server's own time-out, which has the better message

Embed = Callable[[list[str]], Awaitable[Answer]]


class Asked(BaseModel):
    """The body of a request; `user` is read and ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)

    input: Any
    model: str
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    user: str | None = None


def application(
    embed: Embed,
    model: str,
    *,
    max_texts: int,
    max_bytes: int,
    timeout: float,
    token: str | None = None,
    healthy: Callable[[], bool] = lambda: True,
    exposition: Callable[[], bytes] | None = None,
) -> ASGIApp:
    """The application that uvicorn runs.

    Args:
        embed: texts → vectors, (N, W); raises `Refused`.
        model: the name under which it is asked for.
        max_texts, max_bytes: of a request.
        timeout: seconds in which a request is answered.
        token: what everything but `/healthz` asks for.
        healthy: whether it can answer.
        exposition: what `/metrics` shows; without it there is none.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/v1/embeddings")
    async def embeddings(asked: Asked) -> Response:
        if asked.model != model:
            raise Refused(404, f"model is {asked.model!r}: this server has {model!r}")
        single = isinstance(asked.input, str)
        texts = checked_texts([asked.input] if single else asked.input, max_texts, "input")
        if not isinstance(texts[0], str):
            raise Refused(
                UNFIT, "input[0] is a list: expected a string, as the pieces of other models are not ours"
            )
        try:
            async with asyncio.timeout(timeout + SPARE):
                answer = await embed(texts)
        except TimeoutError:
            raise Refused(TOO_LATE, f"no answer within {timeout:g} s") from None
        if asked.dimensions not in (None, answer.vectors.shape[1]):
            raise Refused(
                UNFIT, f"dimensions is {asked.dimensions}: this model has {answer.vectors.shape[1]}"
            )
        return Response(_body(answer, model, asked.encoding_format), media_type="application/json")

    @app.get("/healthz")
    async def healthz() -> Response:
        well = healthy()
        return JSONResponse({"status": "ok" if well else "no worker is ready"}, 200 if well else BUSY)

    if exposition is not None:

        @app.get("/metrics")
        async def metrics() -> Response:
            return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return _error(error)

    @app.exception_handler(RequestValidationError)
    async def unfit(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"][1:])) or "the body"
        return _error(Refused(UNFIT, f"{where}: {first['msg']}"))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        return _error(Refused(error.status_code, f"{request.method} {request.url.path}: {error.detail}"))

    return Gate(app, token, max_bytes)


def _body(answer: Answer, model: str, encoding_format: str) -> bytes:
    vectors = np.ascontiguousarray(answer.vectors, dtype="<f4")
    if encoding_format == "base64":
        values = [base64.b64encode(row.tobytes()).decode() for row in vectors]
    else:
        values = vectors.tolist()
    tokens = int(sum(answer.lengths))
    return json.dumps(
        {
            "object": "list",
            "data": [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(values)],
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    ).encode()


def _error(refused: Refused) -> JSONResponse:
    """In OpenAI's shape."""
    kind = "invalid_request_error" if refused.status < 500 else "server_error"
    error = {"message": refused.message, "type": kind, "param": None, "code": refused.status}
    headers = {}
    if refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": error}, refused.status, headers)


class Gate:
    """Before anything of a request is looked at: its token, how many there are, how large it is and how
    slow."""

    def __init__(self, app: ASGIApp, token: str | None, max_bytes: int):
        self.app, self.max_bytes = app, max_bytes
        self._expected = None if token is None else f"Bearer {token}".encode()
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        try:
            self._check_token(scope)
            if self._inside >= AT_ONCE:
                raise Refused(BUSY, f"busy: {self._inside} requests are being answered; come back in 1 s", 1)
            self._inside += 1
            try:
                body = await self._read(scope, receive)
                await self.app(scope, _again(body, receive), send)
            finally:
                self._inside -= 1
        except Refused as refused:
            response = _error(refused)
            response.headers["Connection"] = "close"  # what is left of the body is not read
            await response(scope, receive, send)

    def _check_token(self, scope: Scope) -> None:
        """In a time that does not depend on how much of the token is right."""
        if self._expected is None:
            return
        given = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(given, self._expected):
            raise Refused(401, "the token is missing or wrong: send Authorization: Bearer TOKEN")

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        told = dict(scope["headers"]).get(b"content-length", b"0")
        size = int(told) if told.isdigit() and len(told) < 20 else math.inf
        body = bytearray()
        try:
            async with asyncio.timeout(READ):
                while size <= self.max_bytes and len(body) <= self.max_bytes:
                    message = await receive()
                    if message["type"] != "http.request":
                        break
                    body += message.get("body", b"")
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise Refused(408, f"the body did not arrive within {READ:g} s") from None
        raise Refused(TOO_LARGE, f"the body is too large: expected {self.max_bytes} bytes at most")


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, for whoever reads next."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return messages.pop() if messages else await receive()

    return read
