"""A trial from the file to the page: what is done when, and what is taken from a run that was killed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tlcourse.show.progress_line import progress
from tlcourse.trial import budget as budgets
from tlcourse.trial import own_data, split, yardstick
from tlcourse.trial.budget import Clock
from tlcourse.trial.kept import Kept
from tlcourse.trial.outcome import Outcome
from tlcourse.trial.own_data import Options, OwnData
from tlcourse.trial.refusals import TrialError
from tlcourse.trial.tuning import Tuner

Watch = Callable[
    [Iterable[Any], str, int], Iterable[Any]
]  # (items, what is done, how many), such as `progress`
LEAST_READ = 256  # texts that MiniLM reads, however little time there is
LEAST_SEEDS, LEAST_COUNTS = 3, 2  # that have to fit: seeds, and numbers of labels with each
_READING_ORDER = 20_000  # seed of the order in which texts are read


def run(
    path: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    task: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    budget: float = 5.0,
    seeds: int = budgets.MOST_SEEDS,
    tune: bool = True,
    out: str | Path | None = None,
    seed: int = 0,
    watch: Watch = progress,
) -> Outcome:
    """Try the course's models on a CSV of texts and labels, and write a page about it.

    A run that was killed goes on where it was when it is started again with the same arguments on the same
    contents.

    Args:
        path: of the CSV.
        text, label: the columns, by name or by place counted from 1; None to be told by what is in them.
        task: `"classes"` or `"numbers"`; None to be told by the labels.
        encoding: of the file, as Python names it; None to be told by its bytes.
        header: whether its first line names the columns; None to be told by what is in it.
        budget: minutes. How many texts are read, and with how many seeds, follows from what fits. Loading the
            models alone takes a quarter of a minute or so.
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
    kept = Kept({"file": data.digest, "name": data.name, **chosen})
    every = [seed + k for k in range(seeds)]
    return Trial(data, clock, kept, watch, every, tune).finish(folder, budget)


