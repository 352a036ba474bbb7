"""Texts that wait for a worker: who is next, and who goes along.

A large request may not keep small ones waiting, so it takes turns: its first batch comes as soon as a small
request that arrived with it, its second one turn later, and so on. (bert-as-service had two queues for that.)
Whoever is next takes along those whose length is nearest to its own, for a batch is padded to its longest
text.
"""

from dataclasses import dataclass, field

FIRST = -1  # the turn of those that a worker died over
LOOKED_AT = 16  # batches' worth of texts among which the nearest in length are looked for
BUDGET = 8192  # bytes of text in a batch, padded: about 2,000 tokens, a third of a second of one core


@dataclass(slots=True, eq=False)
class Item:
    """One text of a request.

    Attributes:
        place: in its request.
        length: in bytes, for want of a count of tokens, which only the workers can make.
        attempts: workers that died over it.
    """

    request: int
    place: int
    text: str | list[str]
    length: int
    arrived: float
    turn: int = 0
    attempts: int = 0


@dataclass
class Waiting:
    """The queue. Its order: turns, and within a turn the order of arrival.

    Attributes:
        longest: bytes beyond which a text is no dearer, as its end is not read.
    """

    max_batch: int
    longest: int
    count: int = 0
    size: int = 0
    _turn: int = 0
    _lanes: dict[int, list[Item]] = field(default_factory=dict)

    def add(self, request: int, texts: list, now: float) -> None:
        """Append a request's texts."""
        for place, text in enumerate(texts):
            length = len(text.encode()) if isinstance(text, str) else sum(len(t.encode()) + 1 for t in text)
            self._put(Item(request, place, text, length, now, self._turn + place // self.max_batch))

    def put_back(self, items: list[Item]) -> None:
        """Those come next."""
        for item in items:
            item.turn = FIRST
            self._put(item)

    def _put(self, item: Item) -> None:
        self._lanes.setdefault(item.turn, []).append(item)
        self.count += 1
        self.size += item.length

    def since(self) -> float | None:
        """When the one that is next arrived; None if nobody waits."""
        return self._lanes[min(self._lanes)][0].arrived if self._lanes else None

    def take(self) -> list[Item]:
        """Remove and return the next batch, in the order of its lengths.

        Empty if nobody waits. What two workers or more died over goes alone: it may be the cause.
        """
        near: list[Item] = []
        for turn in sorted(self._lanes):
            near += self._lanes[turn][: LOOKED_AT * self.max_batch - len(near)]
            if len(near) >= LOOKED_AT * self.max_batch:
                break
        if not near:
            return []
        first = near[0]
        self._turn = max(self._turn, first.turn)
        if first.attempts > 1:
            return self._removed([first])
        near = sorted((item for item in near if item.attempts < 2), key=lambda item: self._cost(item))
        low = near.index(first)
        high = low + 1
        while high - low < self.max_batch:
            shorter = self._cost(first) - self._cost(near[low - 1]) if low else None
            longer = self._cost(near[high]) - self._cost(first) if high < len(near) else None
            up = longer is not None and (shorter is None or longer <= shorter)
            if not up and shorter is None:
                break
            longest = near[high] if up else near[high - 1]
            if self._cost(longest) * (high - low + 1) > BUDGET:
                break
            low, high = (low, high + 1) if up else (low - 1, high)
        return self._removed(near[low:high])

    def _cost(self, item: Item) -> int:
        return min(item.length, self.longest)

    def _removed(self, items: list[Item]) -> list[Item]:
        gone = set(map(id, items))
        for turn in {item.turn for item in items}:
            self._keep(turn, [item for item in self._lanes[turn] if id(item) not in gone])
        return items

    def drop(self, request: int) -> None:
        """Forget a request."""
        for turn, lane in list(self._lanes.items()):
            self._keep(turn, [item for item in lane if item.request != request])

    def _keep(self, turn: int, left: list[Item]) -> None:
        self.count -= len(self._lanes[turn]) - len(left)
        self.size -= sum(item.length for item in self._lanes[turn]) - sum(item.length for item in left)
        if left:
            self._lanes[turn] = left
        else:
            del self._lanes[turn]
