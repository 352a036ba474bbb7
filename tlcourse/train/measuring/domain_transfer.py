"""Train on one domain, test on another: what a classifier keeps of its accuracy when the text changes.

"Transductive" transfer in the terms of Pan and Yang 2010 (*A survey on transfer learning*, section 2): the
task stays, the domain changes, and the target has no labels.

Taught in lesson *What is transfer learning*.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import ThreadpoolController

from tlcourse.data.glove import Vectors
from tlcourse.data.rated_sentences import RatedSentences
from tlcourse.models.pretrained.minilm import Watch
from tlcourse.train.finetuning.trainings import give_back_memory
from tlcourse.train.measuring import baselines

# One thread is faster here, on a busy machine by ten times: a step of the solver takes less time than two
# threads need to meet.
_BLAS = ThreadpoolController()


@dataclass(frozen=True)
class Domain:
    """Labelled sentences of one domain, ready for any classifier of `baselines`.

    Attributes:
        texts: N sentences.
        rating: float64, (N,), the mean human rating.
        label: int64, (N,), 1 where the rating is positive.
        inputs: the array that each representation's classifier reads, N rows each.
        train_index, test_index: int64; no sentence in both.
    """

    name: str
    texts: list[str]
    rating: np.ndarray
    label: np.ndarray
    inputs: dict[str, np.ndarray]
    train_index: np.ndarray
    test_index: np.ndarray

    @property
    def test_label(self) -> np.ndarray:
        """int64, (N_test,)."""
        return self.label[self.test_index]


def prepare(
    sentences: RatedSentences,
    vectors: Vectors,
    n_train: int | None = None,
    n_test: int | None = None,
    progress: Watch = iter,
) -> Domain:
    """Compute the inputs of a domain, or of a fixed part of it: `n_train` and `n_test` of its sentences.

    Raises:
        ValueError: a split has fewer sentences than asked for.
    """
    train = _part(sentences.train_index, n_train, f"{sentences.domain}'s training split")
    test = _part(sentences.test_index, n_test, f"{sentences.domain}'s test split")
    kept = np.sort(np.concatenate([train, test]))  # in the file's order, to share the cached features
    texts = [sentences.texts[i] for i in kept]
    inputs = baselines.inputs(texts, vectors, progress)
    give_back_memory()  # what MiniLM's batches needed
    return Domain(
        name=sentences.domain,
        texts=texts,
        rating=sentences.rating[kept],
        label=sentences.label[kept],
        inputs=inputs,
        train_index=np.searchsorted(kept, train),
        test_index=np.searchsorted(kept, test),
    )


def _part(index: np.ndarray, n: int | None, what: str) -> np.ndarray:
    if n is None:
        return index
    if not 0 < n <= len(index):
        raise ValueError(f"{what} has {len(index)} sentences, so n must be between 1 and that; got {n}")
    return np.random.default_rng(0).permutation(index)[:n]


def draw_nested(domain: Domain, n_labels: int, seed: int) -> np.ndarray:
    """Row numbers of `n_labels` training sentences; with one seed, a smaller draw is part of a larger one.

    Raises:
        ValueError: the training split has fewer.
    """
    if not 0 < n_labels <= len(domain.train_index):
        raise ValueError(
            f"n_labels is {n_labels}, but {domain.name} has {len(domain.train_index)} training sentences"
        )
    return np.random.default_rng(seed).permutation(domain.train_index)[:n_labels]


def fit(
    sources: Sequence[tuple[Domain, int]],
    representation: str,
    seed: int,
    weights: Sequence[float] | None = None,
) -> Pipeline:
    """Train on so many labels of each domain: `fit([(movie, 100), (product, 2000)], "TF-IDF", seed=0)`.

    Args:
        weights: how much a sentence of each domain counts in the loss, one for each of `sources`; only
            their ratios matter, for they are scaled to a mean of 1, which leaves the regularisation as it is.

    Raises:
        ValueError: there are not as many weights as sources, or one is not above 0.
    """
    weights = [1.0] * len(sources) if weights is None else list(weights)
    if len(weights) != len(sources) or min(weights) <= 0:
        raise ValueError(f"weights is {weights}: give one above 0 for each of the {len(sources)} sources")
    parts = [(domain, draw_nested(domain, n_labels, seed)) for domain, n_labels in sources]
    weight = np.repeat(np.array(weights, dtype=float), [len(rows) for _, rows in parts])
    weight /= weight.mean()
    x = np.concatenate([domain.inputs[representation][rows] for domain, rows in parts])
    y = np.concatenate([domain.label[rows] for domain, rows in parts])
    with _BLAS.limit(limits=1, user_api="blas"):
        return baselines.classifier(representation).fit(x, y, logisticregression__sample_weight=weight)


def predict(model: Pipeline, domain: Domain, representation: str) -> np.ndarray:
    """The labels that `model` gives to the test sentences of `domain`: int64, (N_test,)."""
    with _BLAS.limit(limits=1, user_api="blas"):
        return model.predict(domain.inputs[representation][domain.test_index])


def train_here_test_there(
    domains: Sequence[Domain], representation: str, n_labels: int, seeds: Sequence[int]
) -> dict[tuple[str, str], np.ndarray]:
    """Train on each domain and test on all of them.

    Returns:
        (source's name, target's name) → predicted labels, int64, (S, N_test of the target), one row per seed.
    """
    predicted: dict[tuple[str, str], list[np.ndarray]] = {}
    for source in domains:
        for seed in seeds:
            model = fit([(source, n_labels)], representation, seed)
            for target in domains:
                row = predict(model, target, representation)
                predicted.setdefault((source.name, target.name), []).append(row)
    return {pair: np.stack(rows) for pair, rows in predicted.items()}


def score(
    predicted: Mapping[tuple[str, str], np.ndarray],
    domains: Sequence[Domain],
    metric: Callable[[np.ndarray, np.ndarray], float],
) -> np.ndarray:
    """`metric(true, predicted)` of every cell: (S, sources, targets), both in the order of `domains`."""
    cells = [
        [
            [metric(target.test_label, row) for row in predicted[source.name, target.name]]
            for target in domains
        ]
        for source in domains
    ]
    return np.moveaxis(np.array(cells), 2, 0)  # seeds first
