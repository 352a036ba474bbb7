"""What the course's leaderboard lacks: results of lesson The state of the art, and after.

    python benchmarks/leaderboard.py scores --nltk nltk_data     # a quarter of an hour on one core
    python benchmarks/leaderboard.py speed memory facts          # some minutes

`scores`: the cells that `benchmarks/zoo.py` has not measured, by the same yardstick
(`tlcourse.train.measuring.evaluate.frozen`): the kinds of TREC's questions for every system, and film
reviews and names for DistilBERT. Each text is read once, however many seeds draw it.

`speed`: milliseconds of one core for a text, from the string to the label: the same 64 film snippets one by
one and 32 together, all systems in turn, round after round. What the processor spends on this program is
counted, so that others that run meanwhile disturb little; each round has its own record.

`memory`: in a process of its own for each system, with all libraries imported before: bytes that it grows by
until the model is there, and at most from then on, while 32 texts are read. What loading takes for a moment
is not counted. Linux only.

`facts`: parameters, and tokens read where the training was ours.

Results are written one by one; a run that was killed goes on with the first that is not there.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.data import glove, rated_sentences, tasks, trec_questions
from tlcourse.data.tasks import CLASSES, TAGS, Task
from tlcourse.models.pretrained import encoders, how_trained, zoo
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.train.measuring import evaluate
from tlcourse.train.measuring.baselines import average_vectors
from tlcourse.train.measuring.representations import Averages, Counts, Readings, Representation, States

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "state_of_the_art_and_after"
SEEDS, LABELS = (0, 1, 2), (100, 1000)
SYSTEMS = ("counts", "glove", *zoo.ZOO, "minilm", "distilbert", "smollm2")
ROUNDS, TEXTS, TOGETHER = 3, 64, 32


class ReadOnce(Representation):
    """Another representation, each item read once: seeds that draw the same text share its states."""

    def __init__(self, inner: Representation):
        self.inner, self.strengths = inner, inner.strengths
        self.rows: dict[int, Readings] = {}

    def read(self, task: Task, items: Sequence[int]) -> None:
        """Read those of `items` that are not there yet, all at once."""
        new = np.array([i for i in dict.fromkeys(map(int, items)) if i not in self.rows], dtype=np.int64)
        if not len(new):
            return
        sizes = [len(task.targets[i]) if task.kind == TAGS else 1 for i in new]
        cuts = np.cumsum(sizes)[:-1]
        found = {name: np.split(x, cuts) for name, x in self.inner.readings(task, new).items()}
        for place, item in enumerate(new.tolist()):
            self.rows[item] = {name: parts[place] for name, parts in found.items()}

    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        self.read(task, rows)
        names = self.rows[int(rows[0])]
        return {name: np.concatenate([self.rows[int(i)][name] for i in rows]) for name in names}


def questions() -> Task:
    """TREC-6 as a task of the suite."""
    data = trec_questions.load()
    tests, metrics = {"trec": data.test_index}, {"trec": "accuracy"}
    return Task("questions", CLASSES, data.texts, data.label, data.names, data.train_index, tests, metrics)


def of_films() -> Task:
    """Film reviews without the tests on other kinds of text, which DistilBERT would read for minutes."""
    task = tasks.load("sentiment")
    return replace(task, tests={"movie": task.tests["movie"]}, metrics={"movie": task.metrics["movie"]})


def representation(name: str) -> Representation:
    if name == "counts":
        return Counts()
    if name == "glove":
        return Averages(glove.load())
    return ReadOnce(States(encoders.load(name), keep=False))


def scores(names: Sequence[str]) -> None:
    results = RecordsFile(HERE / "cells.json")
    wanted = [(name, questions, LABELS) for name in names]
    if "distilbert" in names:
        wanted += [("distilbert", of_films, LABELS), ("distilbert", lambda: tasks.load("entities"), (100,))]
    for name, load, sizes in wanted:
        task = load()
        test = next(iter(task.tests))
        key = {"system": name, "task": task.name, "test": test, "metric": task.metrics[test]}
        left = [(n, seed) for n in sizes for seed in SEEDS if not results.has(**key, labels=n, seed=seed)]
        if not left:
            continue
        read, started = representation(name), time.perf_counter()
        if isinstance(read, ReadOnce):
            read.read(task, np.concatenate([*(task.draw(n, seed) for n, seed in left), task.tests[test]]))
        print(name, task.name, f"read in {time.perf_counter() - started:.0f} s", flush=True)
        for n, seed in left:
            found = evaluate.frozen(read, task, n, seed)
            results.add(**key, labels=n, seed=seed, chosen=found.chosen, score=found.scores[test])
            print(name, task.name, n, seed, found, flush=True)


def snippets() -> tuple[list[str], list[str], np.ndarray]:
    """Texts to be timed on, and others with labels to fit a linear model to."""
    films = rated_sentences.load("movie")
    timed = [films.texts[i] for i in films.test_index[:TEXTS]]
    fitted = films.train_index[:TEXTS]
    return timed, [films.texts[i] for i in fitted], films.label[fitted]


def _mean_of_top(encoder: TextEncoder) -> Callable[[Sequence[str]], np.ndarray]:
    @torch.inference_mode()
    def vectors(texts: Sequence[str]) -> np.ndarray:
        batch = encoder.batch([parts[0] for parts in encoder.parts(texts)])
        mask = batch["attention_mask"].unsqueeze(-1).float()
        return ((encoder(batch)[-1].float() * mask).sum(1) / mask.sum(1)).numpy()

    return vectors


def classifier(name: str) -> Callable[[Sequence[str]], np.ndarray]:
    """From strings to labels: the system with a linear model on top, fitted to a few texts."""
    _, texts, labels = snippets()
    if name == "counts":
        return (
            make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression()).fit(texts, labels).predict
        )
    if name == "glove":
        words = glove.load()

        def vectors(some: Sequence[str]) -> np.ndarray:
            return average_vectors(some, words)
    else:
        vectors = _mean_of_top(encoders.load(name).eval())
    linear = make_pipeline(StandardScaler(), LogisticRegression()).fit(vectors(texts), labels)
    return lambda some: linear.predict(vectors(some))


def speed(names: Sequence[str]) -> None:
    results, (texts, *_) = RecordsFile(HERE / "speed.json"), snippets()
    ready = {name: classifier(name) for name in names}
    for number in range(ROUNDS):
        for name, classify in ready.items():
            for batch in (1, TOGETHER):
                if results.has(system=name, batch=batch, seed=number):
                    continue
                classify(texts[:batch])  # what is done once is not timed
                started = time.process_time()
                for first in range(0, len(texts), batch):
                    classify(texts[first : first + batch])
                took = 1000 * (time.process_time() - started) / len(texts)
                results.add(system=name, batch=batch, texts=len(texts), seed=number, score=took)
        print(
            number,
            {
                name: round(one["score"], 2)
                for one in results.facts["records"][-2:]
                for name in [one["system"]]
            },
        )


def resident() -> int:
    """Bytes of this process that lie in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def grown(name: str) -> dict[str, int]:
    """What this process grows by: when the model is there, and at most while 32 texts are read."""
    import transformers  # noqa: F401  (so that libraries are there before)
    from transformers import LlamaModel  # noqa: F401

    texts, *_ = snippets()
    gc.collect()
    before = resident()
    classify = classifier(name)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget what loading took for a moment
    loaded = resident() - before
    classify(texts[:TOGETHER])
    status = Path("/proc/self/status").read_text(encoding="ascii")
    most = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return {"loaded": loaded, "most": most - before}


