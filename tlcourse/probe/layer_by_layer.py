"""A task read once by a frozen model, all layers kept: probes on any of them, for several draws of labels.

Shapes: N rows, which are words where words are tagged and else texts; L layers of H numbers.

Taught in lesson *ELMo*.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tlcourse.data.tasks import TAGS, Task
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import layer_mix
from tlcourse.train.measuring import frozen_states, scores
from tlcourse.train.measuring.representations import parts_of

LAYERS = ("token layer", "layer 1", "layer 2")
# What a probe may read: one layer, the mean of all, or a mix that it learns.
READINGS = {"token layer": [0], "layer 1": [1], "layer 2": [2], "mean": [0, 1, 2], "mix": [0, 1, 2]}
FREE = 0.001  # the paper's λ for a mix that is left free (table 2)

Reader = Callable[[Task, np.ndarray], np.ndarray]


def reader(encoder: TextEncoder, n_layers: int = len(LAYERS)) -> Reader:
    """A function (task, items) → float16 (N, L, H): the states of words, or their mean over each text.

    `n_layers`: embeddings included; all that the encoder has, or so many of them, evenly.
    """

    def read(task: Task, rows: np.ndarray) -> np.ndarray:
        of_words = task.kind == TAGS
        found = frozen_states.compute(encoder, parts_of(encoder, task, rows), of_words, n_heights=n_layers)
        kind = "word" if of_words else "mean"
        return np.stack([found[f"{kind} {k}"] for k in range(n_layers)], axis=1)

    return read


class ByLayer:
    """A task as one model reads it, with the labels that each seed draws.

    Attributes:
        test: name of the test set, the task's first.
    """

    def __init__(self, task: Task, read: Reader, seeds: Sequence[int], most: int, tested: int | None = None):
        """`most`: labelled items that a seed may draw. `tested`: items to test on, `most` if not given."""
        test, index = next(iter(task.tests.items()))
        self.task = replace(task, tests={test: index[: tested or most]})
        self.test, self.most = test, min(most, len(task.train_index))
        self.pool = np.unique(np.concatenate([task.draw(self.most, seed) for seed in seeds]))
        sizes = [len(task.targets[i]) if task.kind == TAGS else 1 for i in self.pool]
        ends = np.cumsum(sizes)
        places = zip(self.pool, ends, sizes, strict=True)
        self.where = {int(i): np.arange(end - size, end) for i, end, size in places}
        self.x, self.x_test = read(task, self.pool), read(task, self.task.tests[test])

    def measure(
        self, layers: Sequence[int], n: int, seed: int, free: bool = True, joined: bool = False
    ) -> tuple[float, layer_mix.LayerProbe]:
        """The score of a probe on some of the layers, trained on `n` items (or all that there are).

        Args:
            free: the probe learns how to mix them; otherwise it reads their mean.
            joined: it reads them side by side, as one long state.
        """
        train = self.task.draw(min(n, self.most), seed)
        rows = [self.where[int(i)] for i in train]
        groups = np.repeat(np.arange(len(train)), [len(one) for one in rows])
        x, x_test = self.x[np.concatenate(rows)][:, layers], self.x_test[:, layers]
        if joined:
            x, x_test = (one.reshape(len(one), 1, -1) for one in (x, x_test))
        y = self.task.target(train)
        n_classes = len(self.task.names)
        probe = layer_mix.fit(x, y, n_classes, seed, free=free, penalty=FREE, groups=groups)
        return scores.score(self.task, self.test, probe.predict(x_test)), probe
