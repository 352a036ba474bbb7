"""A small text made for tests: sentences of a little grammar, in documents, with names in it."""

import numpy as np

from tlcourse.data import text_index, tokeniser
from tlcourse.data.text_index import Document, TextIndex

NAMES = ["Mary Ann Brown", "John Lake", "New York", "Green Hill", "Peter"]
NOUNS = ["house", "garden", "river", "teacher", "winter", "story", "letter", "friend", "morning", "road"]
VERBS = ["saw", "found", "lost", "liked", "remembered", "crossed", "opened", "forgot"]
ADJECTIVES = ["old", "small", "quiet", "strange", "green", "broken", "early", "heavy"]


def sentence(rng: np.random.Generator) -> str:
    def pick(words):
        return words[rng.integers(len(words))]

    def thing():
        return pick(NAMES) if rng.random() < 0.3 else f"the {pick(ADJECTIVES)} {pick(NOUNS)}"

    text = f"{thing()} {pick(VERBS)} {thing()}"
    if rng.random() < 0.4:
        text += f", and {thing()} {pick(VERBS)} the {pick(NOUNS)}"
    return text[0].upper() + text[1:] + "."


def documents(n: int, seed: int = 0, source: str = "made") -> list[Document]:
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        paragraphs = [
            " ".join(sentence(rng) for _ in range(rng.integers(1, 6))) for _ in range(rng.integers(1, 6))
        ]
        made.append(Document(source, f"{source}/{i}", paragraphs))
    return made


def index(n: int = 60, vocab_size: int = 100, seed: int = 0) -> TextIndex:
    """Two sources; every tenth document is held out."""
    texts = [*documents(n // 2, seed, "made"), *documents(n - n // 2, seed + 1, "other")]
    tokenizer = tokeniser.train([d.text for d in texts], vocab_size)
    return text_index.build(texts, tokenizer, held_out=[d.name for d in texts[::10]])
