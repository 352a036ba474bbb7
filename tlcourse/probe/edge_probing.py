"""Edge probing: how well frozen states tell the label of a span, or of a pair of spans, and at which layer.

Tenney et al. 2019, "What do you learn from context?" (ICLR), section 3.1: each word is projected to 256
numbers, and a span is the mean of its words by the weights of a self-attention; the first and the second span
have parameters of their own. An MLP on both gives a sigmoid for each label: binary cross-entropy is the loss.
What it reads is the context-free layer (*lex*), that beside the top one (*cat*), or a mix of all that it
learns (*mix*). Where in the model that lies is told by `tlcourse.probe.layer_places`.

The optimizer is the paper's, with larger steps and fewer of them: its 1e-4 over tens of thousands of steps is
for ten to a hundred times as many labels.
Shapes: E spans or pairs, S words in the longest span, L layers of H numbers, K labels.

Taught in lesson *Probing for structure*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.models.language.elmo import ScalarMix
from tlcourse.probe.edge_tasks import EdgeTask

LEX, TOP, CAT, MIX = "lex", "top", "cat", "mix"
READINGS = (LEX, TOP, CAT, MIX)
PROJECTION, DROPOUT = 256, 0.3
RATE, BATCH, STEPS = 1e-3, 128, 1500
EVERY = 50  # steps between two looks at the held-out sentences
HALVE, STOP = 5, 20  # looks without a better F1, after which the rate is halved, and training ends
HELD_OUT = 0.1  # of the training sentences

Spans = list[tuple[Tensor, Tensor]]  # for each of a pair's spans: states (E, S, L, H), which are there (E, S)


class EdgeProbe(nn.Module):
    """Projection, pooling and MLP. Attributes: `reading`, and `mix`, a ScalarMix or None."""

    def __init__(self, n_layers: int, width: int, n_labels: int, n_spans: int = 1, reading: str = MIX):
        """`n_layers`: L, embeddings counted; `width`: H. Raises ValueError: there is no such reading."""
        super().__init__()
        if reading not in READINGS:
            raise ValueError(f"reading is {reading!r}, expected one of {', '.join(map(repr, READINGS))}")
        self.reading = reading
        self.mix = ScalarMix(n_layers) if reading == MIX else None
        read = 2 * width if reading == CAT else width
        self.projections = nn.ModuleList(nn.Linear(read, PROJECTION) for _ in range(n_spans))
        self.attentions = nn.ModuleList(nn.Linear(PROJECTION, 1) for _ in range(n_spans))
        self.classifier = nn.Sequential(
            nn.Linear(n_spans * PROJECTION, PROJECTION),
            nn.Tanh(),
            nn.LayerNorm(PROJECTION),
            nn.Dropout(DROPOUT),
            nn.Linear(PROJECTION, n_labels),
        )

    @property
    def shares(self) -> np.ndarray:
        """s, (L,): how much of the mix each layer is. Raises ValueError: this probe has no mix."""
        if self.mix is None:
            raise ValueError(f"a probe that reads {self.reading!r} has no mix, expected {MIX!r}")
        return self.mix.w.detach().softmax(dim=0).numpy()

    def read(self, layers: Tensor) -> Tensor:
        """(…, L, H) → (…, H), or (…, 2H) for `cat`."""
        if self.mix is not None:
            return self.mix(layers.unbind(dim=-2))
        if self.reading == CAT:
            return torch.cat([layers[..., -1, :], layers[..., 0, :]], dim=-1)
        return layers[..., 0 if self.reading == LEX else -1, :]

    def pool(self, k: int, layers: Tensor, there: Tensor) -> Tensor:
        """The k-th of a pair's spans: (E, S, L, H), bool (E, S) → (E, 256)."""
        words = self.projections[k](self.read(layers))  # (E, S, 256)
        weights = self.attentions[k](words).squeeze(-1).masked_fill(~there, -torch.inf).softmax(dim=-1)
        return (weights.unsqueeze(-1) * words).sum(dim=1)

    def forward(self, spans: Spans) -> Tensor:
        """→ a logit for each label, (E, K)."""
        pooled = [self.pool(k, *span) for k, span in enumerate(spans)]
        return self.classifier(torch.cat(pooled, dim=-1))


