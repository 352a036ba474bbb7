"""The zoo's training text, from its sources to an index, in one command: `tlcourse text FOLDER`.

Documents are cleaned, cut to size, and dropped if they are short, repeated, or share a run of 13 words with
anything that models are evaluated on. The report says how many, and why; it is kept with the index.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlcourse import assets
from tlcourse.data import imdb, rated_sentences, text_index, text_sources, tokeniser
from tlcourse.data.overlap import SHORTEST, Evaluation, N, Words, repeated
from tlcourse.data.splits import lot
from tlcourse.data.text_index import Document, TextIndex

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MIN_WORDS = 20
HELD_OUT = 0.01  # of the documents of a source, at least one; a novel counts as one


@dataclass
class Sources:
    """Where the texts lie. Only BBC news is always there; what is None is left out."""

    nltk: Path | None = None
    imdb: Path | None = None
    eltec: Path | None = None

    @classmethod
    def fetched(cls, **given: Path | None) -> "Sources":
        """The folders given, or else where `tlcourse fetch` or NLTK's downloader has put the texts.

        IMDb's reviews may lie in `TLCOURSE_FILES` instead.
        """
        there = {}
        with suppress(assets.AssetMissing):
            there["nltk"] = assets.path("brown").parents[1]
        with suppress(assets.AssetMissing):
            there["imdb"] = imdb.folder()
        return cls(**(there | {name: where for name, where in given.items() if where}))

    def readers(self) -> Iterable[Iterable[Document]]:
        """The documents of each source, whole."""
        yield text_sources.bbc()
        if self.nltk:
            yield text_sources.brown(self.nltk)
            yield text_sources.movie_reviews(self.nltk)
            yield text_sources.abc(self.nltk)
            for corpus in ("webtext", "state_union", "inaugural"):
                yield text_sources.plain(self.nltk, corpus)
        if self.imdb:
            yield text_sources.imdb(self.imdb)
        if self.eltec:
            yield text_sources.eltec(self.eltec)

    def documents(self) -> Iterable[Document]:
        """All documents, whole."""
        return itertools.chain.from_iterable(self.readers())

    def check(self) -> None:
        """Raises FileNotFoundError or AssetMissing if a source is not there."""
        for texts in (*self.readers(), *self.evaluation().values()):
            next(iter(texts))

    def evaluation(self) -> dict[str, Iterable[str]]:
        """What models are evaluated on: no training text may share a run of words with it."""
        sets: dict[str, Iterable[str]] = {
            f"rated sentences: {domain}": rated_sentences.load(domain).texts
            for domain in rated_sentences.DOMAINS
        }
        sets["bbc news: test"] = [document.text for document in text_sources.bbc(test=True)]
        if self.nltk:
            for corpus in ("conll2000", "ieer", "qc", "rte"):
                sets[corpus] = _evaluation_texts(self.nltk, corpus)
        if self.imdb:
            sets["imdb: test"] = (document.text for document in text_sources.imdb(self.imdb, "test"))
        return sets


def _evaluation_texts(folder: Path, corpus: str) -> Iterable[str]:
    """The sentences of an NLTK corpus without their labels."""
    for _, text in text_sources.nltk_files(folder, corpus):
        if corpus == "conll2000":  # a word, its tag and its chunk a line; an empty line after each sentence
            for sentence in text.split("\n\n"):
                yield " ".join(line.split(" ")[0] for line in sentence.split("\n"))
        elif corpus == "qc":  # "LOC:city What county is Modesto in ?"
            yield from (line.partition(" ")[2] for line in text.splitlines())
        else:
            yield from map(text_sources.clean, _blocks_without_marks(text))


def _blocks_without_marks(text: str) -> Iterable[str]:
    """What stands in the <TEXT>, <t> and <h> of a file. IE-ER's marks of names are of any length."""
    for block in re.findall(r"<(?:TEXT|t|h)>(.*?)</(?:TEXT|t|h)>", text, flags=re.DOTALL):
        yield re.sub(r"</?[A-Za-z][^<>]*>", " ", block)


@dataclass
class Report:
    """How many documents were read, and what became of them, by source."""

    read: Counter = field(default_factory=Counter)
    too_short: Counter = field(default_factory=Counter)
    repeated: Counter = field(default_factory=Counter)
    shared_with_evaluation: dict[str, Counter] = field(default_factory=dict)  # by evaluation set, then source
    shared_with_held_out: Counter = field(default_factory=Counter)
    leaking: Counter = field(default_factory=Counter)  # all that share a run of words with either
    held_out: Counter = field(default_factory=Counter)
    kept: Counter = field(default_factory=Counter)
    words: Counter = field(default_factory=Counter)
    evaluation_texts: dict[str, int] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        facts = {name: dict(value) for name, value in vars(self).items()}
        facts["shared_with_evaluation"] = {k: dict(v) for k, v in self.shared_with_evaluation.items()}
        return facts | {"words_in_a_run": N, "shortest_text_compared": SHORTEST}


