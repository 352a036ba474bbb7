"""Which kinds of words are guessed where they are hidden: punctuation, small words, nouns, names."""

from collections.abc import Callable, Sequence

import numpy as np

from tlcourse.data.tagged_sentences import TaggedSentences
from tlcourse.probe import masked_words
from tlcourse.probe.masked_words import Question
from tlcourse.show.records import Records

# Universal tags → what the lesson calls them.
KINDS = {
    "PUNCT": "punctuation",
    "DET": "a, the, this",
    "PRON": "he, it, who",
    "PART": "to, not, ’s",
    "ADP": "of, in, on",
    "AUX": "is, has, will",
    "VERB": "verbs",
    "ADJ": "adjectives",
    "NOUN": "nouns",
    "PROPN": "names",
}
BOTH, LEFT, COMMONEST = "bert-mini (both sides)", "gpt-mini (left side)", "always “the”"
Guess = Callable[[Sequence[Question]], np.ndarray]


def measure(
    tags: TaggedSentences, tokenizer, models: dict[str, Guess], n: int, seeds: Sequence[int]
) -> Records:
    """Accuracy by kind, and of all: for each seed, one hidden word in each of `n` test sentences.

    The field `n` says how many words of the kind that is.
    """
    rows = []
    for seed in seeds:
        test = np.random.default_rng(seed).permutation(tags.test_index)[:n]
        asked = masked_words.ask_each(tokenizer, [tags.words[i] for i in test], seed)
        questions = [question for _, question in asked]
        kinds = np.array([KINDS.get(_tag(tags, test[number], q.word), "others") for number, q in asked])
        for name, guess in models.items():
            right = masked_words.right(guess(questions), questions)
            for kind in ("all words", *KINDS.values()):
                some = right if kind == "all words" else right[kinds == kind]
                if len(some):
                    rows.append(
                        {"model": name, "kind": kind, "seed": seed, "n": len(some), "score": some.mean()}
                    )
    return Records(rows)


def _tag(tags: TaggedSentences, sentence: int, word: int) -> str:
    return tags.names[tags.tags[sentence][word]]


def always(piece: int, vocab_size: int) -> Guess:
    """One who always says the same piece."""

    def guess(questions: Sequence[Question]) -> np.ndarray:
        log_p = np.full((len(questions), vocab_size), -30.0, dtype=np.float32)
        log_p[:, piece] = 0.0
        return log_p

    return guess


def gains(records: Records) -> dict[str, float]:
    """Kind → points of accuracy that both sides are above the left side, over the seeds that have it."""
    found = {}
    for kind, rows in records.by("kind").items():
        seeds = [set(rows.where(model=m).values("seed")) for m in (BOTH, LEFT)]
        common = sorted(seeds[0] & seeds[1])
        both, left = (rows.where(model=m, seed=common).mean for m in (BOTH, LEFT))
        found[kind] = both - left
    return found
