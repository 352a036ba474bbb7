"""The glossary: each term in the words of the lesson that explains it first (`docs/terms.toml`)."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tlcourse import curriculum
from tlcourse.notebook_tools.markdown import Block, items, sentences
from tlcourse.notebook_tools.reference.sections import Said, said
from tlcourse.notebook_tools.source import LessonError, LessonFiles


@dataclass(frozen=True)
class Term:
    """A term, and how its explanation is found: see the head of `docs/terms.toml`."""

    name: str
    lesson: str
    marked: str = ""
    says: str = ""
    sentences: int = 1
    before: int = 0

    def explanation(self, lesson: LessonFiles) -> tuple[str, Said]:
        """The sentences that explain it, as Markdown, and where they stand.

        Raises:
            LessonError: the lesson has no such sentence.
        """
        every = list(said(lesson))
        for one, following in zip(every, [*every[1:], None], strict=True):
            for text in _texts(one.block):
                for at, sentence in enumerate(text):
                    if self._is_in(sentence):
                        end = at + self.sentences
                        words = " ".join(text[max(0, at - self.before) : end])
                        leads = words.endswith((":", "and")) and end >= len(text) and following is not None
                        if leads and following.block.kind == "formula":
                            return f"{words}\n\n$$\n{following.block.source}\n$$", one
                        return words, one
        sought = f"the words {self.says!r}" if self.says else f"*{self._mark}* or **{self._mark}**"
        raise LessonError(
            f"docs/terms.toml: no sentence of {lesson.name} has {sought}, which explained {self.name!r}; "
            "name the lesson that explains it now, or the words with which this one does"
        )

    @property
    def _mark(self) -> str:
        return self.marked or self.name

    def _is_in(self, sentence: str) -> bool:
        if self.says:
            return self.says in sentence
        return bool(
            re.search(rf"(?<![\w*])(\*\*?){re.escape(self._mark)}\1(?![\w*])", sentence, re.IGNORECASE)
        )


def _texts(block: Block) -> list[list[str]]:
    """The sentences of a paragraph; each item of a list is taken whole."""
    if block.kind == "list":
        return [[" ".join(item.split())] for item in items(block.source)]
    return [sentences(block.source)] if block.kind == "paragraph" else []


def terms(root: Path) -> list[Term]:
    """The terms of the course, by alphabet; not those of planned lessons."""
    listed = tomllib.loads((root / "docs" / "terms.toml").read_text("utf-8"))["term"]
    found = [Term(**one) for one in listed if not curriculum.lesson(one["lesson"]).planned]
    return sorted(found, key=lambda term: term.name.lower())


def page(root: Path, lessons: list[LessonFiles]) -> str:
    """The glossary's entries as Markdown of the site, by letter.

    Raises:
        LessonError: a term's lesson is not there, or no longer explains it.
    """
    by_slug = {lesson.slug: lesson for lesson in lessons}
    parts, letter = [], ""
    for term in terms(root):
        if term.lesson not in by_slug:
            raise LessonError(
                f"docs/terms.toml: {term.name!r} is of {term.lesson!r}, which is no built lesson"
            )
        explained, where = term.explanation(by_slug[term.lesson])
        if term.name[0].upper() != letter:
            letter = term.name[0].upper()
            parts.append(f"## {letter}")
        of = curriculum.lesson(term.lesson)
        explained = explained.rstrip(":").strip()
        parts.append(
            f"### {term.name}\n\n{explained}\n\n[{of.number} · {of.title}: {where.section}]({where.target})"
        )
    return "\n\n".join(parts)