class Trial:
    """A trial that is under way."""

    def __init__(self, data: OwnData, clock: Clock, kept: Kept, watch: Watch, seeds: list[int], tune: bool):
        self.data, self.clock, self.kept, self.watch = data, clock, kept, watch
        self.seed, self.seeds, self.tune = seeds[0], seeds, tune
        self.untuned = ""  # why nothing was fine-tuned

    def finish(self, folder: Path, budget: float) -> Outcome:
        over = self.kept.decided("finished") is not None
        states = self._read(over)
        counts, seeds, tasks = self._frozen(states)
        if self.tune:
            self._tuned(counts, seeds, tasks, over)
        else:
            self.untuned = "Fine-tuning was left out, as you said."
        self.kept.decide("finished", True)
        cells = [
            cell for cell in self.kept.cells if cell["seed"] in seeds and cell["labels"] in counts
        ]  # of a seed that was begun, not all models are there
        outcome = Outcome(self.data, tasks[seeds[0]], cells, budget, self.seed, self.untuned, self.kept.found)
        outcome.write(folder)
        return outcome

    def _read(self, over: bool) -> np.ndarray | None:
        """MiniLM's states of as many texts as fit; `self.data` is then these texts alone.

        Where all is measured already (`over`), nothing is read.
        """
        data, reader = self.data, yardstick.Reader()
        order = np.random.default_rng(self.seed + _READING_ORDER).permutation(len(data.texts))
        chunks = [order[i : i + yardstick.CHUNK] for i in range(0, len(order), yardstick.CHUNK)]
        planned, found = self.kept.decided("chunks"), []
        todo = [] if over else chunks[:planned]
        for chunk in self.watch(todo, "MiniLM reads", len(todo)) if todo else ():
            late = self.clock.spent > budgets.READING * self.clock.seconds
            if planned is None and late and len(found) * yardstick.CHUNK >= LEAST_READ:
                break
            found.append(reader.states([data.texts[i] for i in chunk]))
        if planned is None:
            planned = self.kept.decide("chunks", len(found))
        rows = np.concatenate(chunks[:planned])
        place = np.argsort(rows, kind="stable")  # as in the file again
        states = None if over else np.concatenate(found)[place]
        if len(rows) < len(order):
            self.data, left = own_data.some_of(
                data,
                rows[place],
                f"MiniLM read {len(rows):,} of {len(order):,} texts, drawn by chance, in its share of the "
                "budget: all models were measured on these. A larger --budget reads more.",
            )
            states = None if over else states[left]
        return states

    def _frozen(self, states: np.ndarray | None) -> tuple[list[int], list[int], dict[int, split.OwnTask]]:
        """Every model but the fine-tuned: the numbers of labels, the seeds, and their splits."""
        begun, share = self.clock.spent, budgets.FROZEN * self.clock.seconds
        seeds = self.seeds
        tasks = split.tasks(self.data, seeds)
        n_train = min(len(task.train_index) for task in tasks.values())
        counts = split.label_counts(n_train, len(self.data.names))
        if states is None:
            return sorted(self.kept.decided("counts")), seeds[: self.kept.decided("seeds")], tasks
        models = yardstick.representations(self.data, states)
        planned, decided = self.kept.decided("seeds"), self.kept.decided("counts")
        counts = decided or split.most_telling_first(counts)
        done = 0
        for seed in self.watch(seeds[:planned], "linear models", len(seeds[:planned])):
            spent = self.clock.spent - begun
            if planned is None and done and spent * (done + 1) / done > share:
                break
            for place, n in enumerate(counts):
                late = self.clock.spent - begun > share / LEAST_SEEDS
                if decided is None and not done and late and place >= LEAST_COUNTS:
                    counts = counts[:place]  # so that other seeds fit, too
                    break
                self._measure(models, tasks[seed], n, seed)
            if decided is None and not done:
                self.kept.decide("counts", counts)
            done += 1
        if planned is None:
            self.kept.decide("seeds", done)
        return sorted(counts), seeds[:done], tasks

    def _measure(self, models: dict[str, Any], task: split.OwnTask, n: int, seed: int) -> None:
        nothing = yardstick.NOTHING[task.kind]
        if self.kept.cell(nothing, n, seed) is None:
            self.kept.add(yardstick.without_reading(task, n, seed))
        for model, representation in models.items():
            if self.kept.cell(model, n, seed) is None:
                self.kept.add(yardstick.frozen(model, representation, task, n, seed))

    def _tuned(
        self, counts: Sequence[int], seeds: Sequence[int], tasks: dict[int, split.OwnTask], over: bool
    ) -> None:
        if not over:
            for _ in self.watch(self._trainings(counts, seeds, tasks), "fine-tuning", None):
                pass
        if not self._done():
            self.untuned = (
                "Nothing was fine-tuned: on this machine, it does not fit into what was left of the budget. "
                f"--budget {self.kept.decided('enough')} gives it the time."
            )

    def _done(self) -> dict[int, int]:
        """Number of labels → with how many seeds MiniLM was fine-tuned on so many."""
        return Counter(cell["labels"] for cell in self.kept.cells if cell["model"] == yardstick.TUNED)

    def _trainings(
        self, counts: Sequence[int], seeds: Sequence[int], tasks: dict[int, split.OwnTask]
    ) -> Iterator[int]:
        """Fine-tune as often as fits, the most telling first; yield the number of labels after each."""
        tuner, many = Tuner(self.data.texts), min(budgets.TUNED_SEEDS, len(seeds))
        step, test = tuner.seconds(tasks[seeds[0]])

        def cost(n: int) -> float:
            return tuner.steps(n) * step + test

        share = 1 - budgets.READING - budgets.FROZEN - budgets.REPORT
        self.kept.decide("enough", int(np.ceil(many * cost(counts[0]) / share / 60)))
        while (n := budgets.next_labels(counts, self._done(), many, cost, self.clock.left)) is not None:
            seed = seeds[self._done()[n]]
            cell = self.kept.add(tuner.tuned(tasks[seed], n, seed, tuner.steps(n)))
            step = (cell["seconds"] - test) / tuner.steps(n)  # now it is known better
            yield n
        fewer = int((self.clock.left - test) / step)
        if not self._done() and fewer >= budgets.FEWEST_STEPS:  # one training, shorter than it should be
            self.kept.add(tuner.tuned(tasks[seeds[0]], counts[-1], seeds[0], fewer))
            yield counts[-1]
