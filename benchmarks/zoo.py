"""The zoo on real tasks: every model, frozen and fine-tuned, with few and many labels, beside its baselines.

    python benchmarks/zoo.py --out zoo.json                                  # what is packaged; hours
    python benchmarks/zoo.py bert-mini counts --tasks topic --labels 100 --ways frozen --out zoo.json
    python benchmarks/zoo.py --imdb DIR --nltk DIR --text DIR --figure zoo.png --out zoo.json

Models are those of the zoo that are trained (each with its twin of random weights, another one for each
seed), `counts` (TF-IDF; for tagged words their spelling), `glove`, `minilm` and `smollm2`. The baselines stay
frozen, but MiniLM is fine-tuned as well. Each line of the result is a cell: one training, on labels drawn by
its seed. A run that was killed goes on where it was; cells of weights, or of a recipe of fine-tuning, that
have changed since are measured again. With --text, the folder of `tlcourse text`, held-out losses are
compared with a trigram model's.
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import provenance

BASELINES = ("counts", "glove", "minilm", "smollm2")
FROZEN_ONLY = ("counts", "glove", "smollm2")


class Results:
    """The file: read at first, and written whole after each cell."""

    def __init__(self, path: Path):
        self.path = path
        self.facts: dict = {"commands": [], "cells": [], "held_out": {}}
        if path.exists():
            self.facts = json.loads(path.read_text(encoding="utf-8"))
        command = provenance.command()
        if command not in self.facts["commands"]:
            self.facts["commands"].append(command)

    def has(self, key: dict, made_with: dict) -> bool:
        return any((key | made_with).items() <= cell.items() for cell in self.facts["cells"])

    def add(self, key: dict, made_with: dict, found: dict) -> None:
        self.facts["cells"] = [c for c in self.facts["cells"] if not key.items() <= c.items()]
        self.facts["cells"].append({**key, **made_with, **found})
        self.save()

    def save(self) -> None:
        beside = self.path.with_name(f".{self.path.name}.tmp")
        beside.write_text(json.dumps(self.facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(beside, self.path)


def cells(options: argparse.Namespace, names: list[str]) -> Iterator[tuple[str, str, int]]:
    """Model, weights and seed: all that one loading of a model is used for."""
    for name in names:
        for weights in ["trained"] if name in BASELINES else options.weights:
            for seed in range(options.seeds):
                yield name, weights, seed


def measure(options: argparse.Namespace, names: list[str], results: Results) -> None:
    from tlcourse.data import tasks

    loaded = {name: tasks.load(name, options.nltk, options.imdb) for name in options.tasks}
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
        for task in loaded.values():
            for labels in options.labels:
                n = None if labels == "all" else int(labels)
                if n is not None and n >= len(task.train_index):
                    continue
                for way in options.ways:
                    if way == "fine-tuned" and name in FROZEN_ONLY:
                        continue
                    if way == "frozen" and n is None and weights == "trained" and seed:
                        continue  # all labels and the same features: the same result again
                    key = {"model": name, "weights": weights, "way": way, "task": task.name, "labels": labels}
                    key["seed"] = seed
                    made_with = model.made_with(way)
                    if results.has(key, made_with):
                        continue
                    found = model.measure(task, n, way)
                    results.add(key, made_with, found)
                    told = ", ".join(f"{test} {value:.3f}" for test, value in found["scores"].items())
                    print(
                        *key.values(), "·", told, f"({found['chosen']}; {found['seconds']:.0f} s)", flush=True
                    )


@cache
def _bf16() -> bool:
    from tlcourse.train.pretraining import bf16_is_fast

    return bf16_is_fast()


class Model:
    """A model or a baseline by its name, loaded when it is first needed."""

    def __init__(self, name: str, weights: str, seed: int):
        self.name, self.seed = name, seed
        self.random_seed = seed if weights == "random" else None
        self._representation = None

    def encoder(self):
        from tlcourse.models import pretrained_encoders

        return pretrained_encoders.load(self.name, self.random_seed)

    @property
    def representation(self):
        from tlcourse.data import glove
        from tlcourse.train.representations import Averages, Counts, States

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
        the recipe of fine-tuning."""
        weights = "" if self.name in BASELINES else self.representation.weights[:16]
        return {"fingerprint": weights} | ({} if way == "frozen" else {"recipe": asdict(self.recipe)})

    @property
    def recipe(self):
        from tlcourse.train import evaluate

        return replace(evaluate.recipe_of(self.name), bf16=_bf16())

    def measure(self, task, n: int | None, way: str) -> dict:
        from tlcourse.train import evaluate

        if way == "frozen":
            outcome = evaluate.frozen(self.representation, task, n, self.seed)
        else:
            outcome = evaluate.finetuned(self.encoder(), task, n, self.seed, self.recipe)
        found = asdict(outcome)
        found["scores"] = {test: round(value, 5) for test, value in found["scores"].items()}
        return found | {"seconds": round(found["seconds"], 1)}


