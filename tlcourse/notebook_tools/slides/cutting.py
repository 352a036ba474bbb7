"""Cut a built lesson into slides.

A section is a column of slides: its heading, then down through what it shows. A figure, a table, a formula, a
list, code and a computed sentence have a slide each; a widget is shown by its figure; an exercise is a
"your turn" with its hints one at a click, without its solution. Prose becomes the speaker's notes, of the
slide that it leads to; what introduces a slide, its last sentence, stands on the slide as well.
"""

import html
import re

from tlcourse.notebook_tools.asked import Asked
from tlcourse.notebook_tools.markdown import Block, as_html, blocks, plain, sentences
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.slides import asking, pieces
from tlcourse.notebook_tools.slides.slide import Slide
from tlcourse.notebook_tools.source import COLAB_TAG

_MINUTES = re.compile(r"\s*(?:·\s*(\d+) minutes|\((\d+) minutes[^)]*\))\s*$")
_CHECK = re.compile(r"check(?:\.(predict|recall)\(\"(\w+)\"\)|\.(\w+)\b|\s*$)", re.MULTILINE)
_SOURCE = re.compile(r"`(tlcourse/[\w/]+\.py)`, lines? [\d–]+")
_BOLD = re.compile(r"\*\*(.+?)\*\*[:.]?\s*", re.DOTALL)
SECTION_LETTERS = 230  # of what a section's slide says
_BOILER = 2  # the first code cells: parameters and imports
_CODE_WORTH_SHOWING = 5  # lines; less is a call, which the notes of its result need not repeat


def cut(notebook: nbformat.NotebookNode, asked: Asked) -> list[list[Slide]]:
    """The slides of a built lesson: a list for each column."""
    cutter = _Cutter(asked)
    cells = [cell for cell in notebook.cells if COLAB_TAG not in cell.metadata.get("tags", [])]
    code = [cell for cell in cells if cell.cell_type == "code"]
    for cell in cells:
        if cell.cell_type == "markdown":
            cutter.text(cell.source)
        elif cell in code[:_BOILER]:
            continue
        elif "exercise" in cell.metadata.get("tags", []):
            cutter.exercise(cell.source)
        else:
            cutter.code(cell)
    cutter.end_heading()
    return cutter.columns


