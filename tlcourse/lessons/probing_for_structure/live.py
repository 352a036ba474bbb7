"""What the lesson measures while it runs: probes of words and of trees, on sentences of BBC news."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcourse.data.dependency_trees import DependencyTree, Treebank
from tlcourse.probe import edge_probing, structural, tree_baselines, tree_metrics
from tlcourse.probe.edge_tasks import EdgeTask
from tlcourse.probe.sentence_states import Layers
from tlcourse.probe.structural import DistanceProbe, StructuralProbe
from tlcourse.show.records import Records

RANK, MEAN_NORM, EPOCHS = 128, 2.0, 40  # as in benchmarks/probing.py, where they were chosen
HIDDEN = 256
PROBES = {"linear": None, "one hidden layer": HIDDEN}
TASK, CONTROL = "parts of speech", "control task"


def vectors_of_a_network(words: Sequence[Sequence[str]], layer: int, seed: int) -> list[np.ndarray]:
    """For each sentence (T, 768): the states of section 1, before it is said whose they are."""
    return tree_baselines.untrained("distilbert", words, [layer], seed)[0]


def numbered(tags: Sequence[Sequence[str]]) -> tuple[list[np.ndarray], list[str]]:
    """Tags by name, for each sentence → their numbers, (T,) each, and the names."""
    names = sorted({tag for one in tags for tag in one})
    return [np.array([names.index(tag) for tag in one]) for one in tags], names


def train_word_probe(
    x: Tensor, y: Tensor, n_labels: int, hidden: int | None = None, steps: int = 300, seed: int = 0
) -> nn.Module:
    """A classifier of words by their states: x (W, H), y (W,). Linear, or with a hidden layer."""
    torch.manual_seed(seed)
    layers = [nn.Linear(x.shape[1], n_labels)]
    if hidden is not None:
        layers = [nn.Linear(x.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, n_labels)]
    probe = nn.Sequential(*layers)
    optimizer = torch.optim.Adam(probe.parameters(), lr=1e-3)
    for _step in range(steps):
        batch = torch.randint(len(x), (256,))
        loss = F.cross_entropy(probe(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return probe


def word_accuracy(
    states: Sequence[np.ndarray],
    answers: Sequence[np.ndarray],
    treebank: Treebank,
    hidden: int | None,
    steps: int,
    seed: int,
) -> float:
    """Train a probe of words on the training sentences: the share of the test sentences' words that is right.

    Args:
        states: for each sentence, (T, H); `answers`: (T,).
    """
    n_labels = 1 + max(int(one.max()) for one in answers)
    learnt, asked = (
        (torch.from_numpy(np.concatenate([states[i] for i in index])).float(),
         torch.from_numpy(np.concatenate([answers[i] for i in index])))
        for index in (treebank.train_index, treebank.test_index)
    )  # fmt: skip
    probe = train_word_probe(*learnt, n_labels, hidden, steps, seed)
    with torch.inference_mode():
        return float((probe(asked[0]).argmax(dim=-1) == asked[1]).float().mean())


def commonest(answers: Sequence[np.ndarray], treebank: Treebank) -> float:
    """The share of the test words whose answer is the commonest one of the training words."""
    learnt, asked = (
        np.concatenate([answers[i] for i in index]) for index in (treebank.train_index, treebank.test_index)
    )
    return float((asked == np.bincount(learnt).argmax()).mean())


def from_a_table(words: Sequence[Sequence[str]], answers: Sequence[np.ndarray], treebank: Treebank) -> float:
    """The share of test words whose answer is that word's commonest in training, or for a new word of all."""
    seen: dict[str, Counter[int]] = {}
    for i in treebank.train_index:
        for word, answer in zip(words[i], answers[i].tolist(), strict=True):
            seen.setdefault(word, Counter())[answer] += 1
    of_all = sum(seen.values(), Counter()).most_common(1)[0][0]
    table = {word: count.most_common(1)[0][0] for word, count in seen.items()}
    right = [
        table.get(word, of_all) == answer
        for i in treebank.test_index
        for word, answer in zip(words[i], answers[i].tolist(), strict=True)
    ]
    return float(np.mean(right))


