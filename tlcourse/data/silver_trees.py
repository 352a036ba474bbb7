"""Trees drawn by a program: spaCy's small English pipeline, over the first sentence of each BBC article.

*Silver*: nobody has looked through them, and the pipeline makes mistakes. They come with the course, so that
neither spaCy nor a network is needed: `data/trees/bbc.tsv` has, for each sentence, the article, and for each
word its length in characters, its head, its tag and its relation. The words themselves are read from the
BBC's texts. `python -m tlcourse.data.silver_trees` makes the file anew; that needs spaCy, and so does
`parse`, which draws the tree of any sentence.

The relations are spaCy's (ClearNLP's), not those of Universal Dependencies: a noun hangs on its preposition,
and a participle's auxiliary on the participle.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tlcourse import checkout, files
from tlcourse.data import bbc_news, silver_files, text_sources
from tlcourse.data.dependency_trees import ROOT, DependencyTree, Treebank

SHORTEST, LONGEST = 5, 30  # words of a sentence
FILE = Path("data") / "trees" / "bbc.tsv"
_NOT_NEEDED = ("ner", "lemmatizer", "senter")


def load() -> Treebank:
    """A sentence of 5 to 30 words from each BBC article that begins with one; the split is the articles'.

    Tags are the 17 universal ones.

    Raises:
        AssetMissing: BBC news is not fetched yet.
        FileNotFoundError: the trees are not there.
        ValueError: the trees are of other texts than those that are there.
    """
    news = bbc_news.load()
    number = {name: i for i, name in enumerate(news.names)}
    trees, articles = [], []
    for line in silver_files.place(FILE).read_text(encoding="utf-8").splitlines():
        name, *words = line.split("\t")
        if name not in number:
            raise ValueError(f"{FILE} has a tree of {name}, which is no article that is there: fetch it anew")
        text = _first_sentence(news.texts[number[name]])
        trees.append(_read(text or "", words))
        articles.append(number[name])
    in_test = np.isin(articles, news.test_index)
    return Treebank(trees, np.flatnonzero(~in_test), np.flatnonzero(in_test))


def parse(sentence: str) -> DependencyTree | None:
    """The tree that spaCy draws for a sentence; of several, for the first. None if there is no word.

    Raises:
        ModuleNotFoundError: spaCy is not installed; the message says the command.
        AssetMissing: its pipeline is not fetched yet.
    """
    document = silver_files.pipeline(*_NOT_NEEDED)(text_sources.clean(sentence))
    first = next((one for one in document.sents if any(token.is_alpha for token in one)), None)
    return None if first is None else _tree(first)


def _first_sentence(text: str) -> str | None:
    """The article's first sentence that has words enough to be one."""
    return next(silver_files.sentences_of(text), None)


def _tree(tokens: Sequence[Any]) -> DependencyTree:
    """spaCy's tokens of one sentence, blanks left out, as a tree."""
    kept = [token for token in tokens if not token.is_space]
    at = {token.i: n for n, token in enumerate(kept)}
    heads = [ROOT if token.head.i == token.i else at[token.head.i] for token in kept]
    return DependencyTree(
        [token.text for token in kept],
        [token.pos_ for token in kept],
        np.array(heads),
        [token.dep_ for token in kept],
        np.array([token.pos_ == "PUNCT" for token in kept]),
    )


def _read(text: str, words: Sequence[str]) -> DependencyTree:
    """`length:head:tag:relation` for each word of a sentence → its tree."""
    lengths, heads, tags, relations = zip(*(word.split(":", 3) for word in words), strict=True)
    found = silver_files.words_of(text, [*map(int, lengths)], FILE)
    is_punctuation = np.array([tag == "PUNCT" for tag in tags])
    return DependencyTree(found, list(tags), np.array([*map(int, heads)]), list(relations), is_punctuation)


def _lines() -> Iterator[str]:
    """The lines of the file: articles whose first sentence is one for spaCy too, not short and not long."""
    news = bbc_news.load()
    first = [(name, _first_sentence(text)) for name, text in zip(news.names, news.texts, strict=True)]
    there = [(sentence, name) for name, sentence in first if sentence]
    for document, name in silver_files.pipeline(*_NOT_NEEDED).pipe(there, as_tuples=True, batch_size=256):
        if len([*document.sents]) != 1 or any(token.is_space for token in document):
            continue
        tree = _tree(document)
        if SHORTEST <= len(tree.words) <= LONGEST:
            rows = zip(tree.words, tree.heads.tolist(), tree.tags, tree.relations, strict=True)
            words = [f"{len(word)}:{head}:{tag}:{relation}" for word, head, tag, relation in rows]
            yield "\t".join([name, *words])


if __name__ == "__main__":
    root = checkout.of_package() or Path.cwd()
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    files.write_text(root / FILE, "\n".join(_lines()) + "\n")
