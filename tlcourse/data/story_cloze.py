"""A word taken out of a story, and ten to choose from: questions made as the Children's Book Test's were.

Hill et al. 2016 ("The Goldilocks Principle", section 2) take twenty sentences of a book as the context and a
word out of the next one. The choices are that word and nine others of its kind that stand in the context or
in the sentence; names and common nouns are asked apart. Here the stories are BBC news articles that no model
of the zoo has read, and the context is as many sentences as the zoo's models can read. Nouns are known from
the tags that come with the course (`silver_tags`), names by their capitals.

`last_words` asks for the last word of a sentence instead, without choices, after LAMBADA (Paperno et al.
2016); there, people checked that the word cannot be told from its sentence alone. Here nobody did: it has
only to stand in the context.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from tlcourse.data import bbc_news, sentences, tagged_sentences
from tlcourse.data.splits import lot
from tlcourse.data.text_sources import clean
from tlcourse.data.tokeniser import find_words

NAMES, NOUNS, LAST = "names", "nouns", "last words"
KINDS = (NOUNS, NAMES)
CHOICES = 10
CONTEXT = 130, 60  # words of the context, at most and at least
QUERY = 6, 30  # words of the sentence that is asked about
NOUN_SHARE, NOUN_COUNT = 0.9, 3
_WORD = re.compile(r"(?<!\S)[A-Za-z]{3,}(?=[ ,.;:]|$)")  # a word that stands free: `England's` does not
_LAST = re.compile(r"(?<=\s)([A-Za-z]{3,})\.$")

# Words that do not end a sentence as an answer does: those of a list of function words.
_FUNCTION_WORDS_TEXT = (
    "a about after all also an and any are as at be because been before being but by can could did do "
    "does for from had has have he her here him his how i if in into is it its just like many may me more "
    "most much my no not now of on one only or other our out over own said she should so some such than "
    "that the their them then there these they this those through to too under up very was we were what "
    "when where which while who whom why will with would you your"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS_TEXT.split())


@dataclass(frozen=True)
class Cloze:
    """Questions about stories.

    Attributes:
        kind: nouns, names or last words.
        contexts: N texts, up to the gap.
        choices: N lists of words.
        after: N texts, what follows the gap; "" at the end.
        right: int64 (N,), the index of the right word among the choices.
    """

    kind: str
    contexts: list[str]
    choices: list[list[str]]
    after: list[str]
    right: np.ndarray

    def __len__(self) -> int:
        return len(self.contexts)

    def head(self, n: int) -> "Cloze":
        """The first `n`, which stand in a random order."""
        return self.part(0, n)

    def part(self, begin: int, end: int) -> "Cloze":
        """Those from `begin` to `end`."""
        parts = (self.contexts, self.choices, self.after, self.right)
        return Cloze(self.kind, *(part[begin:end] for part in parts))

    def continuations(self, i: int) -> list[str]:
        """Each choice of question i with the rest of the sentence."""
        return [choice + self.after[i] for choice in self.choices[i]]

    def sentence_alone(self) -> "Cloze":
        """The same questions without the sentences before: a control."""
        found = [context.rpartition("\n")[2] for context in self.contexts]
        return replace(self, contexts=found)


def load(kind: str) -> Cloze:
    """One question for each test article of BBC news that gives one, in a random order that stays the same.

    Raises:
        ValueError: there is no such kind.
        AssetMissing: not fetched yet.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    found = {}
    for name, before, sentence in _in_random_order("story-cloze"):
        asked = None if name in found else _ask(kind, name, before, sentence)
        if asked is None:
            continue
        word, others, start = asked
        among = sorted([word, *others], key=lambda w: lot(w, f"order/{name}"))
        context = f"{before}\n{sentence[:start].rstrip()}".rstrip(" ")
        found[name] = context, among, sentence[start + len(word) :], among.index(word)
    return _cloze(kind, found.values())


def last_words() -> Cloze:
    """Sentences of test articles whose last word stands in the context, too; one for each article.

    The choices are all words of the context that are no function words: for baselines alone.

    Raises:
        AssetMissing: not fetched yet.
    """
    found = {}
    for name, before, sentence in _in_random_order("last-words"):
        last = _LAST.search(sentence)
        if name in found or not last:
            continue
        word, rest = last.group(1), sentence[: last.start()].rstrip()
        among = list(dict.fromkeys(_content_words(before)))
        if word.lower() not in among or word.lower() in _content_words(rest):
            continue
        shown = [w if w != word.lower() else word for w in among]
        found[name] = f"{before}\n{rest}", shown, "", among.index(word.lower())
    return _cloze(LAST, found.values())


