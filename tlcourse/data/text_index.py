"""Text as arrays: words, pieces, and where sentences and documents begin. What pretraining reads.

On disk it is a folder of `.npy` files that are mapped, not read, so that opening 36 million pieces takes
no time and no memory. Shapes: W words, N pieces, S sentences, D documents, V distinct words.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tlcourse import files
from tlcourse.data import sentences, tokeniser
from tlcourse.data.texts import as_texts
from tlcourse.data.tokeniser import find_words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN, END_OF_SENTENCE = "<unk>", "</s>"  # words 0 and 1, which no text has

# What `flags` says of a piece, one bit each.
STARTS_WORD, CAPITAL, STARTS_UNIT = 1, 2, 4


class Document(NamedTuple):
    source: str
    name: str
    paragraphs: Sequence[str]

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


@dataclass(frozen=True)
class TextIndex:
    """The text.

    Attributes:
        words: uint32 (W,), numbers of the words as they are written; the most frequent word has the lowest.
        pieces: uint16 (N,), the same text in the tokeniser's pieces.
        flags: uint8 (N,): does the piece start a word, is its word written with a capital, does it start
            a unit (a word, or the phrase or name that ERNIE masks as a whole)?
        sentence_words, sentence_pieces: int64 (S + 1,), where each sentence begins in `words` and in
            `pieces`.
        documents: int64 (D + 1,), the first sentence of each document.
        source: uint8 (D,), an index into `sources`.
        held_out: bool (D,), documents that no training reads.
        n_bytes: int64 (D,), length in UTF-8, for losses per byte.
        sources: names of the sources.
        vocabulary: the V distinct words, `<unk>` and `</s>` first.
        tokenizer: what made the pieces.
        report: how the text was assembled.
    """

    words: np.ndarray
    pieces: np.ndarray
    flags: np.ndarray
    sentence_words: np.ndarray
    sentence_pieces: np.ndarray
    documents: np.ndarray
    source: np.ndarray
    held_out: np.ndarray
    n_bytes: np.ndarray
    sources: tuple[str, ...]
    vocabulary: list[str]
    tokenizer: "Tokenizer"
    report: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def document_pieces(self) -> np.ndarray:
        """int64 (D + 1,): where each document begins in `pieces`."""
        return np.asarray(self.sentence_pieces)[self.documents]

    def __len__(self) -> int:
        """The number of documents."""
        return len(self.documents) - 1

    def fingerprint(self) -> str:
        """A hash of the text, the vocabulary and what is held out: the same for the same index."""
        digest = hashlib.sha256(self.tokenizer.to_str().encode())
        for name in ("pieces", "documents", "held_out"):
            digest.update(np.ascontiguousarray(getattr(self, name)))
        return digest.hexdigest()[:16]


def build(
    documents: Iterable[Document],
    tokenizer: "Tokenizer",
    held_out: Iterable[str] = (),
    report: dict[str, Any] | None = None,
) -> TextIndex:
    """Cut documents into sentences, words and pieces.

    `held_out` are names of documents.

    Raises:
        ValueError: there is no text.
        TypeError: `held_out`, or the paragraphs of a document, are a single string.
    """
    from tlcourse.data.phrases import continues_unit

    held_out = set(as_texts(held_out, "held_out"))
    number: dict[str, int] = {}
    words, sentence_lengths, document_lengths = [], [], []
    source, is_held_out, n_bytes, sources = [], [], [], []
    for document in documents:
        count = 0
        for paragraph in as_texts(document.paragraphs, f"the paragraphs of {document.name}"):
            for sentence in sentences.split(paragraph):
                found = find_words(sentence)
                if not found:
                    continue
                words.append(np.array([number.setdefault(w, len(number)) for w in found], dtype=np.uint32))
                sentence_lengths.append(len(found))
                count += 1
        if not count:
            continue
        document_lengths.append(count)
        if document.source not in sources:
            sources.append(document.source)
        source.append(sources.index(document.source))
        is_held_out.append(document.name in held_out)
        n_bytes.append(len(document.text.encode("utf-8")))
    if not words:
        raise ValueError("there is no text to index: every document is empty.")

    all_words = np.concatenate(words)
    by_frequency = np.argsort(-np.bincount(all_words), kind="stable")
    place = np.empty(len(number), dtype=np.uint32)
    place[by_frequency] = np.arange(2, len(number) + 2)
    all_words, found = place[all_words], list(number)
    vocabulary = [UNKNOWN, END_OF_SENTENCE, *(found[i] for i in by_frequency)]
    sentence_words = _offsets(sentence_lengths)
    units = continues_unit(all_words, sentence_words, vocabulary)
    pieces, flags, sentence_pieces = _pieces(all_words, sentence_words, vocabulary, units, tokenizer)
    return TextIndex(
        words=all_words,
        pieces=pieces,
        flags=flags,
        sentence_words=sentence_words,
        sentence_pieces=sentence_pieces,
        documents=_offsets(document_lengths),
        source=np.array(source, dtype=np.uint8),
        held_out=np.array(is_held_out),
        n_bytes=np.array(n_bytes, dtype=np.int64),
        sources=tuple(sources),
        vocabulary=vocabulary,
        tokenizer=tokenizer,
        report=report or {},
    )


def _offsets(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _pieces(
    words: np.ndarray,
    sentence_words: np.ndarray,
    vocabulary: list[str],
    continues: np.ndarray,
    tokenizer: "Tokenizer",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each distinct word is cut once; the rest is looked up, a million words at a time."""
    cut = [encoding.ids for encoding in tokenizer.encode_batch(vocabulary[2:], add_special_tokens=False)]
    cut = [[], [], *cut]
    n_pieces = np.array([len(ids) for ids in cut])
    table, start = np.array([i for ids in cut for i in ids], dtype=np.uint16), _offsets(n_pieces)
    capital = np.array([word[0].isupper() for word in vocabulary])
    pieces, flags = [], []
    for block in range(0, len(words), 1_000_000):
        some = words[block : block + 1_000_000]
        length = n_pieces[some]
        first = _offsets(length)
        inside = np.arange(first[-1]) - np.repeat(first[:-1], length)  # 0 for a word's first piece, 1 …
        pieces.append(table[np.repeat(start[some], length) + inside])
        starts = inside == 0
        new_unit = starts & ~np.repeat(continues[block : block + 1_000_000], length)
        capitals = np.repeat(capital[some], length)
        flags.append((starts * STARTS_WORD + capitals * CAPITAL + new_unit * STARTS_UNIT).astype(np.uint8))
    before = _offsets(n_pieces[words])
    return np.concatenate(pieces), np.concatenate(flags), before[sentence_words]


