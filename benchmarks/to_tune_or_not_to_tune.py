"""Frozen or fine-tuned, on CoNLL-2003 and elsewhere: the results of lesson To tune or not to tune.

    export TLCOURSE_FILES=gold
    python benchmarks/to_tune_or_not_to_tune.py rates             # which rate to tune DistilBERT with
    python benchmarks/to_tune_or_not_to_tune.py tuned             # all of CoNLL-2003's training sentences

Nothing is chosen on a test set, nor on the validation part: a rate is chosen on training sentences. Results
are written one by one; a run that was killed goes on, and weights that were trained are kept in --keep.
"""

import argparse
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.data import conll2003, glove, tasks, wikigold
from tlcourse.data.tasks import TAGS, Task
from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.checkpoints import load_into, save_tensors
from tlcourse.models.vectors.averaged_vectors import AveragedVectors, start_vectors
from tlcourse.train.finetuning import averaged_vectors, read_once
from tlcourse.train.finetuning.heads import READINGS, Head
from tlcourse.train.finetuning.texts import TextModel, TextRecipe, finetune
from tlcourse.train.measuring import evaluate, scores
from tlcourse.train.measuring.representations import States, parts_of

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "to_tune_or_not_to_tune"
SEEDS = (0, 1, 2)
RATES = (5e-5, 1e-4, 2e-4)
ALL = TextRecipe(learning_rate=1e-4, epochs=1, min_steps=1, batch_size=32)
FEW = TextRecipe(learning_rate=1e-4, epochs=2, min_steps=1, batch_size=16)
TASKS = ["sentiment", "conll2003", "similarity", "headline"]
WAYS = ["frozen, light", "frozen, heavy", "tuned, light", "tuned, heavy"]
TESTED = 500
ON_STATES = TextRecipe(learning_rate=3e-3, epochs=10, min_steps=200)
LSTM = 256  # units each way of the heavy head on CoNLL-2003
# Of a frozen head, by its name and by whether it has all labels.
FROZEN = {
    ("linear", False): TextRecipe(learning_rate=3e-3, epochs=10, min_steps=300, batch_size=16),
    ("linear", True): TextRecipe(learning_rate=2e-3, epochs=2, batch_size=32),
    ("BiLSTM", False): TextRecipe(learning_rate=3e-3, epochs=10, min_steps=200, batch_size=16, dropout=0.3),
    ("BiLSTM", True): TextRecipe(learning_rate=2e-3, epochs=2, batch_size=32, dropout=0.3),
}


def conll() -> Task:
    """All of it, with what WikiGold tests on behind it: the kinds of names are the same."""
    news, wiki = conll2003.load(), wikigold.load()
    number = {name: i for i, name in enumerate(news.names)}
    other = [np.array([number[wiki.names[tag]] for tag in tags]) for tags in wiki.tags]
    some = np.random.default_rng(0).permutation(news.test_index)[: tasks.MOST_TESTED]
    tests = {
        "test": news.test_index,
        "some of test": np.sort(some),
        "valid": news.valid_index,
        "wikigold": len(news.words) + wiki.test_index,
    }
    return Task(
        "conll2003",
        TAGS,
        news.words + wiki.words,
        news.tags + other,
        news.names,
        news.train_index,
        tests,
        dict.fromkeys(tests, "F1"),
    )


def rates() -> None:
    """640 training sentences to learn from, 320 others to be asked about."""
    task = conll()
    order = np.random.default_rng(9).permutation(task.train_index)
    train, asked = order[:640], order[640:960]
    task = replace(task, train_index=train, tests={"asked": asked}, metrics={"asked": "F1"})
    results = RecordsFile(HERE / "rates.json")
    for rate in RATES:
        key = {"model": "distilbert", "rate": rate, "labels": len(train), "seed": 9}
        if not results.has(**key):
            recipe = replace(ALL, learning_rate=rate, epochs=2, batch_size=16)
            encoder = encoders.load("distilbert")
            targets = [task.targets[i] for i in train]
            started = time.process_time()
            model = finetune(
                encoder, parts_of(encoder, task, train), targets, TAGS, len(task.names), recipe, 9, print
            )
            score = scores.score(task, "asked", model.predict(parts_of(encoder, task, asked)))
            results.add(**key, score=score)
            print(key, round(score, 4), f"{time.process_time() - started:.0f} s", flush=True)