def word_records(
    states: Mapping[str, Sequence[np.ndarray]],
    tasks: Mapping[str, Sequence[Sequence[np.ndarray]]],
    treebank: Treebank,
    steps: int,
    seeds: Sequence[int],
) -> Records:
    """Accuracy of each of `PROBES`, for states by name and tasks by name, with answers for each seed."""
    return Records(
        {
            "states": name,
            "probe": probe,
            "task": task,
            "seed": seed,
            "score": word_accuracy(of_model, answers[k], treebank, hidden, steps, seed),
        }
        for name, of_model in states.items()
        for probe, hidden in PROBES.items()
        for task, answers in tasks.items()
        for k, seed in enumerate(seeds)
    )


def edge_records(
    task: EdgeTask, layers: Layers, readings: Sequence[str], seeds: Sequence[int], steps: int
) -> Records:
    """F1 of an edge probe for each reading and seed, on the sentences that the task keeps to test on."""
    read = edge_probing.ReadTask.of(task, layers)
    return Records(
        {
            "reads": reading,
            "task": task.name,
            "seed": seed,
            "score": edge_probing.score(
                edge_probing.fit(read, task.train_index, reading, seed, steps), read, task.test_index
            ),
        }
        for reading in readings
        for seed in seeds
    )


def probe(
    kind: type[StructuralProbe], states: Sequence[np.ndarray], treebank: Treebank, seed: int
) -> StructuralProbe:
    """A structural probe trained on the training sentences, with the settings of the benchmark."""
    index = treebank.train_index
    return structural.fit(
        kind, [states[i] for i in index], [treebank.trees[i] for i in index], RANK, seed, EPOCHS, MEAN_NORM
    )


def map_scores(b: Tensor, states: Sequence[np.ndarray], treebank: Treebank) -> dict[str, float]:
    """Of a map B (rank, H) that was trained by hand: UUAS on the test sentences, and how far off one is there
    who says the training sentences' median distance of every two words: “always”, in edges."""
    trees = [treebank.trees[i] for i in treebank.test_index]
    moved = [torch.from_numpy(states[i]).float() @ b.detach().T for i in treebank.test_index]
    predicted = [torch.cdist(x, x).square().numpy() for x in moved]
    learnt = np.concatenate([DistanceProbe.gold(treebank.trees[i]).ravel() for i in treebank.train_index])
    guess = np.median(learnt)
    always = np.mean([np.abs(DistanceProbe.gold(tree) - guess).mean() for tree in trees])
    return {"UUAS": tree_metrics.uuas(predicted, trees), "always": float(always)}


def _scores(kind: type[StructuralProbe], predicted: Sequence, trees: Sequence) -> dict[str, float]:
    if kind is DistanceProbe:
        measures = {"UUAS": tree_metrics.uuas, "DSpr": tree_metrics.distance_spearman}
    else:
        measures = {"Root %": tree_metrics.root_accuracy, "NSpr": tree_metrics.depth_spearman}
    return {name: measure(predicted, trees) for name, measure in measures.items()}


def measure_trees(
    kind: type[StructuralProbe],
    states: Mapping[str, Sequence[np.ndarray]],
    treebank: Treebank,
    seeds: Sequence[int],
) -> tuple[Records, dict[str, StructuralProbe]]:
    """Scores of a probe on each of some states by name, and of no model; and each one's first probe."""
    trees: list[DependencyTree] = [treebank.trees[i] for i in treebank.test_index]
    flat = tree_baselines.linear_distances if kind is DistanceProbe else tree_baselines.linear_depths
    found = _scores(kind, [flat(len(tree.words)) for tree in trees], trees)
    rows = [
        {"states": "no model", "measure": name, "seed": seed, "score": score}
        for name, score in found.items()
        for seed in seeds
    ]
    probes: dict[str, StructuralProbe] = {}
    for name, of_model in states.items():
        for seed in seeds:
            trained = probe(kind, of_model, treebank, seed)
            probes.setdefault(name, trained)
            predicted = trained.predict([of_model[i] for i in treebank.test_index])
            rows += [
                {"states": name, "measure": measure, "seed": seed, "score": score}
                for measure, score in _scores(kind, predicted, trees).items()
            ]
    return Records(rows), probes
