"""What is done with lessons: `lab`, `build`, `site`, `slides`, `run`."""

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tlcourse import terminal
from tlcourse.profiles import PROFILES

app = typer.Typer()

Profile = StrEnum("Profile", list(PROFILES))


@app.command()
def lab(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where JupyterLab listens.")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    notebook: Annotated[str | None, typer.Option(help="Which lesson to open, like 02.")] = None,
    copy_to: Annotated[
        Path | None, typer.Option(help="Copy the installed lessons there, unless they are, and open them.")
    ] = None,
) -> None:
    """Open the course in JupyterLab, on this machine only and with a token."""
    from tlcourse.notebook_tools.lab import jupyterlab, open_lab
    from tlcourse.notebook_tools.own_copy import lessons_folder

    def ask(question: str) -> bool:
        return sys.stdin.isatty() and typer.confirm(question, default=True)

    jupyterlab()  # before anything is copied
    root = lessons_folder(ask, copy_to)
    open_lab(root, port=port, browser=not no_browser, notebook=notebook)


@app.command()
def build(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers, like 02; all lessons if none.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the notebooks match.")] = False,
    prose: Annotated[
        bool, typer.Option("--prose", help="Only texts have changed: keep what the code gave.")
    ] = False,
) -> None:
    """Execute lessons under the full profile and store them as notebooks/NN_name.ipynb."""
    from tlcourse.notebook_tools import build as building
    from tlcourse.notebook_tools.source import LessonError, find

    console = terminal.console(stderr=True)
    chosen = find(lessons or [])
    if check:
        found = {lesson.name: building.differences(lesson) for lesson in chosen}
        for name, differences in found.items():
            console.print(f"{name}: " + ("; ".join(differences) or "matches its source"))
        if any(found.values()):
            raise LessonError("some notebooks do not match their source; build them: tlcourse build NN")
        return
    if prose:
        for lesson in chosen:
            building.renew_prose(lesson)
            console.print(f"{lesson.name}: its texts are renewed")
        return
    with terminal.bars(console) as bars:
        for lesson in chosen:
            bar = _Bar(bars, bars.add_task(lesson.name, total=None))
            done, remarks = building.build(lesson, bar)
            bar.cell(len(done.notebook.cells), len(done.notebook.cells))
            console.print(f"{lesson.name}: {done.seconds:.0f} s, peak {done.peak_bytes / 1e9:.2f} GB")
            for remark in remarks:
                console.print(f"  look: {remark}")


class _Bar:
    """A notebook's progress bar."""

    def __init__(self, bars, task):
        self._bars, self._task = bars, task

    def kernel(self, pid: int) -> None:
        pass

    def cell(self, index: int, total: int) -> None:
        self._bars.update(self._task, completed=index, total=total)


@app.command()
def site(
    into: Annotated[Path, typer.Option("--into", help="The folder that becomes the site.")] = Path(
        "build/site"
    ),
) -> None:
    """Make pages of the built lessons, with search, to be read in a browser without a network."""
    from tlcourse.notebook_tools import site as making
    from tlcourse.notebook_tools.source import course_root

    pages = making.build(course_root(), into)
    terminal.console(stderr=True).print(f"{len(pages)} lessons: open {into / 'index.html'}")


@app.command()
def slides(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers, like 02; all lessons if none.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that the slides go to.")] = Path(
        "build/slides"
    ),
) -> None:
    """Make slides of built lessons, with speaker notes: one file each, shown without a network."""
    from tlcourse.notebook_tools.slides import deck
    from tlcourse.notebook_tools.source import course_root, find

    root = course_root()
    for path in deck.write(find(lessons or [], root), root, out):
        terminal.console(stderr=True).print(f"open {path}; S shows the notes, ? the keys")


@app.command()
def run(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers, like 02; all lessons if none.")
    ] = None,
    profile: Annotated[Profile, typer.Option(help="The sizes: what learners run, or quick.")] = Profile.full,
    solutions: Annotated[bool, typer.Option("--solutions", help="With every exercise solved.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks at a time.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the copies and the report.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what passed before and is unchanged.")
    ] = False,
) -> None:
    """Run lessons from top to bottom; write executed copies, report.json and index.html."""
    from tlcourse.notebook_tools.run import Run
    from tlcourse.notebook_tools.source import LessonError, course_root, find

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the run in an orderly way
    console = terminal.console(stderr=True)
    root = course_root()
    out = out or root / "runs" / (f"{profile}-solved" if solutions else str(profile))
    with terminal.bars(console) as bars:
        tasks = {}

        def progress(name: str, index: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=index, total=total)

        chosen = find(lessons or [], root)
        report = Run(
            chosen,
            out,
            profile=str(profile),
            solutions=solutions,
            jobs=jobs,
            resume=resume,
            progress=progress,
        ).start()
    for entry in report["notebooks"]:
        _outcome(console, entry, report["budget"])
    console.print(f"report: {out / 'index.html'}")
    failed = sum(entry["status"] != "passed" for entry in report["notebooks"])
    if failed:
        raise LessonError(f"{failed} of {len(report['notebooks'])} notebooks failed")


def _outcome(console, entry: dict, budget: dict) -> None:
    """Print what came of one notebook."""
    line = f"{'✓' if entry['status'] == 'passed' else '✗'} {entry['name']}"
    if "seconds" in entry:
        line += " (kept)" if entry.get("reused") else ""
        line += f": {entry['seconds']:.1f} s, peak {entry['peak_bytes'] / 1e9:.2f} GB"
        for key, what in (("seconds", "time"), ("peak_bytes", "memory")):
            line += f" (over the {what} budget)" if entry[key] > budget[key] else ""
    console.print(line)
    if entry.get("failed_cell"):
        console.print(f"    in the cell that begins {entry['failed_cell']}")
    if entry.get("error"):
        console.print(f"    {entry['error']}")
    for error in entry.get("widget_errors", ()):
        console.print(f"    in a widget: {error}")