def tuned(name: str, keep: Path, n: int | None, tests: list[str]) -> None:
    """A model, all of it trained, on `n` training sentences or on all."""
    task, results = conll(), RecordsFile(HERE / "tuned.json")
    seconds = RecordsFile(HERE / "tuned_seconds.json")
    task = replace(task, tests={test: task.tests[test] for test in tests})
    recipe = ALL if n is None else FEW
    if name != "distilbert":
        recipe = replace(recipe, learning_rate=evaluate.recipe_of(name).learning_rate)
    for seed in SEEDS:
        key = {"model": name, "way": "fine-tuned", "reading": "last", "head": "linear"}
        key |= {"labels": n or "all", "seed": seed}
        if all(results.has(**key, test=test) for test in task.tests):
            continue
        encoder, file = encoders.load(name), keep / f"{name}-{n or 'all'}-{seed}.safetensors"
        train = task.draw(n, seed)
        if file.exists():
            model = TextModel(encoder, TAGS, len(task.names), recipe)
            load_into(model, file)
            model.eval()
        else:
            targets = [task.targets[i] for i in train]
            started = time.process_time()
            texts = parts_of(encoder, task, train)
            model = finetune(encoder, texts, targets, TAGS, len(task.names), recipe, seed, print)
            took = time.process_time() - started
            save_tensors(dict(model.named_parameters()), file, torch.float32)
            seconds.add(**key, task="conll2003", score=took)
            print(key, f"trained in {took:.0f} s", flush=True)
        for test, index in task.tests.items():
            if not results.has(**key, test=test):
                score = scores.score(task, test, model.predict(parts_of(encoder, task, index)))
                results.add(**key, test=test, score=score)
                print(key, test, round(score, 4), flush=True)


def frozen_conll(name: str, keep: Path, n: int | None, tests: list[str]) -> None:
    """Each reading of a frozen model under a linear head: `n` training sentences, or all and fewer."""
    task, encoder = conll(), encoders.load(name)
    task = replace(task, tests={test: task.tests[test] for test in tests})
    learned = [task.train_index] if n is None else [task.draw(n, seed) for seed in SEEDS]
    needed = np.unique(np.concatenate([*learned, *task.tests.values()]))
    file = keep / f"{name}-{n or 'all'}-{'-'.join(tests)}.conll2003"
    read = read_once.read(encoder, parts_of(encoder, task, needed), file)
    texts = dict(zip(needed.tolist(), read, strict=True))
    results, seconds = RecordsFile(HERE / "frozen.json"), RecordsFile(HERE / "frozen_seconds.json")
    heads = [("linear", Head(reading)) for reading in READINGS]
    heads.append(("BiLSTM", Head("weighted sum of all", LSTM)))
    for labels in (1000, "all", 100) if n is None else (n,):
        for head_name, head in heads:
            for seed in SEEDS:
                key = {"model": name, "way": "frozen", "reading": head.reading, "head": head_name}
                key |= {"labels": labels, "seed": seed}
                if all(results.has(**key, test=test) for test in task.tests):
                    continue
                train = task.draw(None if labels == "all" else labels, seed)
                started = time.process_time()
                model = finetune(
                    encoder,
                    [texts[i] for i in train.tolist()],
                    [task.targets[i] for i in train],
                    TAGS,
                    len(task.names),
                    FROZEN[head_name, labels == "all"],
                    seed,
                    head=head,
                )
                took = time.process_time() - started
                for test, index in task.tests.items():
                    found = scores.score(task, test, model.predict([texts[i] for i in index.tolist()]))
                    results.add(**key, test=test, score=found)
                seconds.add(**key, task="conll2003", score=took)
                print(key, round(found, 4), f"{took:.0f} s", flush=True)


def grid_task(name: str) -> Task:
    """A task of the grid: 500 items of the same kind of text to test on; of an article its first 40 words."""
    task = tasks.load(name)
    test, index = next(iter(task.tests.items()))
    some = np.random.default_rng(0).permutation(index)[:TESTED]
    second = None if task.second is None else [" ".join(text.split()[:40]) for text in task.second]
    return replace(task, tests={test: np.sort(some)}, metrics={test: task.metrics[test]}, second=second)


