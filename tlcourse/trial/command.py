"""`tlcourse try FILE.csv`: what is typed, the progress that is shown, and the last lines."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Task(StrEnum):
    """What is predicted."""

    classes = "classes"
    numbers = "numbers"


def try_(
    file: Annotated[Path, typer.Argument(help="A CSV with a column of texts and one of labels.")],
    text: Annotated[str | None, typer.Option(help="The texts' column, by name or place (1, 2 …).")] = None,
    label: Annotated[str | None, typer.Option(help="The labels' column, by name or place.")] = None,
    task: Annotated[Task | None, typer.Option(help="What labels are, if not as they look.")] = None,
    budget: Annotated[float, typer.Option(help="Minutes that it may take.")] = 5.0,
    seeds: Annotated[int, typer.Option(help="How often it is measured, if there is time.")] = 5,
    tune: Annotated[bool, typer.Option("--tune/--no-tune", help="Fine-tune, too, if time is left.")] = True,
    out: Annotated[Path | None, typer.Option(help="Folder of the page; FILE-trial if not given.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of splits, and of what is drawn.")] = 0,
    encoding: Annotated[str | None, typer.Option(help="Of the file, if it is told wrong.")] = None,
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether line 1 names the columns.")
    ] = None,
) -> None:
    """Put texts and labels of your own on the course's yardstick, and write a page about what came out."""
    from tlcourse import terminal
    from tlcourse.trial import session

    console = terminal.console(stderr=True)
    with _bars(console) as bars:

        def watch(items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
            bar = bars.add_task(what, total=total)
            for item in items:
                yield item
                bars.advance(bar)

        outcome = session.run(
            file,
            text=text,
            label=label,
            task=None if task is None else str(task),
            encoding=encoding,
            header=header,
            budget=budget,
            seeds=seeds,
            tune=tune,
            out=out,
            seed=seed,
            watch=watch,
        )
    for note in outcome.data.notes:
        console.print(f"- {note}")
    said = terminal.console()
    said.print(outcome.table["text/plain"])
    for sentence in outcome.sentences:
        said.print(sentence)
    said.print(f"report: {outcome.path}")


def _bars(console):
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:14}"), BarColumn(), MofNCompleteColumn(), TextColumn("left"))
    return Progress(*columns, TimeRemainingColumn(compact=True), console=console)