def select(
    documents: Iterable[Document],
    evaluation: Mapping[str, Iterable[str]],
    progress: Callable[[str], None] = lambda message: None,
) -> tuple[list[Document], set[str], Report]:
    """Which documents are trained on.

    Returns the documents, those held out among them; the names of those held out; and the report. No document
    shares a run of 13 words with an evaluation text, and no training document with one that is held out.
    """
    report, words = Report(), Words()
    progress("reading what models are evaluated on")
    tests = Evaluation(evaluation, words)
    report.evaluation_texts = tests.n_texts

    progress("reading the documents")
    whole: list[str] = []  # the name of the document that each part is of
    parts: list[Document] = []
    for document in documents:
        for part in text_sources.sections(document):
            report.read[part.source] += 1
            if part.text.count(" ") + 1 < MIN_WORDS:
                report.too_short[part.source] += 1
                continue
            parts.append(part)
            whole.append(document.name)

    progress(f"looking for repetitions among {len(parts):,} documents")
    numbers = [words.numbers(part.text) for part in parts]
    again = repeated(numbers)
    progress("looking for evaluation texts in them")
    free: list[int] = []
    for i, part in enumerate(parts):
        if again[i]:
            report.repeated[part.source] += 1
            continue
        shared = tests.shared_with(numbers[i])
        for name in shared:
            report.shared_with_evaluation.setdefault(name, Counter())[part.source] += 1
        if shared:
            report.leaking[part.source] += 1
        else:
            free.append(i)

    held_out_wholes = _hold_out({whole[i]: parts[i].source for i in free})
    held_out = {parts[i].name for i in free if whole[i] in held_out_wholes}
    progress("looking for held-out texts in the rest")
    unseen = Evaluation({"held out": (parts[i].text for i in free if parts[i].name in held_out)}, words)
    kept = []
    for i in free:
        part = parts[i]
        if part.name in held_out:
            report.held_out[part.source] += 1
        elif unseen.shared_with(numbers[i]):
            report.shared_with_held_out[part.source] += 1
            report.leaking[part.source] += 1
            continue
        else:
            report.kept[part.source] += 1
            report.words[part.source] += part.text.count(" ") + 1
        kept.append(part)
    return kept, held_out, report


def _hold_out(source_of: Mapping[str, str]) -> set[str]:
    """One in a hundred of each source's documents, and at least one of two or more, by their names' lots."""
    chosen = set()
    for source in set(source_of.values()):
        names = sorted((n for n, s in source_of.items() if s == source), key=lambda n: lot(n, "held-out"))
        chosen.update(names[: max(int(len(names) > 1), round(HELD_OUT * len(names)))])
    return chosen


def assemble(
    sources: Sources,
    tokenizer: "Tokenizer | None" = None,
    progress: Callable[[str], None] = lambda message: None,
) -> TextIndex:
    """The whole way: read, select, learn the pieces from the training documents if none are given, index."""
    documents, held_out, report = select(sources.documents(), sources.evaluation(), progress)
    if tokenizer is None:
        progress("learning the pieces")
        tokenizer = tokeniser.train(d.text for d in documents if d.name not in held_out)
    progress(f"indexing {len(documents):,} documents")
    return text_index.build(documents, tokenizer, held_out, report.facts())


def make(sources: Sources, folder: Path, say: Callable[[str], None], pieces: Path | None = None) -> None:
    """`tlcourse text`: assemble, write to `folder`, and say what came of it.

    Args:
        pieces: the folder of a model whose vocabulary is taken; a new one is learnt if None.

    Raises, before any work:
        FileExistsError: the folder is there.
        FileNotFoundError: there are no pieces, or a source is not where it should be.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} is there already: delete it, or choose another folder.")
    tokenizer = tokeniser.load(pieces) if pieces else None
    for name, where in vars(sources).items():
        say(f"--{name} {where}" if where else f"without --{name}: its texts are left out")
    sources.check()
    index = assemble(sources, tokenizer, progress=say)
    text_index.save(index, folder)
    report = index.report
    columns = ("read", "too_short", "repeated", "leaking", "held_out", "kept", "words")
    say(f"{'':15}" + "".join(f"{column.replace('_', ' '):>12}" for column in columns))
    for source in index.sources:
        numbers = [report[column].get(source, 0) for column in columns]
        say(f"{source:15}" + "".join(f"{n:>12,}" for n in numbers))
    say(f"{len(index.pieces):,} pieces in {folder}")