def memory(names: Sequence[str]) -> None:
    results = RecordsFile(HERE / "memory.json")
    for name in names:
        if results.has(system=name, when="most", seed=0):
            continue
        command = [sys.executable, __file__, "memory", "--one", name]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for when, size in json.loads(said.splitlines()[-1]).items():
            results.add(system=name, when=when, batch=TOGETHER, seed=0, score=size)
        print(name, said.strip(), flush=True)


def facts(names: Sequence[str]) -> None:
    results = RecordsFile(HERE / "facts.json")
    for name in names:
        found = {"parameters": parameters(name)}
        if name in zoo.ZOO:
            found["tokens"] = how_trained.pieces_read(name)
        for fact, value in found.items():
            results.add(system=name, fact=fact, seed=0, score=value)
        print(name, found)


def parameters(name: str) -> int:
    """Pretrained numbers, those of word or piece vectors included; none in counts."""
    if name == "counts":
        return 0
    if name == "glove":
        return glove.load().matrix.size
    return sum(p.numel() for p in encoders.load(name).parameters())


PARTS = {"scores": scores, "speed": speed, "memory": memory, "facts": facts}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    parser.add_argument("--nltk", type=Path, help="NLTK's data, if NLTK_DATA does not say it")
    parser.add_argument("--one", choices=SYSTEMS, help=argparse.SUPPRESS)  # a process of its own
    options = parser.parse_args()
    if options.nltk:
        os.environ["NLTK_DATA"] = str(options.nltk)
    torch.set_num_threads(1)
    if options.one:
        print(json.dumps(grown(options.one)))
        return
    for part in options.parts:
        PARTS[part](options.systems)


if __name__ == "__main__":
    main()