_ARRAYS = [f.name for f in fields(TextIndex) if f.type is np.ndarray]


def save(index: TextIndex, folder: str | Path) -> None:
    """Write the index to `folder`, whole or not at all. Raises FileExistsError if the folder is there."""
    with files.new_folder(folder) as beside:
        for name in _ARRAYS:
            np.save(beside / f"{name}.npy", getattr(index, name), allow_pickle=False)
        (beside / "vocabulary.txt").write_text("\n".join(index.vocabulary), encoding="utf-8")
        index.tokenizer.save(str(beside / "tokenizer.json"))
        about = {"sources": index.sources, "report": index.report}
        (beside / "index.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def load(folder: str | Path) -> TextIndex:
    """Open what `save` wrote.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: a file of it is missing, damaged, or does not fit the others.
    """
    folder = Path(folder)
    if not (folder / "index.json").is_file():
        raise FileNotFoundError(f"there is no text in {folder}: make it with `tlcourse text {folder}`.")
    try:
        about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        arrays = {n: np.load(folder / f"{n}.npy", mmap_mode="r", allow_pickle=False) for n in _ARRAYS}
        index = TextIndex(
            **arrays,
            sources=tuple(as_texts(about["sources"], "sources")),
            vocabulary=(folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n"),
            tokenizer=tokeniser.load_file(folder / "tokenizer.json"),
            report=dict(about["report"]),
        )
        _check_lengths(index)
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, EOFError) as error:
        raise ValueError(
            f"the text in {folder} is damaged ({error!s:.300}). Delete the folder, and make it again with "
            f"`tlcourse text {folder}`."
        ) from error
    return index


def _check_lengths(index: TextIndex) -> None:
    """Raise ValueError where two arrays do not fit each other: of each only the length and the last entry."""
    ends = {
        "sentence_words": (index.sentence_words, len(index.words)),
        "sentence_pieces": (index.sentence_pieces, len(index.pieces)),
        "documents": (index.documents, len(index.sentence_words) - 1),
    }
    for name, (offsets, end) in ends.items():
        if offsets.ndim != 1 or not len(offsets) or offsets[-1] != end:
            raise ValueError(f"{name} does not end at {end}")
    lengths = {
        "flags": (index.flags, len(index.pieces)),
        "sentence_pieces": (index.sentence_pieces, len(index.sentence_words)),
        "source": (index.source, len(index)),
        "held_out": (index.held_out, len(index)),
        "n_bytes": (index.n_bytes, len(index)),
    }
    for name, (array, length) in lengths.items():
        if array.shape != (length,):
            raise ValueError(f"{name} has the shape {array.shape}, expected ({length},)")
