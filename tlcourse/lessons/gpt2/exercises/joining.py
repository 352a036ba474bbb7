"""Byte pairs: one step of the encoding."""

from itertools import pairwise

import numpy as np

from tlcourse.exercises.machinery import exercise

Pair = tuple[str, str]


def _pieces(rng: np.random.Generator) -> tuple[list[str], Pair]:
    """Few letters, so that the pair occurs several times, also in a row, and the other way round."""
    letters = ["a", "b", "ab", "c"]
    pieces = [str(p) for p in rng.choice(letters, size=int(rng.integers(14, 20)))]
    pair = (str(rng.choice(["a", "b"])), str(rng.choice(["a", "b", "c"])))
    a, b = pair
    return [*pieces, a, b, b, a, a, b, a, b], pair


def _in_text(pieces: list[str], pair: Pair) -> list[str]:
    text, new, found, i = "".join(pieces), "".join(pair), [], 0
    for at in range(len(text)):
        if at < i:
            continue
        if text.startswith(new, at):
            found.append(new)
            i = at + len(new)
        else:
            found.append(text[at])
            i = at + 1
    return found


def _first_only(pieces: list[str], pair: Pair) -> list[str]:
    for i in range(len(pieces) - 1):
        if (pieces[i], pieces[i + 1]) == tuple(pair):
            return [*pieces[:i], pieces[i] + pieces[i + 1], *pieces[i + 2 :]]
    return list(pieces)


def _second_stays(pieces: list[str], pair: Pair) -> list[str]:
    found = []
    for i, piece in enumerate(pieces):
        following = pieces[i + 1] if i + 1 < len(pieces) else None
        found.append("".join(pair) if (piece, following) == tuple(pair) else piece)
    return found


def _either_order(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) in (tuple(pair), tuple(pair)[::-1]):
            found[-1] = found[-1] + piece
        else:
            found.append(piece)
    return found


def _from_the_right(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces[::-1]:
        if found and (piece, found[0]) == tuple(pair):
            found[0] = piece + found[0]
        else:
            found.insert(0, piece)
    return found


def _as_pair(pieces: list[str], pair: Pair) -> list:
    found: list = []
    for piece in pieces:
        if found and (found[-1], piece) == tuple(pair):
            found[-1] = tuple(pair)
        else:
            found.append(piece)
    return found


def _one_string(pieces: list[str], pair: Pair) -> str:
    return "".join(pieces)


def _dropped(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) == tuple(pair):
            found.pop()
        else:
            found.append(piece)
    return found


def _replaced(pieces: list[str], pair: Pair) -> list[str]:
    return "|".join(pieces).replace("|".join(pair), "".join(pair)).split("|")


def _joined_alone(pieces: list[str], pair: Pair) -> list[str]:
    return [a + b for a, b in pairwise(pieces) if (a, b) == tuple(pair)]


def _all_gone(pieces: list[str], pair: Pair) -> list[str]:
    return [piece for piece in pieces if piece not in pair]


def _second_lost(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if not found or (found[-1], piece) != tuple(pair):
            found.append(piece)
    return found


def _first_lost(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) == tuple(pair):
            found.pop()
        found.append(piece)
    return found


def _the_others(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) != tuple(pair):
            piece = found.pop() + piece
        found.append(piece)
    return found


def _first_stays(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) == tuple(pair):
            piece = found[-1] + piece
        found.append(piece)
    return found


def _letters(pieces: list[str], pair: Pair) -> list[str]:
    return [letter for piece in join_pair(pieces, pair) for letter in piece]


def _two_back(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if len(found) > 1 and (found[-2], piece) == tuple(pair):
            piece = found.pop() + piece
        found.append(piece)
    return found


def _with_the_first(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[0], piece) == tuple(pair):
            piece = found.pop() + piece
        found.append(piece)
    return found


def _backwards(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) == tuple(pair):
            piece = piece + found.pop()
        found.append(piece)
    return found


@exercise(
    title="Join a pair",
    inputs=_pieces,
    special={
        "the pair is two of the same": (["a", "a", "a", "b", "a", "a"], ("a", "a")),
        "the pair stands across two pieces of the text": (["ab", "c", "b", "c"], ("b", "c")),
        "other pieces that give the same text": (["a", "bc", "ab", "c", "a", "bc"], ("ab", "c")),
        "the pair is not there": (["a", "c", "b"], ("a", "b")),
        "the pair is at both ends": (["a", "b", "c", "a", "b"], ("a", "b")),
        "no pieces": ([], ("a", "b")),
        "one piece": (["a"], ("a", "b")),
        "a piece that is longer": (["th", "e", "t", "h", "e"], ("th", "e")),
    },
    hints=(
        "Go through the pieces from left to right, and make a new list. When does a piece not become a new "
        "entry of it?",
        "Look at the last entry of the new list and the piece at hand: are these two the pair? "
        "Then the piece "
        "goes to the last entry, and no new one begins.",
        "The last entry and the piece, put together, are the joined piece. Mind the beginning, "
        "where the new list is still empty.",
    ),
    wrong=[
        (
            _in_text,
            "The text is cut anew, letter by letter. What is joined are pieces as they stand: "
            "`ab`, `c` has no "
            "pair `b`, `c` in it.",
        ),
        (_first_only, "Only the first place is joined: the pair is joined wherever it stands."),
        (_second_stays, "The second piece of the pair still stands there, behind the joined one."),
        (_either_order, "The other order is joined as well: a pair has a first and a second piece."),
        (_from_the_right, "Joined from the right: of `a`, `a`, `a` the first two make the pair."),
        (_as_pair, "The two stand there as a tuple: the new piece is one text, `first + second`."),
        (_one_string, "That is one text: return a list of pieces."),
        (
            _replaced,
            "`str.replace` looks at letters, and not at pieces: where a piece ends as the pair begins, it is "
            "joined as well. Compare whole pieces.",
        ),
        (_joined_alone, "Only what was joined is returned: all other pieces stay where they stood."),
        (_all_gone, "All pieces that are in the pair are gone, and nothing is joined."),
        (_second_lost, "The second piece of the pair is lost: the new piece is both, `first + second`."),
        (_first_lost, "The first piece of the pair is lost: the new piece is both, `first + second`."),
        (_the_others, "Turned round: all is joined but the pair."),
        (_first_stays, "The first piece of the pair still stands there, before the joined one."),
        (
            _letters,
            "The joined pieces are cut into letters again: `append` adds a piece, `extend` its letters.",
        ),
        (_two_back, "The pair is looked for with the last entry but one of the new list: take the last."),
        (_with_the_first, "The pair is looked for with the first entry of the new list: take the last."),
        (_backwards, "Joined the wrong way round: the first piece of the pair comes first."),
        (_dropped, "The pair is gone: the joined piece stands in its place."),
    ],
)
def join_pair(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    """Return a new list in which each two neighbours that are `pair` are one piece, from left to right."""
    found = []
    for piece in pieces:
        if found and (found[-1], piece) == tuple(pair):
            piece = found.pop() + piece
        found.append(piece)
    return found
