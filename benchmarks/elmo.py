"""What each of elmo-mini's layers is good for, and how many labels it saves: the results of lesson ELMo.

    export TLCOURSE_FILES=gold NLTK_DATA=nltk_data
    python benchmarks/elmo.py "parts of speech" sentiment senses labels

A linear probe on one layer, on the mean of all, and on a mix that it learns, for `parts of speech` (gold:
English Web Treebank), `sentiment` (film reviews), `names` (CoNLL-2003) and the `senses` of four words
(Senseval). `labels`: the mix with 10 to 1,000 sentences, beside its random twin, GloVe with its neighbours,
and counts of spelling. How strongly a probe is held back is chosen on a fifth of the training labels
(`tlcourse.probe.layer_mix`). Results are written one by one; a run that was killed goes on.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile

from tlcourse.data import glove, senseval, tasks, universal_dependencies
from tlcourse.data.tagged_sentences import numbered
from tlcourse.data.tasks import TAGS, Task
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.text_encoders import TextEncoder, WordEncoder
from tlcourse.probe import layer_mix, word_uses
from tlcourse.probe.layer_by_layer import FREE, LAYERS, READINGS, ByLayer, reader
from tlcourse.train.measuring import evaluate
from tlcourse.train.measuring.representations import Averages, Counts

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "elmo"
SEEDS, MOST = (0, 1, 2), 1000
TASKS = ("parts of speech", "sentiment", "names")
LABELS = (10, 30, 100, 300, 1000)


def parts_of_speech() -> Task:
    """Gold: the English Web Treebank."""
    bank = universal_dependencies.load()
    tags, names = numbered(tree.tags for tree in bank.trees)
    rows = np.random.default_rng(0).permutation(bank.test_index)[:MOST]
    words = [list(tree.words) for tree in bank.trees]
    return Task(
        "parts of speech", TAGS, words, tags, names, bank.train_index, {"ewt": rows}, {"ewt": "accuracy"}
    )


def load_task(name: str) -> Task:
    if name == "parts of speech":
        return parts_of_speech()
    return tasks.load({"names": "conll2003"}.get(name, name))


def windows(task: Task, rows: np.ndarray) -> np.ndarray:
    """GloVe of a word and its two neighbours, as one layer."""
    return Averages(glove.load()).readings(task, rows)["word and neighbours"][:, None]


def trained() -> TextEncoder:
    return WordEncoder(zoo.load("elmo-mini"))


def twin(seed: int) -> TextEncoder:
    torch.manual_seed(seed)
    network = zoo.encoder_of(zoo.build(zoo.ZOO["elmo-mini"]))
    return WordEncoder(network.eval())


def keep(results: RecordsFile, mixes: RecordsFile, key: dict, score: float, probe) -> None:
    results.add(**key, score=score)
    if key["reading"] == "mix":
        for layer, share in zip(LAYERS, probe.shares, strict=True):
            mixes.add(**{k: v for k, v in key.items() if k != "reading"}, layer=layer, score=float(share))


def layers(name: str, results: RecordsFile, mixes: RecordsFile) -> None:
    """Each reading of a task with a thousand labels; of the random twin, the mix alone."""
    prepared = {}
    wanted = [("elmo-mini", reading) for reading in READINGS] + [("random twin", "mix")]
    for model, reading in wanted:
        for seed in SEEDS:
            key = {"model": model, "task": name, "reading": reading, "labels": MOST, "seed": seed}
            if results.has(**key):
                continue
            if model not in prepared:
                encoder = trained() if model == "elmo-mini" else twin(0)
                prepared[model] = ByLayer(load_task(name), reader(encoder), SEEDS, MOST)
            score, probe = prepared[model].measure(READINGS[reading], MOST, seed, free=reading == "mix")
            keep(results, mixes, key, score, probe)
            print(key, round(score, 4), probe.shares.round(2), flush=True)


def senses(results: RecordsFile, mixes: RecordsFile) -> None:
    """Each word by itself, with 300 uses to learn from; of the random twin, the mix alone.

    What the commonest sense alone gets, too.
    """
    for model, readings in (("elmo-mini", [*READINGS]), ("random twin", ["mix"])):
        encoder = trained() if model == "elmo-mini" else twin(0)
        for word in senseval.WORDS:
            if all(results.has(model=model, word=word, reading="mix", seed=seed) for seed in SEEDS):
                continue
            data = senseval.load(word)
            index = np.random.default_rng(0).permutation(data.test_index)[:500]
            x_test = states_of(encoder, data, index)
            for seed in SEEDS:
                train = np.random.default_rng(seed).permutation(data.train_index)[:300]
                x, y = states_of(encoder, data, train), data.sense[train]
                key = {"task": "senses", "word": word, "labels": 300, "seed": seed}
                if model == "elmo-mini":
                    often = (data.sense[index] == np.bincount(y).argmax()).mean()
                    results.add(model="commonest sense", reading="none", **key, score=often)
                for reading in readings:
                    places, free = READINGS[reading], reading == "mix"
                    probe = layer_mix.fit(x[:, places], y, len(data.names), seed, free=free, penalty=FREE)
                    score = (probe.predict(x_test[:, places]) == data.sense[index]).mean()
                    keep(results, mixes, {"model": model, "reading": reading, **key}, score, probe)


def states_of(encoder: TextEncoder, data: senseval.Senses, index: np.ndarray) -> np.ndarray:
    """The states of the word in question in each use, (N, L, H)."""
    words, places = [data.words[i] for i in index], data.position[index].tolist()
    return word_uses.layer_states(encoder, words, places)


def labels(results: RecordsFile) -> None:
    for name in ("parts of speech",):
        task = load_task(name)
        readers = {
            "elmo-mini": reader(trained()),
            "random twin": reader(twin(0)),
            "GloVe": windows,
        }
        for model, read in readers.items():
            prepared = None
            for n in LABELS:
                for seed in SEEDS:
                    key = {"model": model, "task": name, "labels": n, "seed": seed}
                    if results.has(**key):
                        continue
                    prepared = prepared or ByLayer(task, read, SEEDS, MOST)
                    places = [0] if model == "GloVe" else [0, 1, 2]
                    score, _ = prepared.measure(places, n, seed)
                    results.add(**key, score=score)
                    print(key, round(score, 4), flush=True)
        for n in LABELS:
            for seed in SEEDS:
                key = {"model": "counts", "task": name, "labels": n, "seed": seed}
                if not results.has(**key):
                    cut = Task(**{**vars(task), "tests": {k: v[:MOST] for k, v in task.tests.items()}})
                    score = next(iter(evaluate.frozen(Counts(), cut, n, seed).scores.values()))
                    results.add(**key, score=score)
                    print(key, round(score, 4), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", nargs="+", choices=(*TASKS, "senses", "labels"))
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    for what in parser.parse_args().what:
        file = what.replace(" ", "_")
        if what == "labels":
            labels(RecordsFile(HERE / "labels.json"))
            continue
        both = RecordsFile(HERE / f"{file}.json"), RecordsFile(HERE / f"mixes_of_{file}.json")
        if what == "senses":
            senses(*both)
        else:
            layers(what, *both)


if __name__ == "__main__":
    main()
