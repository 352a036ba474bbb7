"""What makes a masked LM learn more from a token? Small BERTs, from random weights, one change at a time.

    python benchmarks/masked_lm_pilot.py --text TEXT --out masked-lm-pilot.json       # hours on two cores
    python benchmarks/masked_lm_pilot.py --text TEXT --tokens 400000 --seeds 1 --out …  # a first look

Two layers of 128 numbers read the same text in the zoo's recipe for BERT: short rows first, 15 % of the
pieces masked, 2,048 places in a batch. Each way changes one thing: how much is masked (Wettig et al. 2023),
how large a batch is, how high the rate gets and how long it rises, whether rows are filled to their end. TEXT
is a folder that `tlcourse text` wrote.

All are measured on the same held-out text with 15 % of its pieces masked, which is less than some have
trained for; and, as what is learned is there to be used, by their frozen states on two tasks. A way is
better than BERT's if the worst of its seeds is better than BERT's best. A run that was stopped goes on with
its file.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import provenance
from arguments import file_to_write, from_one_up

SIZES = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}
BERTS = "BERT's"
TASKS = {"topic": 100, "sentiment": 1000}  # and with how many labels

# What each way changes of the recipe; times the rate, and shares of the tokens for the warm-up.
WAYS: dict[str, dict[str, Any]] = {
    BERTS: {},
    "30 % masked": {"masked": 0.3},
    "40 % masked": {"masked": 0.4},
    "1,024 places": {"batch_tokens": 1024},
    "4,096 places": {"batch_tokens": 4096},
    "rate × 2": {"rate": 2.0},
    "rate × 2, longer warm-up": {"rate": 2.0, "warmup": 0.2},
    "packed rows": {"packed": True},
}


def recipe_of(way: str, sources: tuple[str, ...], tokens: int, seed: int):
    """The zoo's recipe for BERT, in small, with what this way changes."""
    from tlcourse.models.pretrained import zoo
    from tlcourse.train.pretraining import recipes
    from tlcourse.train.pretraining.pretrain import bf16_is_fast

    changes = {"batch_tokens": 2048, "warmup": 0.08, "rate": 1.0, "masked": 0.15} | WAYS[way]
    rate, warmup = changes.pop("rate"), changes.pop("warmup")
    recipe = recipes.recipe_for("bert", sources, tokens, seed, bf16=bf16_is_fast())
    return replace(
        recipe,
        config=replace(zoo.ZOO["bert-mini"], **SIZES),
        growth=tuple((tokens * until // 16, length) for until, length in ((2, 16), (4, 32), (7, 64))),
        learning_rate=1e-3 * rate,
        warmup=round(tokens * warmup),
        log_every=100,
        checkpoint_every=sys.maxsize,
        evaluate_every=sys.maxsize,
        **changes,
    )


def train(way: str, index, tokens: int, seed: int, tasks: dict[str, Any]) -> dict[str, Any]:
    """One training: its held-out losses, the scores of its frozen states, what it read and how fast."""
    from tlcourse.train.pretraining import loop

    recipe = recipe_of(way, index.sources, tokens, seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = loop.run(recipe, index, folder)
        found = {f"held out: {loss}": value for loss, value in result.held_out.items()}
        if tasks:
            found |= scores(result.model, index, Path(folder) / "model", tasks, seed)
    return {
        "way": way,
        "seed": seed,
        "tokens": result.tokens,
        "steps": result.steps,
        "tokens_per_second": round(result.tokens / result.seconds),
        "seconds": round(time.perf_counter() - started, 1),
        **{name: round(value, 5) for name, value in found.items()},
    }


def scores(model, index, folder: Path, tasks: dict[str, Any], seed: int) -> dict[str, float]:
    """Frozen states on the tasks' first tests, read by the linear model that reads the zoo's."""
    from tlcourse.data import tokeniser
    from tlcourse.models.pretrained import encoders as pretrained_encoders
    from tlcourse.models.pretrained import zoo
    from tlcourse.models.pretrained.registry import system_of
    from tlcourse.train.measuring import evaluate
    from tlcourse.train.measuring.representations import States

    zoo.export(model, folder)
    tokeniser.save(index.tokenizer, folder, system_of(model.config).marks.templates)
    states = States(pretrained_encoders.load(folder), keep=False)
    found = {}
    for name, task in tasks.items():
        outcome = evaluate.frozen(states, task, TASKS[name], seed)
        test = next(iter(task.tests))
        found[f"{name}: {test}"] = outcome.scores[test]
    return found


def compared(runs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each way and measure: mean, range, and whether every seed is better, or worse, than each of BERT's."""
    for measure in dict.fromkeys(key for run in runs for key in run if ": " in key):
        by_way = {way: [run[measure] for run in runs if run["way"] == way and measure in run] for way in WAYS}
        berts = by_way[BERTS]
        for way, values in by_way.items():
            if not values:
                continue
            line = {
                "measure": measure,
                "way": way,
                "seeds": len(values),
                "mean": statistics.mean(values),
                "lowest": min(values),
                "highest": max(values),
            }
            if way != BERTS and len(values) > 1 and len(berts) > 1:
                below, above = max(values) < min(berts), min(values) > max(berts)
                lower_is_better = measure.startswith("held out")
                better = below if lower_is_better else above
                worse = above if lower_is_better else below
                line["beside"] = "better" if better else "worse" if worse else "within the spread"
            yield line


def load_tasks(names: list[str]) -> dict[str, Any]:
    from tlcourse.data import tasks

    return {name: tasks.load(name) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--text", type=Path, required=True)
    add("--tokens", type=from_one_up, default=3_000_000)
    add("--seeds", type=from_one_up, default=3)
    add("--only", nargs="+", choices=[*WAYS], default=[*WAYS], metavar="WAY", help=", ".join(WAYS))
    add("--tasks", nargs="*", choices=[*TASKS], default=[*TASKS], help="none: the held-out loss alone")
    add("--out", type=file_to_write, required=True, help="the results, JSON; a run goes on with it")
    options = parser.parse_args()

    from tlcourse.data import text_index

    index = text_index.load(options.text)
    facts = read(options.out, options.tokens, index.fingerprint(), parser.error)
    tasks = load_tasks(options.tasks)
    for seed in range(options.seeds):  # a seed of every way first: what is there early can be compared
        for way in options.only:
            if any((run["way"], run["seed"]) == (way, seed) for run in facts["runs"]):
                continue
            run = train(way, index, options.tokens, seed, tasks)
            facts["runs"].append(run)
            facts["compared"] = [*compared(facts["runs"])]
            write(options.out, facts)
            told = ", ".join(f"{key} {value:.3f}" for key, value in run.items() if ": " in key)
            print(f"seed {seed}, {way}: {told} ({run['seconds']:.0f} s)", flush=True)
    for line in compared(facts["runs"]):
        print(
            f"{line['measure']:28} {line['way']:26} {line['mean']:.3f} "
            f"({line['lowest']:.3f} to {line['highest']:.3f}) {line.get('beside', '')}"
        )


def read(path: Path, tokens: int, text: str, refuse: Callable[[str], None]) -> dict[str, Any]:
    """The file, to go on with; or a new one's beginning."""
    facts = {
        "command": provenance.command(),
        **provenance.machine(),
        "tokens": tokens,
        "text": text,
        "runs": [],
    }
    if not path.exists():
        return facts
    there = json.loads(path.read_text(encoding="utf-8"))
    for key in ("tokens", "text"):
        if there.get(key) != facts[key]:
            refuse(f"argument --out: {path} has {key} {there.get(key)}, not {facts[key]}; give another name")
    return there


def write(path: Path, facts: dict[str, Any]) -> None:
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, path)


if __name__ == "__main__":
    main()
