"""WordPiece: which two pieces to join, and how a word is cut."""

from collections import Counter
from itertools import pairwise

import numpy as np

from tlcourse.exercises.machinery import exercise

Words = list[tuple[list[str], int]]


def _words(rng: np.random.Generator) -> tuple[Words]:
    """Words of few letters that occur often; counts differ, so that no two pairs have one score."""
    letters = list("abcde")
    found = []
    for _ in range(int(rng.integers(9, 14))):
        word = rng.choice(letters, size=int(rng.integers(2, 6)))
        found.append(([word[0], *("##" + c for c in word[1:])], int(rng.integers(1, 97))))
    return (found,)


def _counted(words: Words) -> tuple[Counter, Counter]:
    pieces, pairs = Counter(), Counter()
    for word, n in words:
        for piece in word:
            pieces[piece] += n
        for pair in pairwise(word):
            pairs[pair] += n
    return pieces, pairs


def _most_frequent(words: Words) -> tuple[str, str]:
    pairs = _counted(words)[1]
    return max(pairs, key=lambda pair: pairs[pair])


def _each_word_once(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted([(word, 1) for word, _ in words])
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _first_only(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / pieces[pair[0]])


def _second_only(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / pieces[pair[1]])


def _sum(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] + pieces[pair[1]]))