class _Cutter:
    """Goes through a lesson and keeps what was said but not yet shown."""

    def __init__(self, asked: Asked):
        self.columns: list[list[Slide]] = []
        self._asked = asked
        self._heading = self._heading_before = ""
        self._said = ""  # the paragraph that came last, if nothing has been shown since
        self._waiting: list[str] = []  # paragraphs that lead to the next slide
        self._turn: list[Block] | None = None  # what an exercise's heading has been followed by
        self._minutes = 0
        self._shown = True  # has the heading a slide?
        self._after_formula = False

    # What is said

    def text(self, source: str) -> None:
        """A cell of text."""
        for block in blocks(source):
            after_formula, self._after_formula = self._after_formula, False
            if block.kind == "heading":
                self._begin(block)
            elif self._turn is not None:
                self._turn.append(block)
            elif block.kind == "paragraph":
                self._paragraph(block.source, after_formula)
            elif block.kind == "formula":
                self._show("formula", as_html(f"$$\n{block.source}\n$$"))
                self._after_formula = True
            elif block.kind == "list":
                for body in pieces.lists(block.source):
                    self._show("list", body)
            elif block.kind == "code":
                self._show("code", pieces.code(block.source, block.language))
            elif block.kind == "table":
                self._show("table", as_html(block.source))

    def _begin(self, block: Block) -> None:
        """A heading."""
        self.end_heading()
        heading = _MINUTES.sub("", block.source)
        if not self._turn_heading():
            self._heading_before = self._heading
        self._heading = heading
        if block.level == 1:
            self.columns.append([Slide("title", heading)])
        elif block.level == 2:
            self.columns.append([Slide("section", heading, notes=self._time(block.source))])
        elif re.match(r"(Your turn|Exercise)\b", heading):
            self._turn = []
        else:
            self._shown = False

    def _time(self, heading: str) -> list[str]:
        found = _MINUTES.search(heading)
        if not found:
            return []
        minutes = int(found[1] or found[2])
        before, self._minutes = self._minutes, self._minutes + minutes
        return [f"<p><b>{minutes} minutes</b>: from {before} to {self._minutes} of the lesson.</p>"]

    def _paragraph(self, source: str, after_formula: bool) -> None:
        last = self.columns[-1][-1] if self.columns else None
        if last is None:
            return
        if last.kind == "title" and len(self.columns) == 1:
            self._of_title(last, source)
        elif last.kind == "section" and not last.lead and not last.body and not self._waiting:
            last.lead = _opening(source)
            last.notes.append(as_html(source))
            self._said = source
        elif source.startswith("**") and "remember" in self._heading:
            self._remembered(source)
        else:
            if after_formula:
                last.body += "".join(as_html(one) for one in _of_symbols(source))
            self._wait(source)

    def _wait(self, source: str) -> None:
        self._waiting.append(source)
        self._said = source

    def _of_title(self, title: Slide, source: str) -> None:
        """The promise goes onto the slide, the time and the goals too, the badges nowhere."""
        if source.startswith("["):
            return
        if not title.lead and source.startswith("**") and not source.startswith("**Time"):
            title.lead = source
        elif source.startswith("**Time"):
            parts = [part.strip() for part in re.split(r"·\s+(?=\*\*)", " ".join(source.split()))]
            title.body = "".join(as_html(part) for part in parts if not part.startswith("**Time"))
            title.notes.append(as_html(next((part for part in parts if part.startswith("**Time")), "")))
        else:
            title.notes.append(as_html(source))

    def _remembered(self, source: str) -> None:
        """What it got wrong, what came next, what to read: a slide each."""
        lead = _BOLD.match(source)
        shown, whole = pieces.words(source[lead.end() :])
        notes = [] if whole else [as_html(source)]
        heading = plain(lead[1]).rstrip(".:")
        self.columns[-1].append(Slide("words", heading, as_html(shown), notes=notes))

    def end_heading(self) -> None:
        """What is still waiting belongs to what was shown last, or is all that stood under its heading."""
        if self._turn is not None:  # an exercise without a cell of its own
            waiting, self._turn = self._turn, None
            self._waiting += [block.source for block in waiting if block.kind == "paragraph"]
        if self._waiting and not self._shown:
            self._show("section", "", lead=_opening(self._waiting[0]))
        elif self._waiting and self.columns:
            self.columns[-1][-1].notes += map(as_html, self._waiting)
        self._waiting, self._said, self._shown = [], "", True

    def _show(self, kind: str, body: str, lead: str | None = None) -> None:
        """A slide for what comes next, with the notes that led to it."""
        self._put(Slide(kind, self._heading, body), lead)

    def _put(self, slide: Slide, lead: str | None = None) -> None:
        column = self.columns[-1]
        if lead is None:
            lead = sentences(self._said)[-1] if self._said else ""
        slide.lead = slide.lead or _short(lead)
        slide.notes = [*map(as_html, self._waiting), *slide.notes]
        bare = column[-1].kind == "section" and not column[-1].lead and not column[-1].body
        if bare:  # nothing was said between the heading and this: one slide, not two
            slide.notes = column[-1].notes + slide.notes
            column.pop()
        column.append(slide)
        self._waiting, self._said, self._shown = [], "", True

    # What is run

    def code(self, cell: nbformat.NotebookNode) -> None:
        """A cell of code: what came out, or the code itself where nothing did that can be shown."""
        self._after_formula = False
        asks = [match for match in _CHECK.finditer(cell.source) if match.start() == 0 or match[1]]
        for match in asks:
            if match[1] == "predict" and match[2] in self._asked.predictions:
                self._put(asking.question(self._asked.predictions[match[2]]), lead="")
        if not (asks and asks[0].start() == 0):
            shown = [self._output(output) for output in cell.outputs]
            if not any(shown):
                self._of_code(cell)
        for match in asks:
            if match[1] == "recall" and match[2] in self._asked.predictions:
                self._put(asking.answer(self._asked.predictions[match[2]]), lead="")

    def _output(self, output: nbformat.NotebookNode) -> bool:
        """Show an output; whether it could be."""
        data = output.get("data", {})
        if "image/png" in data:
            self._put(_figure(self._heading, output))
        elif "<table" in data.get("text/html", ""):
            for body in pieces.tables(data["text/html"]):
                self._show("table", body)
        elif "text/markdown" in data:
            self._computed(data["text/markdown"])
        else:
            return False
        return True

    def _computed(self, source: str) -> None:
        """Words that a cell put together, or the source of a function of the course."""
        of = ""
        for block in blocks(source):
            if match := _SOURCE.match(block.source):
                of = match[1]
            elif block.kind == "code":
                self._show("code", pieces.code(block.source, block.language, of))
            elif block.kind == "list":
                for body in pieces.lists(block.source):
                    self._show("list", body)
            elif block.kind == "table":
                self._show("table", as_html(block.source))
            elif block.kind == "paragraph" and block.source.endswith(":"):
                self._wait(block.source)
            elif block.kind == "paragraph":
                shown, whole = pieces.words(block.source)
                if not whole:
                    self._waiting.append(block.source)
                self._show("words", as_html(shown), lead="")

    def _of_code(self, cell: nbformat.NotebookNode) -> None:
        printed = "".join(output.text for output in cell.outputs if output.output_type == "stream").rstrip()
        lines = [line for line in cell.source.split("\n") if line.strip()]
        if len(lines) < _CODE_WORTH_SHOWING and not printed:
            return
        tail = printed.split("\n")[:6] if printed else []
        body = pieces.code(cell.source, lines=pieces.CODE_LINES - len(tail) - bool(tail))
        body += f'<pre class="printed">{html.escape(chr(10).join(tail))}</pre>' if tail else ""
        self._show("code", body)

    def exercise(self, source: str) -> None:
        """A cell to be written by the learner."""
        exercises = {name: self._asked.exercises[name] for name in self._asked.named_in(source)}
        text, self._turn = self._turn or [], None
        body, notes = [], []
        for block in text:
            if block.kind == "paragraph":
                shown, whole = pieces.words(block.source)
                body.append(as_html(shown))
                notes += [] if whole else [as_html(block.source)]
            else:
                body.append(
                    as_html(f"$$\n{block.source}\n$$") if block.kind == "formula" else as_html(block.source)
                )
        heading = self._heading if text or self._turn_heading() else f"Your turn: {self._heading}"
        slides = asking.turn(heading, body, source, exercises)
        slides[0].notes += notes
        for slide in slides:
            self._put(slide, lead="")
        if self._turn_heading():  # what follows goes on with what stood before
            self._heading = self._heading_before

    def _turn_heading(self) -> bool:
        return bool(re.match(r"(Your turn|Exercise)\b", self._heading))