@dataclass(frozen=True)
class ReadTask:
    """A task as a model reads it.

    Attributes:
        task: what there is to label.
        states: (W, L, H), all words of all sentences, one after the other.
        begins: int64 (N,): where each sentence's words begin in `states`.
    """

    task: EdgeTask
    states: np.ndarray
    begins: np.ndarray

    @classmethod
    def of(cls, task: EdgeTask, layers: Sequence[Sequence[np.ndarray]]) -> "ReadTask":
        """`layers`: for each layer, for each sentence, (T, H). Raises ValueError: of other sentences."""
        lengths = [len(words) for words in task.words]
        if any([len(one) for one in layer] != lengths for layer in layers):
            raise ValueError(f"the states are not of the {len(lengths)} sentences of {task.name}")
        states = np.stack([np.concatenate(layer) for layer in layers], axis=1)
        return cls(task, states, np.cumsum([0, *lengths[:-1]]))

    def up_to(self, layer: int) -> "ReadTask":
        """Without the layers above `layer`."""
        return ReadTask(self.task, self.states[:, : layer + 1], self.begins)

    def spans(self, rows: np.ndarray) -> Spans:
        """The states of the words of these E spans or pairs, float32."""
        found = []
        for span in self.task.spans:
            begin, end = (self.begins[self.task.sentence[rows]][:, None] + span[rows]).T
            offset = np.arange((end - begin).max())
            there = offset < (end - begin)[:, None]
            places = np.where(
                there, begin[:, None] + offset, begin[:, None]
            )  # padding is a word, not counted
            states = torch.from_numpy(self.states[places]).float()
            found.append((states, torch.from_numpy(there)))
        return found


@torch.inference_mode()
def predict(probe: EdgeProbe, read: ReadTask, rows: np.ndarray) -> np.ndarray:
    """A logit for each label: float32 (E, K); above 0 the probe says yes."""
    probe.eval()
    parts = [rows[start : start + 1024] for start in range(0, len(rows), 1024)]
    return np.concatenate([probe(read.spans(part)).numpy() for part in parts])


def micro_f1(logits: np.ndarray, label: np.ndarray) -> float:
    """2 P R / (P + R) over all yes and no answers: (E, K), int64 (E,); 0 if no answer is right."""
    given = logits > 0
    right = int(given[np.arange(len(label)), label].sum())
    return 2 * right / (int(given.sum()) + len(label))


def fit(
    read: ReadTask, sentences: np.ndarray, reading: str = MIX, seed: int = 0, steps: int = STEPS
) -> EdgeProbe:
    """Train a probe on the labels in some sentences; a tenth of them are held out, to choose by.

    The probe with the best F1 on those is kept. The rate is halved after five looks without a better one, and
    training ends after twenty, or after `steps`.

    Args:
        sentences: int64, of the training part.
        reading: `lex`, `top`, `cat` or `mix`.

    Raises:
        ValueError: fewer than ten sentences with labels, or no such reading.
    """
    rng = np.random.default_rng(seed)
    there = rng.permutation(np.intersect1d(sentences, read.task.sentence))
    if len(there) < 10:
        raise ValueError(f"{len(there)} sentences with labels are too few, expected ten or more")
    n_aside = max(1, round(HELD_OUT * len(there)))
    aside, learnt = read.task.of(there[:n_aside]), read.task.of(there[n_aside:])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _train(read, learnt, aside, reading, rng, steps)


def _train(
    read: ReadTask, learnt: np.ndarray, aside: np.ndarray, reading: str, rng: np.random.Generator, steps: int
) -> EdgeProbe:
    _, n_layers, width = read.states.shape
    probe = EdgeProbe(n_layers, width, len(read.task.names), len(read.task.spans), reading)
    optimizer = torch.optim.Adam(probe.parameters(), lr=RATE)
    targets = torch.eye(len(read.task.names))
    most, best, since = -1.0, probe.state_dict(), 0
    for step in range(1, steps + 1):
        probe.train()
        rows = rng.choice(learnt, size=min(BATCH, len(learnt)), replace=False)
        logits = probe(read.spans(rows))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, targets[read.task.label[rows]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % EVERY and step < steps:
            continue
        found = micro_f1(predict(probe, read, aside), read.task.label[aside])
        since = 0 if found > most else since + 1
        if since == 0:
            most, best = found, {name: value.clone() for name, value in probe.state_dict().items()}
        elif since == STOP:
            break
        elif since % HALVE == 0:
            optimizer.param_groups[0]["lr"] /= 2
    probe.load_state_dict(best)
    return probe.eval()


def score(probe: EdgeProbe, read: ReadTask, sentences: np.ndarray) -> float:
    """Micro-averaged F1 on the labels in some sentences."""
    rows = read.task.of(sentences)
    return micro_f1(predict(probe, read, rows), read.task.label[rows])


def cumulative_scores(read: ReadTask, train: np.ndarray, test: np.ndarray, seed: int = 0) -> list[float]:
    """F1 of a mix of layers 0 to ℓ, for ℓ from 0 to the top: L numbers.

    The *cumulative scoring* of Tenney, Das and Pavlick 2019, section 3: see `layer_places.expected_layer`.
    """
    parts = [read.up_to(layer) for layer in range(read.states.shape[1])]
    return [score(fit(part, train, MIX, seed), part, test) for part in parts]
