"""A trial from the file to the page. What can be refused is refused before PyTorch is loaded."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tlcourse.show.progress_line import progress
from tlcourse.trial import own_data
from tlcourse.trial.budget import MOST_SEEDS, Clock
from tlcourse.trial.kept import Kept
from tlcourse.trial.own_data import Options
from tlcourse.trial.refusals import TrialError

if TYPE_CHECKING:
    from tlcourse.trial.outcome import Outcome
    from tlcourse.trial.under_way import Watch


def run(
    path: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    task: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    budget: float = 5.0,
    seeds: int = MOST_SEEDS,
    tune: bool = True,
    out: str | Path | None = None,
    seed: int = 0,
    watch: "Watch" = progress,
) -> "Outcome":
    """Try the course's models on a CSV of texts and labels, and write a page about it.

    A run that was killed goes on where it was when it is started again with the same arguments on the same
    contents.

    Args:
        path: of the CSV.
        text, label: the columns, by name or by place counted from 1; None to be told by what is in them.
        task: `"classes"` or `"numbers"`; None to be told by the labels.
        encoding: of the file, as Python names it; None to be told by its bytes.
        header: whether its first line names the columns; None to be told by what is in it.
        budget: minutes. How many texts are read, and with how many seeds, follows from what fits. Loading
            the models alone takes a quarter of a minute or so.
        seeds: how many at most.
        tune: fine-tune MiniLM, too, in the time that is left.
        out: folder of the page; NAME-trial beside where you are, if None.
        seed: of what is drawn: records of a large file, splits, labels.
        watch: shows how far a step is.

    Raises:
        TrialError: the file cannot be tried; the message says why, where, and what to do.
        AssetMissing: GloVe or MiniLM is not fetched yet.
    """
    if not 0.5 <= budget <= 24 * 60:
        raise TrialError(f"--budget is {budget:g} minutes, expected between 0.5 and {24 * 60}")
    if not 1 <= seeds <= 20:
        raise TrialError(f"--seeds is {seeds}, expected between 1 and 20")
    clock = Clock(60 * budget)
    options = Options(text, label, task, encoding, header, seed)
    path = own_data.checked(path)
    folder = Path(out).expanduser() if out is not None else Path(f"{path.stem}-trial")
    if folder.exists() and not folder.is_dir():
        raise TrialError(f"--out is {folder}, which is a file: name a folder")
    data = own_data.read(path, options)
    chosen = {**asdict(options), "budget": budget, "seeds": seeds, "tune": tune}
    kept = Kept({"file": data.digest, **chosen})
    every = [seed + k for k in range(seeds)]
    from tlcourse.trial.under_way import (
        Trial,
    )  # and PyTorch, seconds later: a bad file has its answer at once

    return Trial(data, clock, kept, watch, every, tune).finish(folder, budget)
