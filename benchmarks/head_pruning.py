"""Parts of `heads.py` that mask the heads of a tuned model: one at a time, many, all but one.

A model is tuned on a thousand labels for each seed. Importance (Michel et al. 2019, equation 2) is computed
on these labels and nothing else; heads are then masked without further training. Scored on 500 items.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from results_file import RecordsFile
from torch import Tensor
from torch.nn import functional as F

from tlcourse.data import bbc_news, tasks
from tlcourse.data.tasks import TAGS, Task
from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.checkpoints import load_into, save_tensors
from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.models.pretrained.text_encoders import Example
from tlcourse.probe import head_masks, pruning
from tlcourse.train.finetuning.text_model import TextModel
from tlcourse.train.finetuning.texts import TextRecipe, finetune
from tlcourse.train.measuring import evaluate, scores
from tlcourse.train.measuring.representations import parts_of

LABELS, WEIGHED, TESTED, AT_ONCE = 1000, 500, 500, 32  # items learned from, for I_h, and asked about
SHARES = tuple(round(0.1 * k, 1) for k in range(11))
ALL, ALWAYS = "all", "always the commonest answer"
# DistilBERT on words: one pass over a thousand sentences is what an hour's benchmark can pay.
_DISTILBERT = TextRecipe(learning_rate=1e-4, epochs=2, min_steps=1)
HEADLINES = "topics of headlines"  # of the BBC: five topics, a few words each, so that all heads can be tried
TASKS = (HEADLINES, "sentiment", "conll2003", "parts of speech")


@dataclass(frozen=True)
class Tuned:
    """A model tuned on a task's labels with one seed, and what it is asked.

    Attributes:
        train: the items that it learned from; importance is taken on the first 500.
    """

    model: TextModel
    task: Task
    train: np.ndarray

    @classmethod
    def load(cls, name: str, task_name: str, seed: int, keep: Path) -> "Tuned":
        """From `keep`, or tuned now and put there."""
        task = asked(task_name)
        train, encoder = task.draw(LABELS, seed), encoders.load(name)
        recipe = _DISTILBERT if name == "distilbert" else replace(evaluate.recipe_of(name), epochs=2)
        file = keep / f"{name}-{task_name.replace(' ', '-')}-{LABELS}-{seed}.safetensors"
        if file.exists():
            model = TextModel(encoder, task.kind, len(task.names), recipe)
            load_into(model, file)
            model.eval()
        else:
            keep.mkdir(parents=True, exist_ok=True)
            targets = [task.targets[i] for i in train] if task.kind == TAGS else task.target(train)
            texts, started = parts_of(encoder, task, train), time.process_time()
            model = finetune(encoder, texts, targets, task.kind, len(task.names), recipe, seed, print)
            save_tensors(dict(model.named_parameters()), file, torch.float32)
            print(name, task_name, seed, f"tuned in {time.process_time() - started:.0f} s", flush=True)
        return cls(model, task, train)

    @cached_property
    def shape(self) -> tuple[int, int]:
        return head_masks.shape(self.model.encoder.network)

    @property
    def test(self) -> str:
        return next(iter(self.task.tests))

    @cached_property
    def texts(self) -> list[list[Example]]:
        return parts_of(self.model.encoder, self.task, self.task.tests[self.test])

    def importance(self) -> np.ndarray:
        """I_h, (L, A), on some of the labels that the model has learned from."""
        some = self.train[:WEIGHED]
        texts = [parts[0] for parts in parts_of(self.model.encoder, self.task, some)]

        def losses(batch: dict[str, Tensor]) -> Tensor:
            rows = batch["rows"].tolist()
            logits = self.model([texts[i] for i in rows])
            true = [np.atleast_1d(self.task.targets[some[i]]) for i in rows]
            each = F.cross_entropy(logits, torch.as_tensor(np.concatenate(true)), reduction="none")
            return torch.stack([one.mean() for one in each.split([len(one) for one in true])])

        batches = batches_by_length([*map(len, texts)], AT_ONCE)
        rows = ({"rows": torch.as_tensor(np.asarray(index))} for index in batches)
        return pruning.importance(self.model.encoder.network, rows, losses)

    def scores(self, masks: Sequence[np.ndarray]) -> list[float]:
        """What the task measures on its test items with each of the `masks`, bool (L, A)."""
        different = {mask.tobytes(): mask for mask in masks}
        logits = masked_logits(self.model, [parts[0] for parts in self.texts], [*different.values()])
        found = [scores.score(self.task, self.test, one.argmax(dim=1).numpy()) for one in logits]
        reached = dict(zip(different, found, strict=True))
        return [reached[mask.tobytes()] for mask in masks]

    def always(self) -> float:
        """The score of the commonest answer among the labels, whatever the text."""
        commonest = np.bincount(self.task.target(self.train)).argmax()
        n = len(self.task.target(self.task.tests[self.test]))
        return scores.score(self.task, self.test, np.full(n, commonest))


def asked(name: str) -> Task:
    """A task with 500 items of the same kind of text to test on."""
    task = tasks.load("topic" if name == HEADLINES else name)
    if name == HEADLINES:
        task = replace(task, name=name, texts=bbc_news.load().titles)
    test, index = next(iter(task.tests.items()))
    some = np.sort(np.random.default_rng(0).permutation(index)[:TESTED])
    return replace(task, tests={test: some}, metrics={test: task.metrics[test]})


@torch.inference_mode()
def masked_logits(model: TextModel, texts: Sequence[Example], masks: Sequence[np.ndarray]) -> list[Tensor]:
    """For each mask the logits of all texts, or of all their words, in the order in which they were given.

    What is below the lowest layer that a mask changes is computed once for all of them.
    """
    found: list[list[Tensor]] = [[torch.empty(0)] * len(texts) for _ in masks]
    for index in batches_by_length([*map(len, texts)], AT_ONCE):
        some = [texts[i] for i in index]
        batch = model.encoder.batch(some)
        states = model.encoder(batch)
        for k, mask in enumerate(masks):
            top = head_masks.last_layer(model.encoder.network, states, batch["attention_mask"], mask)
            read = [_read(example, row, len(states)) for example, row in zip(some, top.numpy(), strict=True)]
            sizes = [len(example.places) if model.kind == TAGS else 1 for example in some]
            for i, logits in zip(index, model(read).split(sizes), strict=True):
                found[k][i] = logits
    return [torch.cat(rows) for rows in found]


def _read(example: Example, top: np.ndarray, n_layers: int) -> Example:
    """The example with the states of its last layer in it, for all layers: a model's head reads the last."""
    rows = top[example.places] if example.places else top[: len(example)]
    return replace(example, states=np.broadcast_to(rows[:, None], (len(rows), n_layers, rows.shape[-1])))


