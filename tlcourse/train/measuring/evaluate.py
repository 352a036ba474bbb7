"""The yardstick: a model on a task with a given number of labels, frozen or fine-tuned, for one seed.

Frozen, a linear model is trained on a representation; which of its readings, and the strength of the penalty,
is chosen by three-fold cross-validation on the training labels alone (on a thousand of them where there are
more). Fine-tuned, the whole network learns for a number of passes that is fixed beforehand. Nothing is ever
chosen by looking at a test set.

Taught in lesson *To tune or not to tune*.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from threadpoolctl import ThreadpoolController

from tlcourse.data.tasks import CLASSES, NUMBERS, TAGS, Task
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.train.finetuning.texts import TextRecipe, finetune
from tlcourse.train.measuring import scores
from tlcourse.train.measuring.representations import Readings, Representation, parts_of

FOLDS = 3
MOST_TO_CHOOSE_ON = {CLASSES: 1000, NUMBERS: 1000, TAGS: 150}  # items; 150 sentences have 3,500 words
MOST_AT_ONCE = 10_000  # training items whose states are kept although only some are drawn

_BLAS = ThreadpoolController()  # a step of the solver is shorter than two threads need to meet


@dataclass(frozen=True)
class Measurement:
    """The result of one training.

    Attributes:
        scores: by test set, higher is better.
        n_labels: items that were learned from.
        predicted: by test set, the answer to each of its items.
        chosen: which reading with which strength, or after which epoch.
        seconds: of choosing, training and testing; states that were kept from before cost none.
    """

    scores: dict[str, float]
    predicted: dict[str, np.ndarray]
    n_labels: int
    chosen: str
    seconds: float


def frozen(representation: Representation, task: Task, n: int | None, seed: int) -> Measurement:
    """A linear model on a frozen representation, trained on `n` labels (None: all) drawn by `seed`.

    Raises ValueError if there are not so many.
    """
    started = time.perf_counter()
    train = task.draw(n, seed)
    base = train
    if representation.keep and len(task.train_index) <= MOST_AT_ONCE:
        base = task.train_index
    parts = [base, *task.tests.values()]  # apart, as the tests are the same for each seed
    found = [representation.readings(task, rows) for rows in parts]
    readings = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    where = _places(task, np.concatenate(parts))
    with _BLAS.limit(limits=1, user_api="blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of weak penalties, which are then not chosen
        name, strength = choose(representation, task, readings, where, train, seed)
        x = readings[name]
        model = representation.estimator(name, task, strength)
        model.fit(x[_of(where, train)], task.target(train))
        said = {test: model.predict(x[_of(where, index)]) for test, index in task.tests.items()}
    seconds = time.perf_counter() - started
    return Measurement(_scored(task, said), said, len(train), f"{name}, C = {strength:g}", seconds)


def _scored(task: Task, said: dict[str, np.ndarray]) -> dict[str, float]:
    return {test: scores.score(task, test, answers) for test, answers in said.items()}


def choose(
    representation: Representation,
    task: Task,
    readings: Readings,
    where: dict[int, np.ndarray],
    train: np.ndarray,
    seed: int,
) -> tuple[str, float]:
    """The reading and the strength with the best mean score over three folds of the training items.

    Args:
        where: item → its rows in the readings.
    """
    some = np.random.default_rng(seed).permutation(train)[: MOST_TO_CHOOSE_ON[task.kind]]
    rows, y = _of(where, some), task.target(some)
    groups = None
    folds: KFold | StratifiedKFold | GroupKFold = KFold(FOLDS, shuffle=True, random_state=seed)
    if task.kind == TAGS:
        folds = GroupKFold(FOLDS)  # the words of a sentence stay together
        groups = np.repeat(np.arange(len(some)), [len(where[i]) for i in some.tolist()])
    elif task.kind == CLASSES and np.bincount(y)[np.unique(y)].min() >= FOLDS:
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    scored = get_scorer("r2" if task.kind == NUMBERS else "accuracy")
    found: dict[tuple[str, float], list[float]] = {}
    for learn, judge in folds.split(rows, y, groups):
        if task.kind != NUMBERS and len(np.unique(y[learn])) < 2:
            continue  # of a rare class all members are judged: nothing can be learned without one
        for name, x in readings.items():
            # What comes before the linear model is the same for each strength, and takes longest of counts.
            first = clone(representation.first(name, task))
            learned, judged = first.fit_transform(x[rows[learn]], y[learn]), first.transform(x[rows[judge]])
            for strength in representation.strengths:
                linear = representation.estimator(name, task, strength)[-1].fit(learned, y[learn])
                found.setdefault((name, strength), []).append(scored(linear, judged, y[judge]))
    if not found:
        return next(iter(readings)), representation.strengths[0]
    return max(found, key=lambda one: np.mean(found[one]))


def _places(task: Task, rows: np.ndarray) -> dict[int, np.ndarray]:
    """Item → its rows among those of `rows`: one, or as many as it has words."""
    sizes = [len(task.targets[i]) if task.kind == TAGS else 1 for i in rows]
    ends = np.cumsum(sizes)
    return {int(i): np.arange(end - size, end) for i, end, size in zip(rows, ends, sizes, strict=True)}


def _of(where: dict[int, np.ndarray], items: np.ndarray) -> np.ndarray:
    return np.concatenate([where[i] for i in items.tolist()])


# What differs from the default: MiniLM is larger and has learned more; an LSTM's states are small.
_RECIPES = {
    "minilm": TextRecipe(learning_rate=3e-4),
    "ulmfit-mini": TextRecipe(learning_rate=2e-3),
    "elmo-mini": TextRecipe(learning_rate=2e-3, mix=True),
}


def recipe_of(name: str) -> TextRecipe:
    """How a model of the zoo, or MiniLM, is fine-tuned here."""
    return _RECIPES.get(name, TextRecipe())


def finetuned(
    encoder: TextEncoder,
    task: Task,
    n: int | None,
    seed: int,
    recipe: TextRecipe | None = None,
    report: Callable[[dict[str, float]], None] = lambda line: None,
) -> Measurement:
    """`encoder`, fine-tuned in place on `n` labels (None: all) drawn by `seed`.

    Raises ValueError if there are not so many, or fewer than ten.
    """
    started = time.perf_counter()
    train = task.draw(n, seed)
    targets = [task.targets[i] for i in train] if task.kind == TAGS else task.target(train)
    lines: list[dict[str, float]] = []

    def note(line: dict[str, float]) -> None:
        lines.append(line)
        report(line)

    texts, n_outputs = parts_of(encoder, task, train), max(1, len(task.names))
    model = finetune(encoder, texts, targets, task.kind, n_outputs, recipe, seed, note)
    said = {test: model.predict(parts_of(encoder, task, index)) for test, index in task.tests.items()}
    best = 1 + int(np.argmin([line.get("held out", -i) for i, line in enumerate(lines)]))
    seconds = time.perf_counter() - started
    return Measurement(_scored(task, said), said, len(train), f"epoch {best} of {len(lines)}", seconds)