def _figure(heading: str, output: nbformat.NotebookNode) -> Slide:
    """A figure; what it shows, in words, is for the notes as well."""
    alt = html.escape(output.metadata.get("image/png", {}).get("alt", ""), quote=True)
    image = "".join(output.data["image/png"].split())
    notes = [f"<p><b>In words:</b> {alt}</p>"] if alt else []
    return Slide("figure", heading, f'<img src="data:image/png;base64,{image}" alt="{alt}">', notes=notes)


def _of_symbols(paragraph: str) -> list[str]:
    """The first sentences of a paragraph after a formula, as far as they say what its signs mean."""
    told = []
    for sentence in sentences(paragraph)[:3]:
        if "$" not in sentence:
            break
        told.append(sentence)
    return [" ".join(told)] if told else []


def _opening(paragraph: str) -> str:
    """What a section's slide says: how its text begins, but for what leads to the next slide."""
    shown = sentences(pieces.words(paragraph, SECTION_LETTERS)[0])
    return " ".join(shown[:-1] if len(shown) > 1 and shown[-1].endswith(":") else shown)


def _short(sentence: str) -> str:
    """A sentence that fits above what it leads to; a longer one stands in the notes alone."""
    return sentence if len(plain(sentence)) <= 2 * pieces.LINE_LETTERS else ""
