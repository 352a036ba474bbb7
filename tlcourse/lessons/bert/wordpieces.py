"""A vocabulary learned by hand: start from letters, join two pieces, again and again."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WAYS = {
    "WordPiece": lambda both, first, second: both / (first * second),
    "byte-pair encoding": lambda both, first, second: both,
}


def learn(counts: Mapping[str, int], joins: int, way: str = "WordPiece", least: int = 5) -> list[str]:
    """From words and how often they occur: letters, then a new piece for each join, in order.

    `WAYS` has the two scores; `joined` writes a pair as one piece. A pair that occurs less than `least` times
    is never joined: the rarest would win the score. Ends early if none is left.
    """
    words = [([w[0], *("##" + c for c in w[1:])], n) for w, n in counts.items()]
    vocabulary = sorted({piece for word, _ in words for piece in word})
    for _ in range(joins):
        pieces, pairs = Counter(), Counter()
        for word, n in words:
            pieces.update({piece: n * k for piece, k in Counter(word).items()})
            pairs.update({pair: n * k for pair, k in Counter(pairwise(word)).items()})
        known = [pair for pair, n in pairs.items() if n >= least]
        if not known:
            break
        a, b = max(known, key=lambda p: (WAYS[way](pairs[p], pieces[p[0]], pieces[p[1]]), p))
        vocabulary.append(a + b.removeprefix("##"))
        words = [(joined(word, a, b), n) for word, n in words]
    return vocabulary


def joined(word: list[str], a: str, b: str) -> list[str]:
    """The pieces of a word, with a and b made one wherever they are neighbours."""
    found = []
    for piece in word:
        if found and found[-1] == a and piece == b:
            found[-1] = a + b.removeprefix("##")
        else:
            found.append(piece)
    return found


def tokenizer(vocabulary: list[str]) -> "Tokenizer":
    """The `tokenizers` library with these pieces: it cuts words as BERT's tokeniser does."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    numbers = {piece: i for i, piece in enumerate(dict.fromkeys(["[UNK]", *vocabulary]))}
    made = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made
