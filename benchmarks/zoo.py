"""The zoo on real tasks: every model, frozen and fine-tuned, with few and many labels, beside its baselines.

    python benchmarks/zoo.py --out zoo.json                                  # what is packaged; hours
    python benchmarks/zoo.py bert-mini counts --tasks topic --labels 100 --ways frozen --out zoo.json
    python benchmarks/zoo.py --imdb DIR --nltk DIR --text DIR --figure zoo.png --out zoo.json

Models are those of the zoo that are trained (each with its twin of random weights, another one for each
seed), `counts` (TF-IDF; for tagged words their spelling), `glove`, `minilm` and `smollm2`. The baselines stay
frozen, but MiniLM is fine-tuned as well. Each line of the result is a cell: one training, on labels drawn by
its seed (of all labels, it draws what a linear model's reading and strength are chosen on), and the machine
that it was measured on. A run that was killed goes on where it was; cells of weights, or of a recipe of
fine-tuning, that have changed since are measured again. With --text, the folder of `tlcourse text`, held-out
losses are compared with a trigram model's.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache, cached_property
from itertools import product
from pathlib import Path

import provenance
from arguments import file_to_write, from_one_up, whole_number
from results_file import ResultsFile

BASELINES = ("counts", "glove", "minilm", "smollm2")
FROZEN_ONLY = ("counts", "glove", "smollm2")
ASSETS = {"glove": "glove-6b-50d", "minilm": "minilm", "smollm2": "smollm2"}


class Results(ResultsFile):
    """The file: a cell for each training, written after each."""

    def __init__(self, path: Path):
        super().__init__(path, {"commands": [], "cells": [], "held_out": {}})
        command = provenance.command()
        if command not in self.facts["commands"]:
            self.facts["commands"].append(command)

    @cached_property
    def machine(self) -> str:
        facts = provenance.machine()
        return f"{facts['machine']}, torch {facts['torch']}, {'bfloat16' if _bf16() else 'float32'}"

    def has(self, key: dict, made_with: dict) -> bool:
        return any((key | made_with).items() <= cell.items() for cell in self.facts["cells"])

    def add(self, key: dict, made_with: dict, found: dict) -> None:
        # The machine here and not once for the file: a run goes on where another machine has begun.
        cell = {**key, **made_with, **found, "machine": self.machine}
        cells = self.facts["cells"]
        # In the place of the one that it replaces, as tables have their columns in the order of the cells.
        old = next((i for i, c in enumerate(cells) if key.items() <= c.items()), len(cells))
        cells[old : old + 1] = [cell]
        self.save()


def cells(options: argparse.Namespace, names: list[str]) -> Iterator[tuple[str, str, int]]:
    """Model, weights and seed: all that one loading of a model is used for."""
    for name in names:
        for weights in ["trained"] if name in BASELINES else options.weights:
            for seed in range(options.seeds):
                yield name, weights, seed


def load_tasks(options: argparse.Namespace) -> dict:
    """The tasks by name. Raises ValueError or FileNotFoundError for one whose data are not there."""
    from tlcourse.data import tasks

    there = tasks.available(options.nltk, options.imdb)
    for name in options.tasks or []:
        if name not in there:
            tasks.load(name, options.nltk, options.imdb)  # says why not, before the others are read
    return {name: tasks.load(name, options.nltk, options.imdb) for name in options.tasks or there}


def look_for_assets(names: list[str]) -> None:
    """Raises AssetMissing for a baseline that is not fetched: its turn may come after hours."""
    from tlcourse import assets

    for name in names:
        if name in ASSETS:
            assets.path(ASSETS[name])


def measure(options: argparse.Namespace, names: list[str], loaded: dict, results: Results) -> None:
    results.facts["tasks"] = results.facts.get("tasks", {}) | {
        name: {
            "metrics": task.metrics,
            "to learn from": len(task.train_index),
            "to test on": {test: len(rows) for test, rows in task.tests.items()},
            "classes": list(task.names),
        }
        for name, task in loaded.items()
    }
    for name, weights, seed in cells(options, names):
        model = Model(name, weights, seed)
        for task, labels, way in product(loaded.values(), options.labels, options.ways):
            n = None if labels == "all" else int(labels)
            too_many = n is not None and n >= len(task.train_index)
            if too_many or (way == "fine-tuned" and name in FROZEN_ONLY):
                continue
            key = {"model": name, "weights": weights, "way": way, "task": task.name, "labels": labels}
            key["seed"] = seed
            made_with = model.made_with(way)
            if results.has(key, made_with):
                continue
            found = model.measure(task, n, way)
            results.add(key, made_with, found)
            told = ", ".join(f"{test} {value:.3f}" for test, value in found["scores"].items())
            print(*key.values(), "·", told, f"({found['chosen']}; {found['seconds']:.0f} s)", flush=True)


@cache
def _bf16() -> bool:
    from tlcourse.train.pretraining.pretrain import bf16_is_fast

    return bf16_is_fast()


class Model:
    """A model or a baseline by its name, loaded when it is first needed."""

    def __init__(self, name: str, weights: str, seed: int):
        self.name, self.seed = name, seed
        self.random_seed = seed if weights == "random" else None
        self._representation = None

    def encoder(self):
        from tlcourse.models.pretrained import encoders as pretrained_encoders

        return pretrained_encoders.load(self.name, self.random_seed)

    @property
    def representation(self):
        from tlcourse.data import glove
        from tlcourse.train.measuring.representations import Averages, Counts, States

        if self._representation is None:
            if self.name == "counts":
                self._representation = Counts()
            elif self.name == "glove":
                self._representation = Averages(glove.load())
            else:
                self._representation = States(self.encoder(), keep=self.random_seed is None, bf16=_bf16())
        return self._representation

    def made_with(self, way: str) -> dict:
        """What a cell is measured again for when it changes: the weights, of which baselines have none, and
        the recipe of fine-tuning. Not what it is computed in, which is the machine's."""
        weights = "" if self.name in BASELINES else self.representation.weights[:16]
        if way == "frozen":
            return {"fingerprint": weights}
        return {
            "fingerprint": weights,
            # `lowest` came after the first cells: empty, it changes nothing
            "recipe": {k: v for k, v in asdict(self.recipe).items() if k != "bf16" and v != ""},
        }

    @property
    def recipe(self):
        from tlcourse.train.measuring import evaluate

        return replace(evaluate.recipe_of(self.name), bf16=_bf16())

    def measure(self, task, n: int | None, way: str) -> dict:
        from tlcourse.train.measuring import evaluate

        if way == "frozen":
            outcome = evaluate.frozen(self.representation, task, n, self.seed)
        else:
            outcome = evaluate.finetuned(self.encoder(), task, n, self.seed, self.recipe)
        found = {key: value for key, value in asdict(outcome).items() if key != "predicted"}  # of each text
        found["scores"] = {test: round(value, 5) for test, value in found["scores"].items()}
        return found | {"seconds": round(found["seconds"], 1)}