def most_frequent(asked: Cloze) -> np.ndarray:
    """int64 (N,): of each question's choices, the one that stands most often before the gap.

    Of several, the one that stands last.
    """
    found = []
    for context, choices in zip(asked.contexts, asked.choices, strict=True):
        stand = find_words(context)
        counts, last = Counter(stand), {word: i for i, word in enumerate(stand)}
        lower = Counter(w.lower() for w in stand) if asked.kind == LAST else counts
        keys = [w.lower() if asked.kind == LAST else w for w in choices]
        found.append(max(range(len(choices)), key=lambda k: (lower[keys[k]], last.get(choices[k], -1))))
    return np.array(found)


def _content_words(text: str) -> list[str]:
    return [
        w.lower() for w in find_words(text) if len(w) > 2 and w.isalpha() and w.lower() not in FUNCTION_WORDS
    ]


def _cloze(kind: str, found: Iterable[tuple[str, list[str], str, int]]) -> Cloze:
    contexts, choices, after, right = (list(column) for column in zip(*found, strict=True))
    return Cloze(kind, contexts, choices, after, np.array(right))


def _in_random_order(salt: str) -> list[tuple[str, str, str]]:
    return sorted(_stories(), key=lambda story: lot(f"{story[0]}/{story[2]}", salt))


@lru_cache(maxsize=1)
def _stories() -> list[tuple[str, str, str]]:
    """(article, the sentences before, a sentence) of all places of test articles with enough before them."""
    news, stories = bbc_news.load(), []
    most, least = CONTEXT
    for i in news.test_index:
        found = [s for line in news.texts[i].split("\n") for s in sentences.split(clean(line))]
        sizes = [len(find_words(sentence)) for sentence in found]
        for k in range(4, len(found)):
            begin = next((j + 1 for j in range(k - 1, -1, -1) if sum(sizes[j:k]) > most), 0)
            if sum(sizes[begin:k]) >= least and QUERY[0] <= sizes[k] <= QUERY[1]:
                stories.append((news.names[i], " ".join(found[begin:k]), found[k]))
    return stories


def _ask(kind: str, name: str, before: str, sentence: str) -> tuple[str, list[str], int] | None:
    """(word, nine others, where it stands in the sentence), or None if this place gives none."""
    in_context, in_query = _of_kind(kind, before), _of_kind(kind, sentence)
    counts = Counter(find_words(sentence))
    there = set(in_context)
    possible = [(w, at) for w, at in in_query.items() if w in there and counts[w] == 1]
    if not possible:
        return None
    word, start = min(possible, key=lambda item: lot(f"{name}/{item[0]}", "asked"))
    others = [w for w in dict.fromkeys([*in_context, *in_query]) if w != word]
    if len(others) < CHOICES - 1:
        return None
    others.sort(key=lambda w: lot(f"{name}/{w}", "others"))
    return word, others[: CHOICES - 1], start


def _of_kind(kind: str, text: str) -> dict[str, int]:
    """The words of this kind that stand free in a text, and where they first do."""
    found: dict[str, int] = {}
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        if kind == NOUNS:
            right = word.islower() and word in _nouns()
        else:  # a capital that no sentence's beginning explains
            inside = start >= 2 and re.search(r"[a-z,;:0-9] $", text[:start][-2:])
            right = bool(inside) and word[0].isupper() and word[1:].islower() and word not in _NO_NAMES
            right = right and word.lower() not in FUNCTION_WORDS
        if right:
            found.setdefault(word, start)
    return found


_NO_NAMES_TEXT = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July "
    "August September October November December"
)
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    """Words that the silver tags nearly always call a common noun."""
    tagged = tagged_sentences.bbc_silver("parts of speech")
    noun = tagged.names.index("NOUN")
    all_uses, as_noun = Counter(), Counter()
    for words, tags in zip(tagged.words, tagged.tags, strict=True):
        for word, tag in zip(words, tags.tolist(), strict=True):
            all_uses[word] += 1
            as_noun[word] += tag == noun
    return frozenset(w for w, n in all_uses.items() if n >= NOUN_COUNT and as_noun[w] >= NOUN_SHARE * n)