def grid(models: list[str], names: list[str], labels: list[int], ways: list[str]) -> None:
    """Frozen or tuned, under a light head or a heavy one."""
    results, seconds = RecordsFile(HERE / "grid.json"), RecordsFile(HERE / "grid_seconds.json")
    for n, task_name, model_name in product(labels, names, models):
        task, kept = grid_task(task_name), {}
        (index,) = task.tests.values()
        for way, seed in product(ways, SEEDS):
            key = {"model": model_name, "task": task_name, "way": way, "labels": n, "seed": seed}
            if results.has(**key):
                continue
            encoder, train = encoders.load(model_name), task.draw(n, seed)
            frozen, heavy = way.startswith("frozen"), way.endswith("heavy")
            reading = "weighted sum of all" if frozen or model_name == "elmo-mini" else "last"
            recipe = ON_STATES if frozen else replace(evaluate.recipe_of(model_name), min_steps=60)
            started = time.process_time()
            texts = parts_of(encoder, task, train)
            if frozen:
                texts = read_once.read(encoder, texts)
            targets = [task.targets[i] for i in train] if task.kind == TAGS else task.target(train)
            head = Head(reading, 128 if heavy else 0)
            model = finetune(
                encoder, texts, targets, task.kind, max(1, len(task.names)), recipe, seed, head=head
            )
            took = time.process_time() - started
            asked = parts_of(encoder, task, index)
            if frozen:
                kept.setdefault("asked", read_once.read(encoder, asked))
                asked = kept["asked"]
            score = scores.score(task, next(iter(task.tests)), model.predict(asked))
            results.add(**key, score=score)
            seconds.add(**key, score=took)
            print(key, round(score, 4), f"{took:.0f} s", flush=True)


def everywhere() -> None:
    """Film reviews with a thousand labels, from system to system: frozen, and all of it trained."""
    results = RecordsFile(HERE / "everywhere.json")
    task = grid_task("sentiment")
    ((test, index),) = task.tests.items()
    systems = ("GloVe", "elmo-mini", "gpt-mini", "bert-mini", "ulmfit-mini", "minilm")
    for system, way, seed in product(systems, ("frozen", "fine-tuned"), SEEDS):
        key = {"system": system, "task": "film reviews", "way": way, "labels": 1000, "seed": seed}
        if results.has(**key):
            continue
        if system == "GloVe":
            score = of_vectors(task, index, way == "frozen", seed)
        elif way == "frozen":
            states = States(encoders.load(system), keep=False)
            score = evaluate.frozen(states, task, 1000, seed).scores[test]
        else:
            recipe = replace(evaluate.recipe_of(system), epochs=2)
            score = evaluate.finetuned(encoders.load(system), task, 1000, seed, recipe).scores[test]
        results.add(**key, score=score)
        print(key, round(score, 4), flush=True)


def of_vectors(task: Task, index: np.ndarray, frozen: bool, seed: int) -> float:
    """Averaged GloVe under a linear layer; the vectors learn too, or not."""
    train = task.draw(1000, seed)
    texts = [task.texts[i] for i in train]
    words, start = start_vectors(texts + [task.texts[i] for i in index], glove.load(), 50, seed)
    model = AveragedVectors(words, start, len(task.names), frozen)
    averaged_vectors.fit(model, texts, task.target(train), seed)
    return averaged_vectors.accuracy(model, [task.texts[i] for i in index], task.target(index))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=("rates", "tuned", "frozen", "grid", "everywhere"))
    parser.add_argument("--models", nargs="+", default=["distilbert"])
    parser.add_argument("--sentences", type=int, help="to fine-tune on; all if not given")
    parser.add_argument("--tests", nargs="+", default=["test", "some of test", "valid", "wikigold"])
    parser.add_argument("--tasks", nargs="+", default=TASKS)
    parser.add_argument("--labels", nargs="+", type=int, default=[100, 1000])
    parser.add_argument("--ways", nargs="+", default=WAYS)
    parser.add_argument("--keep", type=Path, default=Path("kept"), help="where trained weights are kept")
    options = parser.parse_args()
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    options.keep.mkdir(parents=True, exist_ok=True)
    if options.what == "rates":
        rates()
    elif options.what == "tuned":
        for name in options.models:
            tuned(name, options.keep, options.sentences, options.tests)
    elif options.what == "everywhere":
        everywhere()
    elif options.what == "grid":
        grid(options.models, options.tasks, options.labels, options.ways)
    else:
        for name in options.models:
            frozen_conll(name, options.keep, options.sentences, options.tests)


if __name__ == "__main__":
    main()
