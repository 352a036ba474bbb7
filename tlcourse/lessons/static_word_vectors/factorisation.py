"""What was trained, held against what was counted (lesson 03): the pairs behind the figure."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse
import torch

from tlcourse.data.running_text import RunningText
from tlcourse.models.vectors import pmi, word2vec
from tlcourse.models.vectors.fasttext import FastText
from tlcourse.models.vectors.glove import GloVe
from tlcourse.train.finetuning import trainings


@dataclass(frozen=True)
class Panel:
    """Pairs of words: `x`, (N,), by the counts, against `y`, (N,), from the trained vectors."""

    title: str
    counted: str
    x: np.ndarray
    trained: str
    y: np.ndarray

    @property
    def r(self) -> float:
        """Pearson's correlation."""
        return float(np.corrcoef(self.x, self.y)[0, 1])


def noise_pmi(
    text: RunningText, settings: word2vec.Settings, epochs: int, often: int
) -> tuple[scipy.sparse.csr_array, np.ndarray, np.ndarray]:
    """Count the pairs that skip-gram sees; return log(#(i,j) / (#(i) P_n(j))), and the pairs met `often`.

    Returns:
        The table, sparse (V, V), and the rows and the columns, each (N,), of the pairs.
    """
    trainings.give_back_memory()  # of which the trainings needed more than these tables do
    seen = pmi.pair_counts(text, settings, epochs=epochs, seed=settings.seed)
    table = pmi.pmi(seen, word2vec.noise_distribution(text.counts, settings.ns_exponent))
    i, j = (seen >= often).nonzero()
    return table, i, j


def of_skipgram(
    name: str, model: word2vec.SkipGram, table: scipy.sparse.csr_array, i: np.ndarray, j: np.ndarray, k: int
) -> Panel:
    """Dot products of skip-gram or fastText against the shifted PMI."""
    target = np.asarray(table[i, j]).ravel() - np.log(k)
    every = torch.arange(len(model.words))
    centre = model.input_vectors(every) if isinstance(model, FastText) else model.input
    dots = (centre[torch.from_numpy(i)] * model.output[torch.from_numpy(j)]).sum(1).numpy()
    return Panel(name, "PMI − log k", target, "v · u", dots)


def of_glove(model: GloVe, counts: scipy.sparse.csr_array, often: float) -> tuple[Panel, Panel, Panel]:
    """GloVe's whole sum against log X; its dot products against PMI; and the same with margins taken out."""
    trainings.give_back_memory()  # what was needed to count
    i, j = (counts >= often).nonzero()
    log_x, of_pair = np.log(np.asarray(counts[i, j]).ravel()), np.asarray(pmi.pmi(counts)[i, j]).ravel()
    product = model.word[torch.from_numpy(i)] * model.context[torch.from_numpy(j)]
    dots, whole = product[:, :-2].sum(1).numpy(), product.sum(1).numpy()  # the last two columns: biases
    x, y = (pmi.without_margins(i, j, values) for values in (of_pair, dots))
    return (
        Panel("GloVe, the whole sum", "log X", log_x, "w · w̃ + b + b̃", whole),
        Panel("GloVe, dot products", "PMI", of_pair, "w · w̃", dots),
        Panel("GloVe, the pair alone", "PMI, row and column out", x, "w · w̃, row and column out", y),
    )