def compare_with_trigrams(text: Path, names: list[str], results: Results) -> None:
    """Held-out losses of the models, and of a trigram model where it can be asked for the same."""
    from tlcourse.data import text_index
    from tlcourse.models import zoo
    from tlcourse.train import held_out, recipes
    from tlcourse.train.trigram_baseline import Trigrams

    index = text_index.load(text)
    trigrams = Trigrams(index)
    for name in names:
        if name in BASELINES:
            continue
        folder = zoo.checkpoints_dir() / name
        trained = json.loads((folder / "training.json").read_text(encoding="utf-8"))["recipe"]
        model = zoo.load(folder, heads=True)
        lengths = tuple(map(tuple, trained["lengths"]))
        recipe = recipes.Recipe(model.config, 1, batch_tokens=trained["batch_tokens"], lengths=lengths)
        objective = recipes.objective_of(model.config)(model, index)
        results.facts["held_out"][name] = {
            "model": held_out.losses(objective, index, recipe),
            "trigram": trigrams.losses(objective, recipe),
        }
        results.save()
        print(name, results.facts["held_out"][name], flush=True)


def told_gains(facts: dict, labels: str) -> None:
    """A line for each model and test set: pretrained, from random weights, counts."""
    from tlcourse.show import zoo_results

    for row in zoo_results.gains(facts, labels):
        parts = []
        for name in ("trained", "random", "counts"):
            if row[name] is not None:
                beaten = {True: " (beaten)", False: " (not beaten)"}.get(row.get(f"beats {name}"), "")
                parts.append(f"{name} {row[name][0]:.3f} ± {row[name][1]:.3f}{beaten}")
        what = f"{labels} labels · {row['task']}: {row['test']} · {row['model']} {row['way']}"
        print(f"{what} · {', '.join(parts)}")


def main() -> None:
    from tlcourse.data import tasks
    from tlcourse.models import zoo

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="models; all that are there if none")
    parser.add_argument("--tasks", nargs="+", help="all whose data are there if none")
    parser.add_argument("--labels", nargs="+", default=["100", "1000", "all"], help="numbers, or all")
    parser.add_argument(
        "--ways", nargs="+", default=["frozen", "fine-tuned"], choices=["frozen", "fine-tuned"]
    )
    parser.add_argument("--weights", nargs="+", default=["trained", "random"], choices=["trained", "random"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--imdb", type=Path, help="stanfordnlp/imdb of the hub")
    nltk = os.environ.get("NLTK_DATA")
    parser.add_argument("--nltk", type=Path, default=nltk and Path(nltk), help="NLTK's data: NLTK_DATA")
    parser.add_argument("--text", type=Path, help="compare held-out losses on this text")
    parser.add_argument(
        "--figure", type=Path, help="also draw the results: NAME.png gives NAME-100.png and so on"
    )
    parser.add_argument("--out", type=Path, required=True, help="the results, JSON; a run goes on with it")
    options = parser.parse_args()
    there = [name for name in zoo.ZOO if (zoo.checkpoints_dir() / name / "model.safetensors").is_file()]
    names = [n if n in BASELINES else zoo.find(n) for n in options.names] or [
        *BASELINES[:2],
        *there,
        *BASELINES[2:],
    ]
    options.tasks = options.tasks or tasks.available(options.nltk, options.imdb)

    results = Results(options.out)
    results.facts |= provenance.machine()
    results.facts["computed in"] = "bfloat16" if _bf16() else "float32"
    if options.text:
        compare_with_trigrams(options.text, names, results)
    measure(options, names, results)
    results.save()
    for labels in options.labels:
        told_gains(results.facts, labels)
    if options.figure:
        import matplotlib.pyplot as plt

        from tlcourse.show import zoo_scores

        for labels in options.labels:
            name = f"{options.figure.stem}-{labels}{options.figure.suffix}"
            figure = zoo_scores(results.facts, labels)
            figure.savefig(options.figure.with_name(name), dpi=110)
            plt.close(figure)


if __name__ == "__main__":
    main()