def pruning_curves(folder: Path, name: str, task: str, seeds: Sequence[int], keep: Path) -> None:
    """More and more heads gone, in three orders; and I_h itself."""
    results, raw = RecordsFile(folder / "pruning.json"), RecordsFile(folder / "importance.json")
    for seed in seeds:
        key = {"model": name, "task": task, "seed": seed}
        if results.has(**key):
            continue
        tuned = Tuned.load(name, task, seed, keep)
        found = tuned.importance()
        raw.add_all({**key, **place, "score": score} for place, score in _places(found))
        least_first = pruning.normalised(found)
        by_order = {
            "importance": (least_first, SHARES),
            "most important first": (-least_first, SHARES[::2]),
            "random": (np.random.default_rng(seed).random(found.shape), SHARES[::2]),
        }
        asked_for = [
            ({"order": order, "share": share}, keep_them)
            for order, (values, shares) in by_order.items()
            for share, (_, keep_them) in zip(shares, pruning.keeping(values, shares), strict=True)
        ]
        reached = tuned.scores([mask for _, mask in asked_for])
        rows = [{**key, **says, "score": score} for (says, _), score in zip(asked_for, reached, strict=True)]
        results.add_all([*rows, {**key, "order": ALWAYS, "share": 0.0, "score": tuned.always()}])
        print(key, [(row["order"][:4], row["share"], round(row["score"], 3)) for row in rows], flush=True)


def each_off(folder: Path, name: str, task: str, seeds: Sequence[int], keep: Path) -> None:
    """A single head gone: table 1 and figure 1 of Michel et al. 2019."""
    _each(folder / "each_off.json", name, task, seeds, keep, pruning.without)


def one_head(folder: Path, name: str, task: str, seeds: Sequence[int], keep: Path) -> None:
    """All other heads of its layer gone (their tables 2 and 3); and all of a layer, which they do not try."""
    _each(folder / "one_head.json", name, task, seeds, keep, pruning.alone)
    results = RecordsFile(folder / "no_head.json")
    for seed in seeds:
        key = {"model": name, "task": task, "seed": seed}
        if not results.has(**key):
            tuned = Tuned.load(name, task, seed, keep)
            masks = [pruning.alone(*tuned.shape, layer, head=-1) for layer in range(tuned.shape[0])]
            reached = tuned.scores(masks)
            results.add_all({**key, "layer": layer, "score": score} for layer, score in enumerate(reached))
            print(key, [round(score, 3) for score in reached], flush=True)


def _each(
    file: Path, name: str, task: str, seeds: Sequence[int], keep: Path, mask: Callable[..., np.ndarray]
) -> None:
    results = RecordsFile(file)
    for seed in seeds:
        key = {"model": name, "task": task, "seed": seed}
        if results.has(**key):
            continue
        tuned = Tuned.load(name, task, seed, keep)
        masks = [mask(*tuned.shape, layer, head) for layer, head in np.ndindex(tuned.shape)]
        whole, *reached = tuned.scores([np.ones(tuned.shape, dtype=bool), *masks])
        table = np.reshape(reached, tuned.shape)
        rows = [{**key, **place, "score": score} for place, score in _places(table)]
        results.add_all([*rows, {**key, "layer": ALL, "head": ALL, "score": whole}])
        print(file.stem, key, round(whole, 3), np.round(table, 3).tolist(), flush=True)


def _places(table: np.ndarray) -> Iterator[tuple[dict[str, int], float]]:
    return (({"layer": layer, "head": head}, value) for (layer, head), value in np.ndenumerate(table))