def compare_with_trigrams(index, names: list[str], results: Results) -> None:
    from tlcourse.models.pretrained import zoo
    from tlcourse.train.pretraining.trigram_baseline import Trigrams

    trigrams = Trigrams(index)
    for name in names:
        if name not in BASELINES:
            results.facts["held_out"][name] = trigrams.beside(zoo.checkpoints_dir() / name)
            results.save()
            print(name, results.facts["held_out"][name], flush=True)


def trained_and_baselines() -> list[str]:
    from tlcourse.models.pretrained import zoo

    there = [name for name in zoo.ZOO if (zoo.checkpoints_dir() / name / zoo.WEIGHTS).is_file()]
    return [*BASELINES[:2], *there, *BASELINES[2:]]


def model_name(value: str) -> str:
    from tlcourse.models.pretrained import zoo

    if value in BASELINES:
        return value
    try:
        return zoo.folder_of(zoo.find(value)).name
    except FileNotFoundError as error:  # says how to train it
        raise argparse.ArgumentTypeError(str(error)) from None
    except ValueError:
        there = f"a model of the zoo ({', '.join(zoo.ZOO)}) or a baseline ({', '.join(BASELINES)})"
        raise argparse.ArgumentTypeError(f"{value!r}: expected {there}") from None


def number_of_labels(value: str) -> str:
    # Of fewer, fine-tuning has nothing to learn from, and folds have classes without an example.
    return value if value == "all" else str(whole_number(value, 10, "a whole number from 10 up, or all"))


def figure_to_write(value: str) -> Path:
    from matplotlib.backend_bases import FigureCanvasBase

    path, kinds = file_to_write(value), FigureCanvasBase.get_supported_filetypes()
    if path.suffix[1:].lower() not in kinds:
        raise argparse.ArgumentTypeError(f"{value!r}: expected a name that ends in .{', .'.join(kinds)}")
    return path


def main() -> None:
    from tlcourse.data import text_index
    from tlcourse.show import zoo_results

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", type=model_name, help="models; all that are there if none")
    add("--tasks", nargs="+", help="all whose data are there if none")
    some = ["100", "1000", "all"]
    add("--labels", nargs="+", default=some, type=number_of_labels, help="numbers, or all")
    add("--ways", nargs="+", default=["frozen", "fine-tuned"], choices=["frozen", "fine-tuned"])
    add("--weights", nargs="+", default=["trained", "random"], choices=["trained", "random"])
    add("--seeds", type=from_one_up, default=3)
    add("--imdb", type=Path, help="stanfordnlp/imdb of the hub")
    nltk = os.environ.get("NLTK_DATA")
    add("--nltk", type=Path, default=nltk and Path(nltk), help="NLTK's data: NLTK_DATA")
    add("--text", type=Path, help="compare held-out losses on this text")
    told = "also draw the results: NAME.png gives NAME-100.png and so on"
    add("--figure", type=figure_to_write, help=told)
    add("--out", type=file_to_write, required=True, help="the results, JSON; a run goes on with it")
    options = parser.parse_args()
    try:
        names = options.names or trained_and_baselines()
        results = Results(options.out)
        look_for_assets(names)
        index = text_index.load(options.text) if options.text else None
        loaded = load_tasks(options)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    if options.text:
        compare_with_trigrams(index, names, results)
    measure(options, names, loaded, results)
    results.save()
    for labels in options.labels:
        for line in zoo_results.gain_lines(results.facts, labels):
            print(line)
    if options.figure:
        import matplotlib.pyplot as plt

        for labels in options.labels:
            name = f"{options.figure.stem}-{labels}{options.figure.suffix}"
            figure = zoo_results.zoo_scores(results.facts, labels)
            figure.savefig(options.figure.with_name(name), dpi=110)
            plt.close(figure)


if __name__ == "__main__":
    main()