def _smallest(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return min(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _joined(words: Words) -> str:
    a, b = _best(words)
    return a + b.removeprefix("##")


def _turned(words: Words) -> tuple[str, str]:
    return _best(words)[::-1]


def _precedence(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / pieces[pair[0]] * pieces[pair[1]])


def _types_of_pieces(words: Words) -> tuple[str, str]:
    pieces = _counted([(word, 1) for word, _ in words])[0]
    pairs = _counted(words)[1]
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _pairs_of_types(words: Words) -> tuple[str, str]:
    pieces = _counted(words)[0]
    pairs = _counted([(word, 1) for word, _ in words])[1]
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _best(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


@exercise(
    title="Which two pieces belong together?",
    inputs=_words,
    special={
        "a word of one piece counts too": (
            [(["a"], 50), (["a", "##b"], 9), (["c", "##d"], 10), (["c", "##b"], 20)],
        ),
        "a pair twice in a word": ([(["a", "##b", "##a", "##b"], 7), (["c", "##d"], 11), (["c", "##a"], 5)],),
        "one word": ([(["q", "##u"], 3)],),
    },
    equivalent={"pieces[piece] += n → pieces[piece] -= n": "two negative counts have the same product"},
    hints=(
        "Two things are counted, each as often as its word occurs: single pieces, and pairs of neighbours.",
        "A `Counter` for each. `itertools.pairwise(word)` gives neighbours; add the word's count to each.",
        "`max(pairs, key=…)` finds the pair whose key is largest; the key divides the count of the pair by "
        "both counts of its pieces.",
    ),
    wrong=[
        (_most_frequent, "That is the most frequent pair, as byte-pair encoding takes it. Divide by "
         "the counts of both pieces."),
        (_each_word_once, "Each word counts as often as it occurs: you count every word once."),
        (_types_of_pieces, "The pieces are counted once for each word: a word counts as often as it occurs."),
        (_pairs_of_types, "The pairs are counted once for each word: a word counts as often as it occurs."),
        (_first_only, "You divide by the count of the first piece alone: by both."),
        (_second_only, "You divide by the count of the second piece alone: by both."),
        (_precedence, "`x / a * b` divides by a and multiplies by b: put brackets around the product."),
        (_sum, "You divide by the sum of the counts: by their product."),
        (_smallest, "That is the pair with the smallest score: the largest is wanted."),
        (_joined, "That is the joined piece. Return the two that are to be joined, (a, b)."),
        (_turned, "The pair is turned round: the piece that comes first in the word stands first."),
    ],
)  # fmt: skip
def best_pair(words: Words) -> tuple[str, str]:
    """Return the neighbours (a, b) with the largest count(ab) / (count(a) · count(b)).

    `words` is a list of (pieces, how often the word occurs).
    """
    pieces, pairs = Counter(), Counter()
    for word, n in words:
        for piece in word:
            pieces[piece] += n
        for pair in pairwise(word):
            pairs[pair] += n
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


_VOCABULARY = {
    "un", "u", "n", "play", "p", "##able", "##a", "##ab", "##ing", "##in", "##s", "##b", "##l", "##e", "##n",
    "##g", "##i", "pl", "##play", "##playab", "##ed", "##d", "##p", "##ay", "player", "in", "i", "##ly",
    "##r", "##er", "##ers",
}  # fmt: skip
_ASKED = ("unplayable", "players", "playing", "unable", "inply", "plays", "played", "zebra", "unzip",
          "unplayed",          "player", "playings", "una", "insult", "ingle")  # fmt: skip


def _word_and_vocabulary(rng: np.random.Generator) -> tuple[str, set[str]]:
    word = _ASKED[int(rng.integers(len(_ASKED)))]
    spare = rng.permutation(sorted(_VOCABULARY))[:3]
    return word, _VOCABULARY - set(spare.tolist())


def _cut(
    word: str, vocabulary: set[str], inside: str, longest: bool = True, unknown: bool = True
) -> list[str]:
    found, begin = [], 0
    while begin < len(word):
        ends = range(len(word), begin, -1) if longest else range(begin + 1, len(word) + 1)
        for end in ends:
            piece = (inside if begin else "") + word[begin:end]
            if piece in vocabulary:
                found.append(piece)
                begin = end
                break
        else:
            return ["[UNK]"] if unknown else [*found, "[UNK]"]
    return found


def _shortest(word: str, vocabulary: set[str]) -> list[str]:
    return _cut(word, vocabulary, "##", longest=False)


def _no_hashes(word: str, vocabulary: set[str]) -> list[str]:
    return _cut(word, vocabulary, "")


def _unknown_rest(word: str, vocabulary: set[str]) -> list[str]:
    return _cut(word, vocabulary, "##", unknown=False)


def _hashes_cut_off(word: str, vocabulary: set[str]) -> list[str]:
    return [piece.removeprefix("##") for piece in _cut(word, vocabulary, "##")]


def _nothing_for_unknown(word: str, vocabulary: set[str]) -> list[str]:
    found = _cut(word, vocabulary, "##")
    return [] if found == ["[UNK]"] else found


def _stops_when_stuck(word: str, vocabulary: set[str]) -> list[str]:
    return [piece for piece in _cut(word, vocabulary, "##", unknown=False) if piece != "[UNK]"]


def _first_piece_alone(word: str, vocabulary: set[str]) -> list[str]:
    return _cut(word, vocabulary, "##")[:1]


def _letter_skipped(word: str, vocabulary: set[str]) -> list[str]:
    found, begin = [], 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary:
                found.append(piece)
                begin = end
                break
        else:
            begin += 1
    return found


def _turned_round(word: str, vocabulary: set[str]) -> list[str]:
    return _cut(word, vocabulary, "##")[::-1]


def _never_whole(word: str, vocabulary: set[str]) -> list[str]:
    found, begin = [], 0
    while begin < len(word):
        for end in range(len(word) - (begin == 0), begin, -1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary:
                found.append(piece)
                begin = end
                break
        else:
            return ["[UNK]"]
    return found


def _cut_so(
    word: str, vocabulary: set[str], look: str = "##", keep: str = "##", first: str = "", stop: bool = False
) -> list[str]:
    """The longest piece first, with one thing otherwise: what stands before a piece, or when it ends."""
    found, begin = [], 0
    while begin < len(word):
        ends = range(begin + 1, len(word) + 1)
        fits = [end for end in ends if (look if begin else first) + word[begin:end] in vocabulary]
        if not fits:
            return ["[UNK]"]
        found.append((keep if begin else first) + word[begin : max(fits)])
        begin = max(fits)
        if stop:
            break
    return found


def _never_goes_on(word: str, vocabulary: set[str]) -> list[str]:
    return _cut_so(word, vocabulary, stop=True)


def _hashes_in_front(word: str, vocabulary: set[str]) -> list[str]:
    return _cut_so(word, vocabulary, first="##")


def _looked_up_bare(word: str, vocabulary: set[str]) -> list[str]:
    return _cut_so(word, vocabulary, look="")


def _first_kept_with_hashes(word: str, vocabulary: set[str]) -> list[str]:
    found = _cut(word, vocabulary, "##")
    return found if found == ["[UNK]"] else ["##" + found[0], *found[1:]]


def _always_unknown(word: str, vocabulary: set[str]) -> list[str]:
    return ["[UNK]"]


def _nothing(word: str, vocabulary: set[str]) -> list[str]:
    found = _cut(word, vocabulary, "##")
    return found if found == ["[UNK]"] else []


def _letters(word: str, vocabulary: set[str]) -> list[str]:
    found = _cut(word, vocabulary, "##")
    return found if found == ["[UNK]"] else list("".join(found))


def _empty_for_unknown(word: str, vocabulary: set[str]) -> list[str]:
    found = _cut(word, vocabulary, "##")
    return [""] if found == ["[UNK]"] else found


def _past_the_end(word: str, vocabulary: set[str]) -> list[str]:
    found = _cut(word, vocabulary, "##")
    return found if len(found) == len(word) else ["[UNK]"]


def _shortest_kept(word: str, vocabulary: set[str]) -> list[str]:
    found, begin = [], 0
    while begin < len(word):
        ends = range(begin + 1, len(word) + 1)
        fits = [end for end in ends if ("##" if begin else "") + word[begin:end] in vocabulary]
        if not fits:
            return ["[UNK]"]
        found.append(("##" if begin else "") + word[begin : min(fits)])
        begin = max(fits)
    return found


def _one_letter_at_least_two(word: str, vocabulary: set[str]) -> list[str]:
    return _cut(word, {piece for piece in vocabulary if len(piece.removeprefix("##")) > 1}, "##")


@exercise(
    title="Cut a word, the longest piece first",
    inputs=_word_and_vocabulary,
    special={
        "stuck at the end: the whole word is unknown": ("playz", {"play", "p", "##l"}),
        "stuck although there would be a way": ("abcd", {"abc", "ab", "##cd"}),
        "the word is a piece": ("player", {"player", "play", "##er"}),
        "a piece of a beginning is none of an inside": ("inin", {"in", "i", "##n", "##i"}),
        "one letter": ("u", {"u", "##u"}),
        "a capital is another letter": ("Un", {"un", "u", "##n", "n"}),
    },
    equivalent=dict.fromkeys(
        ("begin + 1 → begin - 1", "begin + 1 → begin", "begin + 1 → 1", "1 → 0"),
        "an empty piece is in no vocabulary",
    ),
    hints=(
        "Where does the first piece end, if it is as long as can be? Where does the next one begin?",
        "Keep `begin`. Try `end` from `len(word)` downwards; a piece that does not begin the word is looked "
        "up with `##` in front.",
        "Found: keep it, go on from its end, until the word is at its end. If no `end` gives a piece, the "
        "whole word becomes `['[UNK]']`.",
    ),
    wrong=[
        (_shortest, "You take the shortest piece that fits: try the longest first."),
        (_no_hashes, "Inside a word a piece is written with `##` in front, and looked up so."),
        (_unknown_rest, "If a rest fits no piece, the whole word is unknown: `['[UNK]']` alone."),
        (_hashes_cut_off, "The pieces inside a word keep their `##`."),
        (_nothing_for_unknown, "A word that cannot be cut is `['[UNK]']`, not an empty list."),
        (_first_piece_alone, "That is the first piece alone: go on from where it ends."),
        (
            _stops_when_stuck,
            "You stop where nothing fits and keep what was found: the whole word is unknown then.",
        ),
        (_letter_skipped, "You skip a letter that fits no piece: the whole word is unknown then."),
        (_turned_round, "The pieces are in the wrong order: from left to right."),
        (_never_goes_on, "You stop after the first piece: go on from where it ends, up to the word's end."),
        (_hashes_in_front, "The piece that begins the word has no `##`."),
        (_first_kept_with_hashes, "The first piece is kept with `##`: only those inside the word have it."),
        (_looked_up_bare, "Inside a word a piece is looked up with `##` in front."),
        (_always_unknown, "Each word is unknown to you: a piece that fits is kept, and the word has an end."),
        (_nothing, "The pieces are found and not kept: append each to the list."),
        (_letters, "You add a piece letter by letter: `append` it, whole."),
        (_empty_for_unknown, "What cannot be cut is `['[UNK]']`, spelt so."),
        (_past_the_end, "You go on after the word's end, where nothing fits: stop there."),
        (_shortest_kept, "You go on after the longest piece, and keep the shortest."),
        (_one_letter_at_least_two, "A piece may be a single letter."),
        (_never_whole, "A word that is a piece stays whole: begin with the end of the word."),
    ],
)
def wordpiece(word: str, vocabulary: set[str]) -> list[str]:
    """Return the word's pieces, the longest first from the left; `["[UNK]"]` if a rest fits no piece.

    Pieces that do not begin the word have `##` in front, in `vocabulary` and in the result.
    """
    found, begin = [], 0
    for _letter in word:  # a piece has one at least
        ends = range(begin + 1, len(word) + 1)
        fits = [end for end in ends if ("##" if begin else "") + word[begin:end] in vocabulary]
        if not fits:
            return ["[UNK]"]
        found.append(("##" if begin else "") + word[begin : max(fits)])
        begin = max(fits)
        if begin == len(word):
            break
    return found
