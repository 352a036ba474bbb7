"""The language of `bert-serving-client` 1.10.0 on its two ports, as its own code speaks it.

A client pushes four frames to the first port: its identity, the message, the number of the request and how
many texts it has. The message is JSON, or a question of two words. It listens on the second port, subscribed
to its identity, for four frames: the identity, a header in JSON, the numbers as they lie in memory, and the
number of the request; for a question there are no numbers. Nothing is pickled.

The client knows no errors, and would wait for ever: so an answer of ours that is one has in the place of the
type of its numbers what is wrong, and the client raises `TypeError: data type 'refused: …' not understood`. A
client that knows us reads `error`.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from tlcourse.serve.answer import Answer
from tlcourse.serve.refusals import TOO_LARGE, UNFIT, Refused, checked_texts

SPOKEN = "1.10.0"  # the client compares it with its own version
QUESTIONS = {b"SHOW_CONFIG": "config", b"SHOW_STATUS": "status"}
LONGEST_IDENTITY = 255  # bytes
LONGEST_NUMBER = 20  # digits


@dataclass(frozen=True)
class Asked:
    """A request that came in whole: texts, or one of the `QUESTIONS`."""

    client: bytes
    number: bytes
    texts: list | None = None
    question: str = ""


class Malformed(Exception):
    """Nobody can be told that this was refused: the frames do not say whom."""


def address(frames: list[bytes]) -> tuple[bytes, bytes]:
    """Whom to answer: the identity of the client and the number of its request.

    Raises Malformed if there is neither.
    """
    if len(frames) != 4:
        raise Malformed(f"{len(frames)} frames, expected 4: identity, message, request, texts")
    client, _, number, _ = frames
    if not 0 < len(client) <= LONGEST_IDENTITY:
        raise Malformed(f"an identity of {len(client)} bytes, expected 1 to {LONGEST_IDENTITY}")
    if not (number.isdigit() and len(number) <= LONGEST_NUMBER):
        raise Malformed(f"the request is {number[:LONGEST_NUMBER]!r}, expected digits")
    return client, number


def read(frames: list[bytes], max_texts: int, max_bytes: int) -> Asked:
    """What was asked. `frames` have an address. Raises Refused."""
    client, message, number, count = frames
    if question := QUESTIONS.get(message):
        return Asked(client, number, question=question)
    if len(message) > max_bytes:
        raise Refused(TOO_LARGE, f"the message has {len(message)} bytes: expected {max_bytes} at most")
    try:
        value = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise Refused(UNFIT, f"the message is no JSON ({error})") from None
    texts = checked_texts(value, max_texts)
    if not (count.isdigit() and len(count) <= LONGEST_NUMBER and int(count) == len(texts)):
        raise Refused(UNFIT, f"the last frame is {count[:LONGEST_NUMBER]!r}: expected {len(texts)} texts")
    return Asked(client, number, texts=texts)


def vectors(client: bytes, number: bytes, answer: Answer) -> list[Any]:
    """The frames of an answer, with the tokens if it has them."""
    header = {"dtype": str(answer.vectors.dtype), "shape": answer.vectors.shape}
    if answer.tokens is not None:
        header["tokens"] = answer.tokens
    return [client, _json(header), np.ascontiguousarray(answer.vectors).data, number]


def facts(client: bytes, number: bytes, told: dict[str, Any]) -> list[Any]:
    """The frames of the answer to a question."""
    return [client, _json(told), number]


def refusal(client: bytes, number: bytes, refused: Refused) -> list[Any]:
    """The frames of an answer that is an error."""
    error = {"status": refused.status, "message": refused.message}
    if refused.retry_after is not None:
        error["retry_after"] = refused.retry_after
    said = f"refused: {refused.message}".replace(",", ";")  # with a comma, numpy would look for several types
    return [client, _json({"dtype": said, "shape": [0], "error": error}), b"", number]


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace")
