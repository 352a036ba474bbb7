"""Sets, lists, texts and pairs: what is missing from them, what is too many, what stands in another order."""

import itertools
from collections.abc import Callable, Sequence, Set

from tlcourse.exercises.comparison import short
from tlcourse.exercises.diagnoses import Attempt


def parts_swapped(attempt: Attempt) -> str | None:
    """A tuple's values, all right, in another order."""
    pairs = [(case.expected, case.got) for case in attempt.cases]
    if not all(
        isinstance(a, tuple) and isinstance(b, (tuple, list)) and len(a) == len(b) > 1 for a, b in pairs
    ):
        return None
    if all(attempt.same(tuple(reversed(a)), tuple(b)) for a, b in pairs):
        return "What you return is right, in the wrong order: turn it round."
    places = range(min(len(a) for a, _ in pairs))
    for i, j in itertools.permutations(places, 2):
        if all(attempt.same(a[i], b[j]) and not attempt.same(a[j], b[j]) for a, b in pairs):
            return f"In place {j} of what you return stands what belongs in place {i} (counted from 0)."
    return None


def another_length(attempt: Attempt) -> str | None:
    """A list with the first or last left out or one too many."""
    pairs = [(case.expected, case.got) for case in attempt.cases]
    if not all(isinstance(a, (list, tuple, str)) and isinstance(b, (list, tuple, str)) for a, b in pairs):
        return None
    ways: tuple[tuple[str, Callable[[Sequence], Sequence], Callable[[Sequence], Sequence]], ...] = (
        ("The last is missing: one more belongs at the end.", lambda a: a[:-1], lambda b: b),
        ("The first is missing: you begin one too late.", lambda a: a[1:], lambda b: b),
        ("You have one too many at the end.", lambda a: a, lambda b: b[:-1]),
        ("You have one too many at the beginning.", lambda a: a, lambda b: b[1:]),
        ("Only the first is there: go on to the others.", lambda a: a[:1], lambda b: b),
    )
    for sentence, of_right, of_yours in ways:
        if all(len(a) != len(b) and attempt.same(of_right(a), of_yours(b)) for a, b in pairs):
            return sentence
    gaps = {len(b) - len(a) for a, b in pairs}
    if 0 not in gaps and len(gaps) == 1:
        gap = gaps.pop()
        many = "many" if gap > 0 else "few"
        return f"On every input you return {abs(gap)} too {many}: check where you begin and end."
    if 0 not in gaps:
        first = pairs[0]
        return f"{len(first[0])} values are expected, you return {len(first[1])}: what decides how many?"
    return None


def of_a_set(attempt: Attempt) -> str | None:
    """What all the members that are missing, or too many, have in common."""
    pairs = [(case.expected, case.got) for case in attempt.cases]
    if not all(isinstance(a, Set) and isinstance(b, Set) for a, b in pairs):
        return None
    missing = [(a - b, a) for a, b in pairs if a - b]
    extra = [(b - a, a) for a, b in pairs if b - a]
    if all(not b for _, b in pairs):
        return "Your set is empty on every input."
    if missing and not extra:
        told = _in_common(missing)
        example = short(min(missing[0][0], key=lambda m: (len(str(m)), str(m))))
        return f"All that you have is right, but some are missing, such as {example}{told}."
    if extra and not missing:
        example = short(min(extra[0][0], key=lambda m: (len(str(m)), str(m))))
        return f"Nothing is missing, but some do not belong there, such as {example}{_in_common(extra)}."
    if all(attempt.same({str(m).lower() for m in a}, set(b)) for a, b in pairs):
        return "You turn everything into lower case; it should stay as it is."
    return None


def _in_common(odd: list[tuple[Set, Set]]) -> str:
    """A clause on what sets these members apart from the right ones, where it is a matter of length."""
    if not all(all(isinstance(m, str) for m in these) for these, _ in odd):
        return ""
    lengths = [({len(m) for m in these}, {len(m) for m in right} or {0}) for these, right in odd]
    longest = all(min(these) >= max(right) for these, right in lengths)
    shortest = all(max(these) <= min(right) for these, right in lengths)
    if longest:
        return " (the longest ones: how far do your lengths go?)"
    if shortest:
        return " (the shortest ones: where do your lengths begin?)"
    if all(len({len(m) for m in these}) == 1 for these, _ in odd):
        return " (on each input all of one length)"
    return ""


DIAGNOSES = (parts_swapped, another_length, of_a_set)
