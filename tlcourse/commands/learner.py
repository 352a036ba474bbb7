"""What a learner asks for: `progress`, and `try`, whose options are with it."""

from pathlib import Path
from typing import Annotated

import typer

from tlcourse import terminal
from tlcourse.trial.command import try_

app = typer.Typer()


@app.command()
def progress(
    export: Annotated[
        Path | None, typer.Option("--export", help="Write what you may hand in to this file.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Yours, for --export.")] = "",
    of_class: Annotated[
        Path | None, typer.Option("--class", help="Tabulate the files of a class in this folder.")
    ] = None,
) -> None:
    """Show which exercises are solved; the record stays on this machine."""
    from tlcourse.exercises import class_table, handed_in
    from tlcourse.exercises import progress as record

    if export is not None and of_class is not None:
        raise typer.BadParameter("--export is a learner's, --class a teacher's: one of them at a time")
    if export is not None:
        handed_in.export(name, export)
        terminal.console().print(f"{export} is written: look at it, and hand it in if you want to.")
        return
    if of_class is not None:
        class_table.show(terminal.console(), *handed_in.read_class(of_class))
        return
    from rich.console import Console
    from rich.table import Table

    rows = record.summary()
    table = Table("Lesson", "Solved", "Tried", "Hints", "Solutions seen", box=None, pad_edge=False)
    for row in rows:
        cells = (f"{row.solved} of {row.total}", row.tried, row.hints, row.solutions)
        table.add_row(class_table.titled(row.lesson), *map(str, cells))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"\n{sum(row.solved for row in rows)} of {sum(row.total for row in rows)} exercises solved")


app.command("try")(try_)
