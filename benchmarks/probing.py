"""Structural probes and edge probes on gold annotation: the results of lesson Probing for structure.

    export TLCOURSE_FILES=gold
    python benchmarks/probing.py choose       # how long states are to be, and how many rows the map has
    python benchmarks/probing.py structural   # distances: every layer of DistilBERT and MiniLM
    python benchmarks/probing.py baselines    # and what these are compared with

Trees are English-EWT's: sentences of 4 to 40 words of its development part are learnt from, those of its test
part with four words or more are tested on. Nothing is chosen on those. Results are written one by one; a run
that was killed goes on. States are read once and kept in the cache of `tlcourse.assets`.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import plain_probes
import torch
from probing_gold import TASKS, Split, gold, read_task, read_untrained, states_of, untrained_states
from results_file import RecordsFile

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe import control_tasks, edge_probing, structural, tree_baselines, tree_metrics
from tlcourse.probe.edge_probing import CAT, LEX, MIX, TOP
from tlcourse.probe.structural import DepthProbe, DistanceProbe, StructuralProbe

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "probing_for_structure"
SEEDS = (0, 1, 2)
RANK = 128  # of those in `choose.json`, the best for both models on sentences held out from training
EPOCHS = 40  # at most, as in the paper; training stops by itself at 15 to 30
NORMS = (0, 1, 2, 4, 8)  # 0: as they are
RANKS = (8, 16, 32, 64, 128, 256)
CHOSEN_ON = 0.25  # of the training sentences, for `choose` to ask
EDGE_STEPS = 600  # at most
UNTRAINED_MIX = "untrained mix"
DISTANCE, DEPTH = "distance", "depth"
KINDS: dict[str, type[StructuralProbe]] = {DISTANCE: DistanceProbe, DEPTH: DepthProbe}


def scores(
    kind: type[StructuralProbe], predicted: Sequence, trees: Sequence[DependencyTree]
) -> dict[str, float]:
    """The two measures of a distance probe, or of a depth probe, as shares of 1."""
    if kind is DistanceProbe:
        return {
            "UUAS": tree_metrics.uuas(predicted, trees),
            "DSpr": tree_metrics.distance_spearman(predicted, trees),
        }
    return {
        "Root %": tree_metrics.root_accuracy(predicted, trees),
        "NSpr": tree_metrics.depth_spearman(predicted, trees),
    }


def measured(
    kind: type[StructuralProbe], states: Split, trees: Split, seed: int, rank: int = RANK
) -> dict[str, float]:
    """Train a probe and score it."""
    rank, norm = min(rank, states.learnt[0].shape[1]), chosen_norm()
    probe = structural.fit(kind, states.learnt, trees.learnt, rank, seed, EPOCHS, norm)
    return scores(kind, probe.predict(states.tested), trees.tested)


def keep(results: RecordsFile, key: dict, found: dict[str, float], started: float) -> None:
    for measure, score in found.items():
        results.add(**key, measure=measure, score=score)
    told = ", ".join(f"{measure} {score:.4f}" for measure, score in found.items())
    print(*key.values(), "·", told, f"({time.process_time() - started:.0f} s)", flush=True)


def choose(options: argparse.Namespace) -> None:
    """The length of the states, the rank and the epochs, on a quarter of the training sentences."""
    results = RecordsFile(HERE / "choose.json")
    order = np.random.default_rng(9).permutation(len(gold().learnt))
    asked, learnt = np.split(order, [round(CHOSEN_ON * len(order))])
    trees = Split([gold().learnt[i] for i in learnt], [gold().learnt[i] for i in asked])
    for model in options.models:
        for layer in options.layers or [len(states_of(model)) // 2]:
            states = states_of(model)[layer].learnt
            states = Split([states[i] for i in learnt], [states[i] for i in asked])
            for norm, rank, epochs in product(options.norms, options.ranks, options.epochs):
                key = {"model": model, "layer": layer, "mean_norm": norm, "rank": rank, "epochs": epochs}
                key["seed"] = 0
                if results.has(**key):
                    continue
                started = time.process_time()
                of_width = min(rank, states.learnt[0].shape[1])
                probe = structural.fit(
                    DistanceProbe, states.learnt, trees.learnt, of_width, 0, epochs, norm or None
                )
                found = scores(DistanceProbe, probe.predict(states.tested), trees.tested)
                keep(results, key, {**found, "epochs run": len(probe.history)}, started)


def chosen_norm() -> float | None:
    """The length of states with the best mean UUAS in `choose.json`; None: as they are."""
    by_norm: dict[float, list[float]] = {}
    for record in RecordsFile(HERE / "choose.json").facts["records"]:
        if (record["measure"], record["epochs"], record["rank"]) == ("UUAS", EPOCHS, RANK):
            by_norm.setdefault(record["mean_norm"], []).append(record["score"])
    most = max(map(len, by_norm.values()), default=0)
    means = {norm: np.mean(found) for norm, found in by_norm.items() if len(found) == most}
    if not means:
        raise SystemExit(
            f"no length of states is chosen for {EPOCHS} epochs, rank {RANK}: run `choose` first"
        )
    return max(means, key=means.__getitem__) or None


def probe_layer(
    results: RecordsFile, model: str, what: str, layer: int, states: Split, seed: int, probe: str
) -> None:
    """A record of `structural.json` for each measure, if it is not there."""
    key = {"model": model, "states": what, "layer": layer, "probe": probe, "seed": seed}
    if not results.has(**key):
        started = time.process_time()
        keep(results, key, measured(KINDS[probe], states, gold(), seed), started)


def structural_probes(options: argparse.Namespace) -> None:
    """The layers of trained models."""
    results = RecordsFile(HERE / "structural.json")
    for seed in options.seeds:
        for model in options.models:
            layers = states_of(model)
            for layer in options.layers or range(len(layers)):
                probe_layer(results, model, "trained", layer, layers[layer], seed, options.probe)


def baselines(options: argparse.Namespace) -> None:
    """No model, poorer states of layer 0, and models of random weights, a new one for each seed."""
    results = RecordsFile(HERE / "structural.json")
    for seed in options.seeds:
        linear(results, options.probe, seed)
    for seed in options.seeds:
        for model in options.models:
            words = states_of(model)[0]
            for what, poorer in (
                (
                    "random BiLSTM over layer 0",
                    lambda some, seed=seed: tree_baselines.random_bilstm(some, seed),
                ),
                ("decay over layer 0", tree_baselines.decayed),
            ):
                states = Split(poorer(words.learnt), poorer(words.tested))
                probe_layer(results, model, what, 0, states, seed, options.probe)
    for seed in options.seeds:
        for model in options.models:
            untrained(results, model, options.layers or [len(states_of(model)) // 2], seed, options.probe)


def linear(results: RecordsFile, probe: str, seed: int) -> None:
    """No model at all; the same for each seed, written for each so that it can be compared seed by seed."""
    key = {"model": "linear", "states": "none", "probe": probe, "seed": seed}
    if results.has(**key):
        return
    started, kind = time.process_time(), KINDS[probe]
    of_length = tree_baselines.linear_distances if probe == DISTANCE else tree_baselines.linear_depths
    predicted = [of_length(len(tree.words)) for tree in gold().tested]
    keep(results, key, scores(kind, predicted, gold().tested), started)


def untrained(results: RecordsFile, model: str, layers: list[int], seed: int, probe: str) -> None:
    key = {"model": model, "states": "untrained", "probe": probe, "seed": seed}
    missing = [layer for layer in layers if not results.has(**key, layer=layer)]
    if missing:
        for layer, states in zip(missing, untrained_states(model, missing, seed), strict=True):
            probe_layer(results, model, "untrained", layer, states, seed, probe)


def ranks(options: argparse.Namespace) -> None:
    """UUAS by the rank of the map."""
    results = RecordsFile(HERE / "rank.json")
    for seed in options.seeds:
        for model in options.models:
            for layer in options.layers:
                for rank in options.ranks:
                    key = {"model": model, "layer": layer, "rank": rank, "seed": seed}
                    if not results.has(**key):
                        started = time.process_time()
                        found = measured(DistanceProbe, states_of(model)[layer], gold(), seed, rank)
                        results.add(**key, score=found["UUAS"])
                        print(key, f"{found['UUAS']:.4f} ({time.process_time() - started:.0f} s)", flush=True)


def control(options: argparse.Namespace) -> None:
    """The distance probe on control trees, by rank; on gold trees it is in `structural.json`, `rank.json`."""
    results = RecordsFile(HERE / "control.json")
    for seed in options.seeds:
        drawn = Split(*(control_tasks.control_trees(part, seed) for part in (gold().learnt, gold().tested)))
        for model in options.models:
            for layer in options.layers:
                for rank in options.ranks:
                    key = {"model": model, "layer": layer, "task": "control", "probe": DISTANCE}
                    key |= {"rank": rank, "seed": seed}
                    if not results.has(**key):
                        started = time.process_time()
                        found = measured(DistanceProbe, states_of(model)[layer], drawn, seed, rank)
                        keep(results, key, {"UUAS": found["UUAS"]}, started)


def edge(options: argparse.Namespace) -> None:
    """lex, cat and mix with the shares of its layers; with --cumulative mixes of the layers up to each."""
    results, weights = RecordsFile(HERE / "edge.json"), RecordsFile(HERE / "mix_weights.json")
    for model in options.models:
        for name in options.tasks:
            read = read_task(model, name)
            top = read.states.shape[1] - 1
            ways = [(LEX, top), (CAT, top), (MIX, top)]
            if options.cumulative:
                ways = [(MIX, layer) for layer in range(top)]
            for seed in options.seeds:
                for way, layer in ways:
                    key = {"model": model, "task": name, "way": way, "seed": seed}
                    key |= {"up_to": layer} if way == MIX else {}
                    if results.has(**key):
                        continue
                    started = time.process_time()
                    part = read.up_to(layer)
                    probe = edge_probing.fit(part, read.task.train_index, way, seed, EDGE_STEPS)
                    if way == MIX and layer == top:
                        for k, share in enumerate(probe.shares):
                            weights.add(model=model, task=name, layer=k, seed=seed, score=share)
                    keep(results, key, {"F1": edge_probing.score(probe, part, read.task.test_index)}, started)


def edge_untrained(options: argparse.Namespace) -> None:
    """The mix of all layers of a twin with random weights, other ones for each seed."""
    results = RecordsFile(HERE / "edge.json")
    for model in options.models:
        for name in options.tasks:
            for seed in options.seeds:
                key = {"model": model, "task": name, "way": UNTRAINED_MIX, "seed": seed}
                if results.has(**key):
                    continue
                started = time.process_time()
                read = read_untrained(model, name, seed)
                probe = edge_probing.fit(read, read.task.train_index, MIX, seed, EDGE_STEPS)
                keep(results, key, {"F1": edge_probing.score(probe, read, read.task.test_index)}, started)


def control_of_tags(options: argparse.Namespace) -> None:
    """Parts of speech and their control task, read from one layer by the edge probe's MLP."""
    results, name = RecordsFile(HERE / "control.json"), "parts of speech"
    for model in options.models:
        read = read_task(model, name)
        task = read.task
        learnt = task.label[task.of(task.train_index)]
        shares = np.bincount(learnt, minlength=len(task.names)) / len(learnt)
        for seed in options.seeds:
            drawn = np.concatenate(control_tasks.control_tags(task.words, shares, seed))
            for layer in options.layers:
                for which, label in (("gold", task.label), ("control", drawn)):
                    key = {"model": model, "layer": layer, "task": which, "probe": name, "seed": seed}
                    if results.has(**key):
                        continue
                    started = time.process_time()
                    part = replace(read.up_to(layer), task=replace(task, label=label))
                    probe = edge_probing.fit(part, task.train_index, TOP, seed, EDGE_STEPS)
                    keep(results, key, {"F1": edge_probing.score(probe, part, task.test_index)}, started)


