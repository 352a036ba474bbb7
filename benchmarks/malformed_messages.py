"""Messages that no client of the server sends: a corpus, and changes of what clients do send.

for frames in messages(10_000, seed=0): ...      # lists of frames, for either port
for body in bodies(1_000, seed=0): ...           # bodies of HTTP requests
"""

import json
import random
from collections.abc import Iterator

VALID = [
    [b"client", b'["a text", "another one, longer than the first"]', b"1", b"2"],
    [b"client", b'[["a", "text"], ["##ing"]]', b"2", b"2"],
    [b"client", b"SHOW_CONFIG", b"3", b"0"],
    [b"client", b"SHOW_STATUS", b"4", b"0"],
]
CORPUS = [
    [b""],
    [b"me", b'["a"]'],
    [b"me", b'["a"]', b"1", b"1", b""],
    [b"", b'["a"]', b"1", b"1"],
    [b"x" * 300, b'["a"]', b"1", b"1"],
    [b"me", b'["a"]', b"-1", b"1"],
    [b"me", b'["a"]', b"1" * 5000, b"1"],
    [b"me", b'["a"]', "²".encode(), b"1"],
    [b"me", b'["a"]', b"1", "²".encode()],
    [b"me", b'["a"]', b"1", b"99999999999999999999999999"],
    [b"me", b"[" * 15_000, b"1", b"1"],
    [b"me", b"[" * 200_000, b"1", b"1"],
    [b"me", b"9" * 100_000, b"1", b"1"],
    [b"me", b'{"a": ' * 5000, b"1", b"1"],
    [b"me", b'["\\ud800"]', b"1", b"1"],
    [b"me", b'[" ", ""]', b"1", b"2"],
    [b"me", b"\x80\x04\x95", b"1", b"1"],
    [b"me", b"\xff\xfe[\x00", b"1", b"1"],
    [b"me", b"TERMINATION", b"1", b"1"],
    [b"me", b"NaN", b"1", b"1"],
    [b"\x01" * 400],
    [b"x"] * 5000,
]
HUGE = 20_000_000  # bytes: five times what the server takes; at sixteen times it cuts a sender off
VALUES = (None, True, 3, 0.5, float("nan"), "", " ", "a", [], {}, ["a"], [[]], [[""]], {"a": ["b"]})


def messages(n: int, seed: int) -> Iterator[list[bytes]]:
    """The corpus, then changes of it and of valid ones. Some changes are harmless: the server's parser says
    so."""
    rng = random.Random(seed)
    for i in range(n):
        yield CORPUS[i] if i < len(CORPUS) else _changed(rng)


def bodies(n: int, seed: int) -> Iterator[bytes]:
    """Bodies that ask for embeddings, each with something wrong."""
    rng = random.Random(seed)
    for _ in range(n):
        body = {"model": "minilm", "input": ["a text"], rng.choice(("model", "input")): rng.choice(VALUES)}
        if rng.random() < 0.3:
            body[rng.choice(("dimensions", "encoding_format"))] = rng.choice(VALUES)
        coded = json.dumps(body).encode()
        yield coded if rng.random() < 0.5 else _damaged(coded, rng)


def _changed(rng: random.Random) -> list[bytes]:
    frames = list(rng.choice(VALID if rng.random() < 0.8 else CORPUS))
    kind = rng.randrange(6)
    place = rng.randrange(len(frames))
    if kind == 0:  # truncated
        frames[place] = frames[place][: rng.randrange(len(frames[place]) + 1)]
    elif kind == 1:  # of a wrong type
        frames = [
            b"client",
            json.dumps([rng.choice(VALUES) for _ in range(rng.randrange(4))]).encode(),
            b"1",
            b"3",
        ]
    elif kind == 2:  # a frame too many, or too few
        frames = frames[:place] if rng.random() < 0.5 else [*frames, rng.randbytes(20)]
    elif kind == 3:  # damaged
        frames[place] = _damaged(frames[place], rng)
    elif kind == 4:  # huge
        frames[place] = (frames[place] * rng.choice((100, 3000)))[:HUGE]
    else:  # noise
        frames = [rng.randbytes(rng.randrange(60)) for _ in range(rng.randrange(1, 7))]
    return frames or [b""]


def _damaged(value: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(value or b"x")
    for _ in range(rng.randrange(1, 5)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)
