"""Where the vectors of a request meet again, however its texts were split: each is answered once."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tlcourse.serve.answer import Answer, merged
from tlcourse.serve.refusals import Refused

Told = Callable[[Answer | Refused], None]


@dataclass(slots=True)
class Pending:
    """A request that is not answered yet."""

    tell: Told
    since: float
    rows: list[np.ndarray | None]
    lengths: list[int]
    tokens: list[list[str]]
    missing: int


@dataclass
class Sink:
    """The requests that are not answered yet, the oldest first.

    Attributes:
        show_tokens: answers name what was read.
        padded_to: with pooling NONE, tokens of each text; None for those of the longest in its request.
    """

    show_tokens: bool = False
    padded_to: int | None = None
    pending: dict[int, Pending] = field(default_factory=dict)

    def open(self, request: int, n: int, tell: Told, now: float) -> None:
        """Expect the vectors of `n` texts; `tell` is called once, with the answer or with an error."""
        self.pending[request] = Pending(tell, now, [None] * n, [0] * n, [[] for _ in range(n)], n)

    def put(self, request: int, place: int, row: np.ndarray, length: int, tokens: list[str]) -> bool:
        """One text's vector. True if it was the last one, and the answer is given.

        One that is there already, or whose request is answered, is passed over: a worker that was given up
        may have finished all the same.
        """
        found = self.pending.get(request)
        if found is None or found.rows[place] is not None:
            return False
        found.rows[place], found.lengths[place], found.tokens[place] = row, length, tokens
        found.missing -= 1
        if found.missing:
            return False
        del self.pending[request]
        vectors = merged(found.rows, self.padded_to)
        found.tell(Answer(vectors, found.lengths, found.tokens if self.show_tokens else None))
        return True

    def refuse(self, request: int, refused: Refused) -> bool:
        """Answer with an error; False if it is answered already."""
        found = self.pending.pop(request, None)
        if found is not None:
            found.tell(refused)
        return found is not None

    def older_than(self, moment: float) -> list[int]:
        """Requests that came before `moment`."""
        found = []
        for request, pending in self.pending.items():
            if pending.since >= moment:
                break
            found.append(request)
        return found