def speed(options: argparse.Namespace) -> None:
    """Seconds of ten epochs on 400 sentences, in three ways, in turn; a first turn is not counted."""
    results, model = RecordsFile(HERE / "speed.json"), options.models[0]
    layers = states_of(model)
    states, trees = layers[len(layers) // 2].learnt[:400], gold().learnt[:400]
    plain_probes.seconds(states, trees, RANK, seed=0, epochs=1)
    for repeat in range(options.repeats):
        for way, took in plain_probes.seconds(states, trees, RANK, repeat).items():
            results.add(model=model, way=way, repeat=repeat, measure="seconds", seed=repeat, score=took)
            print(way, repeat, f"{took:.2f} s", flush=True)


PARTS = {
    "choose": choose,
    "structural": structural_probes,
    "baselines": baselines,
    "rank": ranks,
    "control": control,
    "control-tags": control_of_tags,
    "edge": edge,
    "edge-untrained": edge_untrained,
    "speed": speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=PARTS)
    parser.add_argument("--models", nargs="+", default=["distilbert", "minilm"])
    parser.add_argument("--layers", nargs="+", type=int, help="0 for the embeddings; all, or the middle one")
    parser.add_argument("--probe", choices=KINDS, default=DISTANCE)
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--norms", nargs="+", type=float, default=NORMS)
    parser.add_argument("--epochs", nargs="+", type=int, default=[EPOCHS])
    parser.add_argument("--ranks", nargs="+", type=int, default=RANKS)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--cumulative", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    HERE.mkdir(parents=True, exist_ok=True)
    PARTS[options.what](options)


if __name__ == "__main__":
    main()
