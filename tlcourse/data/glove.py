"""GloVe 6B, 50 dimensions: vectors of 400,000 words of Wikipedia and news (Pennington et al. 2014)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlcourse import assets


@dataclass(frozen=True)
class Vectors:
    """Word vectors, by frequency rank: row 0 is the most frequent word.

    Attributes:
        words: V words, lower case.
        matrix: float32, (V, 50), read-only, mapped from disk.
    """

    words: list[str]
    matrix: np.ndarray

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """float32, (50,): the vector of `word`; KeyError if it has none."""
        return self.matrix[self.index[word]]

    def __len__(self) -> int:
        return len(self.words)


def load(limit: int | None = None) -> Vectors:
    """Load the `limit` most frequent words, or all 400,000.

    Raises:
        ValueError: `limit` is not positive.
        AssetMissing: not fetched yet.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit is {limit!r}, expected a positive number of words, or None for all")
    import pyarrow.parquet

    folder = assets.path("glove-6b-50d")
    words = pyarrow.parquet.read_table(folder / "glove_6B_index.parquet")["index"].slice(0, limit).to_pylist()
    pyarrow.default_memory_pool().release_unused()  # it holds on to 20 MB of the table that was read
    matrix = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")[:limit]
    return Vectors(words, matrix)
