"""MiniLM tuned to tell the topic of a headline while the lesson runs, and what its heads are worth to it."""

import copy
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from tlcourse.data import bbc_news, tasks
from tlcourse.data.tasks import Task
from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.probe import head_masks, pruning
from tlcourse.train.finetuning import trainings
from tlcourse.train.finetuning.text_model import TextModel
from tlcourse.train.finetuning.texts import finetune
from tlcourse.train.measuring import evaluate
from tlcourse.train.measuring.representations import parts_of

TASK = "topics of headlines"  # as the results call it: BBC news, five topics, a few words each
_AT_ONCE = 32


@dataclass(frozen=True)
class Tuned:
    """A tuned model, the task, and the items it has learned from."""

    model: TextModel
    task: Task
    train: np.ndarray

    @property
    def network(self) -> torch.nn.Module:
        return self.model.encoder.network

    @property
    def test(self) -> np.ndarray:
        return next(iter(self.task.tests.values()))


def tune(labels: int, tested: int, seed: int, min_steps: int) -> Tuned:
    """Fine-tune MiniLM on headlines, as the course's yardstick does; `tested` others are to be asked."""
    trainings.give_back_memory()  # what loading and reading maps needed
    task = replace(tasks.load("topic"), name=TASK, texts=bbc_news.load().titles)
    test, index = next(iter(task.tests.items()))
    some = np.sort(np.random.default_rng(0).permutation(index)[:tested])
    task = replace(task, tests={test: some}, metrics={test: task.metrics[test]})
    train, encoder = task.draw(labels, seed), encoders.load("minilm")
    recipe = replace(evaluate.recipe_of("minilm"), min_steps=min_steps)
    texts = parts_of(encoder, task, train)
    model = finetune(encoder, texts, task.target(train), task.kind, len(task.names), recipe, seed)
    model.zero_grad(set_to_none=True)  # as large as the model, and of no use any more
    trainings.give_back_memory()
    return Tuned(model, task, train)


def twin(tuned: Tuned) -> Tuned:
    """The same once more, to take heads out of; the vectors of the pieces, half of its memory, are shared."""
    pieces = tuned.network.embeddings
    return copy.deepcopy(tuned, {id(pieces): pieces})


def importance(tuned: Tuned) -> np.ndarray:
    """I_h of each head, (L, A), on the labels that the model has learned from; each layer of length 1."""
    texts = [parts[0] for parts in parts_of(tuned.model.encoder, tuned.task, tuned.train)]
    true = torch.from_numpy(tuned.task.target(tuned.train))

    def losses(batch: dict[str, Tensor]) -> Tensor:
        rows = batch["rows"]
        return F.cross_entropy(tuned.model([texts[i] for i in rows]), true[rows], reduction="none")

    batches = ({"rows": torch.from_numpy(index)} for index in batches_by_length([*map(len, texts)], _AT_ONCE))
    found = pruning.normalised(pruning.importance(tuned.network, batches, losses))
    trainings.give_back_memory()
    return found


def accuracy(tuned: Tuned, keep: np.ndarray | None = None) -> float:
    """Of the test headlines, with the heads of `keep` alone, bool (L, A), or with all that are there."""
    asked = parts_of(tuned.model.encoder, tuned.task, tuned.test)
    with nullcontext() if keep is None else head_masks.masked(tuned.network, keep):
        found = tuned.model.predict(asked)
    trainings.give_back_memory()
    return float((found == tuned.task.target(tuned.test)).mean())


@torch.inference_mode()
def topics(tuned: Tuned, text: str, keep: np.ndarray | None = None) -> np.ndarray:
    """The probability of each topic for a headline, with the heads of `keep` alone or all that are there."""
    examples = [parts[0] for parts in tuned.model.encoder.parts([text])]
    with nullcontext() if keep is None else head_masks.masked(tuned.network, keep):
        return tuned.model.eval()(examples).softmax(dim=1)[0].numpy()
