"""The rows of lesson 03's tables, where they are more than records."""

from collections.abc import Mapping, Sequence

from tlcourse.lessons.static_word_vectors import trials
from tlcourse.models.vectors.fasttext import FastText
from tlcourse.probe import bias, word_vectors
from tlcourse.probe.word_vectors import Section, WordSpace

Row = dict[str, object]


def nearest(space: WordSpace, words: Sequence[str], n: int = 7) -> list[Row]:
    """The `n` nearest words to each of `words` that has a vector."""
    return [
        {"word": w, "nearest": ", ".join(near for near, _ in space.neighbours(w, n))}
        for w in words
        if w in space
    ]


def judged(*pairs: tuple[str, str]) -> list[Row]:
    """What people said of pairs of words, in each test."""
    people = {
        test: {frozenset(map(str.lower, pair)): score for pair, score in zip(*given, strict=True)}
        for test, given in trials.tests().items()
    }
    return [
        {"pair": ", ".join(pair), **{test: said[frozenset(pair)] for test, said in people.items()}}
        for pair in pairs
    ]


def unseen(words: Sequence[str], skipgram: WordSpace, model: FastText, space: WordSpace) -> list[Row]:
    """What skip-gram has for each word, and which words fastText finds nearest."""
    return [
        {
            "word": w,
            "skip-gram": "in the vocabulary" if w in skipgram else "no vector",
            "fastText's nearest": ", ".join(near for near, _ in space.nearest(model.vector(w), 6)),
        }
        for w in words
    ]


def by_rule(space: WordSpace, expression: str, n: int = 4) -> list[Row]:
    """The nearest words to a sum, if any word may answer, and if those of the question may not."""
    direction, words = space.evaluate(expression)
    rules = {"any word may answer": (), f"{', '.join(words)} may not": words}
    return [
        {"rule": rule}
        | {str(i + 1): f"{w} {c:.2f}" for i, (w, c) in enumerate(space.nearest(direction, n, without))}
        for rule, without in rules.items()
    ]


def analogy_totals(results: Mapping[str, Sequence[Section]]) -> list[Row]:
    """Semantic, syntactic and total accuracy of each method, and how many questions had all their words."""
    rows = []
    for name, found in results.items():
        kinds = {kind: word_vectors.total(found, kind).accuracy for kind in ("semantic", "syntactic", "all")}
        every = word_vectors.total(found)
        rows.append({"vectors": name, **kinds, "asked": f"{every.asked:,} of {every.total:,}"})
    return rows


def opposites(space: WordSpace, *pairs: tuple[str, str]) -> list[Row]:
    """The cosine of opposites, and how many words are nearer to the first than its opposite is."""
    rows = []
    for a, b in pairs:
        nearer = int((space.directions @ space[a] > space[a] @ space[b]).sum()) - 1  # without `a` itself
        rows.append(
            {
                "word": a,
                "opposite": b,
                "cosine": f"{space[a] @ space[b]:.2f}",
                "words nearer": f"{nearer:,}",
                "share of all": f"{nearer / len(space.words):.2%}",
            }
        )
    return rows


def weats(space: WordSpace) -> list[Row]:
    """All the association tests of `bias.WEATS`."""
    return [
        {"test": r.name, "effect d": f"{r.effect:.2f}", "p": f"{r.p:.4f}"}
        for r in (bias.weat(space, sets) for sets in bias.WEATS)
    ]


def left(spaces: Mapping[str, WordSpace], found: Mapping[str, bias.Leftover]) -> list[Row]:
    """How well gender is found again in each space, and the effects of the tests of gender there."""
    return [
        {
            "": name,
            "two clusters": f"{found[name].clusters:.0%}",
            "classifier": f"{found[name].classifier:.0%}",
            **{
                r.name.split(" :")[0]: f"{r.effect:.2f}"
                for r in (bias.weat(space, sets) for sets in bias.WEATS[1:])
            },
        }
        for name, space in spaces.items()
    ]


def senses(space: WordSpace, words: Mapping[str, tuple[str, str]]) -> list[Row]:
    """The cosine of a word with a word of one sense, and with a word of another."""
    return [
        {
            "word": w,
            "one sense": f"{a} {space[w] @ space[a]:.2f}",
            "the other": f"{b} {space[w] @ space[b]:.2f}",
        }
        for w, (a, b) in words.items()
    ]
