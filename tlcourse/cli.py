"""The ``tlcourse`` command. What a command does lives where its subject lives, imported when called."""

import sys
from typing import Annotated

import typer

app = typer.Typer(
    name="tlcourse",
    help="A hands-on course on transfer learning for NLP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_debug = False


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global _debug
    _debug = debug


@app.command()
def build(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers, like 02; all lessons if none.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the notebooks match.")] = False,
) -> None:
    """Execute lessons under the full profile and store them as notebooks/NN_name.ipynb."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from tlcourse.lessons import build as building
    from tlcourse.lessons.source import LessonError, find

    console = Console(stderr=True, highlight=False)
    chosen = find(lessons or [])
    if check:
        found = {lesson.name: building.differences(lesson) for lesson in chosen}
        for name, differences in found.items():
            console.print(f"{name}: " + ("; ".join(differences) or "matches"), markup=False)
        if any(found.values()):
            raise LessonError("some notebooks do not match their source: run tlcourse build NN.")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        for lesson in chosen:
            task = progress.add_task(lesson.name, total=None)
            done, remarks = building.build(
                lesson, lambda index, total, task=task: progress.update(task, completed=index, total=total)
            )
            progress.update(task, completed=len(done.notebook.cells), total=len(done.notebook.cells))
            console.print(
                f"{lesson.name}: {done.seconds:.0f} s, peak {done.peak_bytes / 1e9:.2f} GB", markup=False
            )
            for remark in remarks:
                console.print(f"  look: {remark}", markup=False)


def main() -> None:
    """Run the command: an error is one line on stderr and exit code 1; ``--debug`` shows the traceback."""
    try:
        app()
    except Exception as error:
        if _debug:
            raise
        name = "" if isinstance(error, RuntimeError | ValueError) else f"{type(error).__name__}: "
        print(f"error: {name}{error}", file=sys.stderr)
        sys.exit(1)
