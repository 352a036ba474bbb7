"""WordPiece used: how a word is cut."""

import numpy as np

from tlcourse.exercises.machinery import exercise

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


def _string_for_unknown(word: str, vocabulary: set[str]) -> list[str] | str:
    found = _cut(word, vocabulary, "##")
    return "[UNK]" if found == ["[UNK]"] else found


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
        "the end fits no piece: the whole word is unknown": ("playz", {"play", "p", "##l"}),
        "the longest piece leads to a dead end, and a shorter one would not (it never goes back)": (
            "abcd",
            {"abc", "ab", "##cd"},
        ),
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
        (_string_for_unknown, "That is a string: what cannot be cut is the list `['[UNK]']`."),
        (_past_the_end, "You go on after the word's end, where nothing fits: stop there."),
        (_shortest_kept, "You go on after the longest piece, and keep the shortest."),
        (_one_letter_at_least_two, "A piece may be a single letter."),
        (_never_whole, "A word that is a piece stays whole: begin with the end of the word."),
    ],
)
def wordpiece(word: str, vocabulary: set[str]) -> list[str]:
    """Return the word's pieces, the longest first from the left; `["[UNK]"]` if a rest fits no piece.

    It never goes back for a shorter piece. Pieces that do not begin the word have `##` in front, in
    `vocabulary` and in the result.
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
