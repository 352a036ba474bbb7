"""A trial that is under way: what is done when, and what is taken from a run that was killed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tlcourse.trial import budget as budgets
from tlcourse.trial import own_data, split, yardstick
from tlcourse.trial.budget import Clock
from tlcourse.trial.kept import Kept
from tlcourse.trial.outcome import Outcome
from tlcourse.trial.own_data import OwnData
from tlcourse.trial.tuning import Tuner

# (items, what is done, how many or None) → the items, such as `show.progress`
Watch = Callable[[Iterable[Any], str, int | None], Iterable[Any]]
LEAST_READ = 128  # texts that MiniLM reads, however little time there is
LEAST_SEEDS, LEAST_COUNTS = 3, 2  # that have to fit: seeds, and numbers of labels with each
_READING_ORDER = 20_000  # seed of the order in which texts are read


class Trial:
    """Measures one model after the other, and keeps each result.

    Args:
        data: the texts.
        clock: of the budget.
        kept: what was found before, and where new results go.
        watch: shows how far a step is.
        seeds: of splits and labels, at most.
        tune: fine-tune, too.
    """

    def __init__(self, data: OwnData, clock: Clock, kept: Kept, watch: Watch, seeds: list[int], tune: bool):
        self.data, self.clock, self.kept, self.watch = data, clock, kept, watch
        self.seed, self.seeds, self.tune = seeds[0], seeds, tune

    def finish(self, folder: Path, budget: float) -> Outcome:
        over = self.kept.decided("finished") is not None
        states = self._read(over)
        counts, seeds, tasks = self._frozen(states)
        if self.tune and not over:
            self._tuned(counts, seeds, tasks)
        self.kept.decide("finished", True)
        # Of a seed that was begun and then did not fit, not all models are there.
        cells = [cell for cell in self.kept.cells if cell["seed"] in seeds and cell["labels"] in counts]
        untuned = self.kept.decided("untuned") if self.tune else "Fine-tuning was left out, as you said."
        outcome = Outcome(self.data, tasks[seeds[0]], cells, budget, self.seed, untuned, self.kept.found)
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

    def _tuned(self, counts: Sequence[int], seeds: Sequence[int], tasks: dict[int, split.OwnTask]) -> None:
        """Fine-tune as often as fits, and keep the reason if that is never."""
        why = ""
        try:
            for _ in self.watch(self._trainings(counts, seeds, tasks), "fine-tuning", None):
                pass
        except FloatingPointError as error:
            why = f"Fine-tuning was given up: {error}"
        if not why and not self._done():
            why = (
                "Nothing was fine-tuned: on this machine, it does not fit into what was left of the budget. "
                f"--budget {self.kept.decided('enough') or self._twice} gives it the time."
            )
        self.kept.decide("untuned", why)

    @property
    def _twice(self) -> int:
        """Minutes: twice the budget, where there was no time to find out how much is enough."""
        return int(np.ceil(2 * self.clock.seconds / 60))

    def _done(self) -> dict[int, int]:
        """Number of labels → with how many seeds MiniLM was fine-tuned on so many."""
        return Counter(cell["labels"] for cell in self.kept.cells if cell["model"] == yardstick.TUNED)

    def _trainings(
        self, counts: Sequence[int], seeds: Sequence[int], tasks: dict[int, split.OwnTask]
    ) -> Iterator[int]:
        """Fine-tune as often as fits, the most telling first; yield the number of labels after each."""
        if self.clock.left < budgets.WORTH_TIMING * self.clock.seconds:
            return
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
