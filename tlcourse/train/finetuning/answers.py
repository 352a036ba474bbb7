"""Answers as spans: characters of a paragraph → first and last piece, and back.

BERT's way (Devlin et al. 2019, section 4.2): question and paragraph are read as one, and two numbers for each
piece of the paragraph say how well the answer would begin, or end, there.

Taught in lesson *To tune or not to tune*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.xquad import Questions
from tlcourse.models.pretrained.text_encoders import Example, PieceEncoder

Offsets = list[tuple[int, int]]  # of each piece: from which character to which


@dataclass(frozen=True)
class ReadQuestions:
    """Questions as an encoder reads them.

    Attributes:
        texts: N of one part each; an example's places are its paragraph's pieces.
        spans: int64 (N, 2): the answer's first and last piece; −1 where it was left out.
        paragraphs: N texts.
        offsets: of the pieces of each paragraph.
    """

    texts: list[list[Example]]
    spans: np.ndarray
    paragraphs: list[str]
    offsets: list[Offsets]

    @property
    def answerable(self) -> np.ndarray:
        """Which questions have their answer in what is read: to be learned from."""
        return np.flatnonzero(self.spans[:, 0] >= 0)

    def words(self, spans: np.ndarray) -> list[str]:
        """(N, 2), first and last pieces → what stands there."""
        each = zip(self.paragraphs, self.offsets, spans.tolist(), strict=True)
        return [text[offsets[i][0] : offsets[j][1]] for text, offsets, (i, j) in each]


def read(encoder: PieceEncoder, data: Questions, rows: Sequence[int] | np.ndarray) -> ReadQuestions:
    """The questions `rows`, cut into pieces, with the places of their answers."""
    paragraphs = [data.paragraphs[data.paragraph[i]] for i in rows]
    both = encoder.questions([data.questions[i] for i in rows], paragraphs)
    spans = [
        pieces_of(offsets, int(data.start[i]), int(data.start[i]) + len(data.answers[i]))
        for (_, offsets), i in zip(both, rows, strict=True)
    ]
    return ReadQuestions(
        [[example] for example, _ in both],
        np.array(spans, dtype=np.int64).reshape(-1, 2),
        paragraphs,
        [offsets for _, offsets in both],
    )


def pieces_of(offsets: Offsets, start: int, end: int) -> tuple[int, int]:
    """The first and last piece of the characters from `start` to before `end`; (−1, −1) if not all there."""
    touched = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
    if not touched or offsets[touched[-1]][1] < end:
        return -1, -1
    return touched[0], touched[-1]
