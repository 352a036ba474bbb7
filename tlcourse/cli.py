"""The `tlcourse` command: its commands put together, and how its errors are told."""

import sys
from typing import Annotated

import typer

from tlcourse import terminal
from tlcourse.commands import learner, lessons, machine, models

app = typer.Typer(
    name="tlcourse",
    help="A hands-on course on transfer learning for NLP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for kind in (machine, lessons, learner, models):
    app.add_typer(kind.app)

_debug = False


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global _debug
    _debug = debug


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
