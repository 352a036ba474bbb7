"""The three stages, each trick on and off: what the benchmark measures, and the lesson a part of again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from tlcourse.data import bbc_news, rated_sentences, tasks, trec_questions
from tlcourse.models.language.ulmfit import ConcatPooling, UlmfitForPreTraining
from tlcourse.models.pretrained import encoders, zoo
from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, PieceEncoder
from tlcourse.show.records import Records
from tlcourse.train.finetuning import lm_classifier, lm_finetuning
from tlcourse.train.finetuning.lm_classifier import ClassifierRecipe, TextClassifier
from tlcourse.train.finetuning.lm_finetuning import LmRecipe, mean_loss, piece_stream

GENERAL = "ulmfit-mini"

# Stage 2, as in the paper's table 6: one constant rate; a rate for each layer; and the slanted triangle.
STAGE_2 = {
    "full": LmRecipe(rate_factor=1.0, slanted=False),
    "+ discr": LmRecipe(slanted=False),
    "+ discr + STLR": LmRecipe(),
}


_ALL, _SCRATCH = ClassifierRecipe(), ClassifierRecipe(learning_rate=3e-3, rate_factor=1.0, gradual=False)


@dataclass(frozen=True)
class Way:
    """How a classifier comes about.

    Attributes:
        pretrained: the first stage took place; otherwise the weights are random.
        stage_2: a name of `STAGE_2`, or None if the language model has not read the task's text.
        recipe: of the third stage.
    """

    pretrained: bool = True
    stage_2: str | None = "+ discr + STLR"
    recipe: ClassifierRecipe = _ALL


WAYS = {
    "ULMFiT": Way(),
    "no pretraining": Way(pretrained=False),
    "no LM fine-tuning": Way(stage_2=None),
    "from scratch": Way(pretrained=False, stage_2=None, recipe=_SCRATCH),
    "LM fine-tuning: full": Way(stage_2="full"),
    "LM fine-tuning: + discr": Way(stage_2="+ discr"),
    "one rate for all layers": Way(recipe=replace(_ALL, rate_factor=1.0)),
    "a constant rate": Way(recipe=replace(_ALL, slanted=False)),
    "all layers at once": Way(recipe=replace(_ALL, gradual=False)),
    "the last state alone": Way(recipe=replace(_ALL, pooling="last")),
    "last layer only": Way(recipe=replace(_ALL, lowest="head", gradual=False)),
    "full: no trick": Way(recipe=replace(_ALL, rate_factor=1.0, slanted=False, gradual=False)),
}

SEARCHED_ON = 300  # training items, apart from those that are learned from
# Way → whose rate was searched: those that share its plan share its rate.
SEARCHED = {"from scratch": "from scratch", "full: no trick": "full: no trick"}


def chosen(found: Mapping[float, float]) -> float:
    """Of the rates that were searched, rate → accuracy, the lowest within one standard error of the best."""
    error = (0.25 / SEARCHED_ON) ** 0.5  # of a share of about one half
    return min(rate for rate, score in found.items() if score >= max(found.values()) - error)


def rate_of(way: str, searched: Records) -> float:
    """The rate for `way`, from the records of a search."""
    rows = searched.where(way=SEARCHED.get(way, "no LM fine-tuning"))
    return chosen({row["rate"]: row["score"] for row in rows})


@dataclass(frozen=True)
class Reading:
    """A task's texts as pieces.

    Attributes:
        pool, test: texts, and their labels: what labels are drawn from, and what is tested on.
        stream: the text of stage 2, without labels.
        held_out: text of the same kind that stage 2 has not read.
    """

    pool: list[Example]
    pool_labels: np.ndarray
    test: list[Example]
    test_labels: np.ndarray
    stream: np.ndarray
    held_out: np.ndarray
    n_classes: int

    def draw(self, n: int, seed: int) -> np.ndarray:
        """`n` places in the pool; with the same seed, a smaller draw is part of a larger one."""
        return np.random.default_rng(seed).permutation(len(self.pool))[:n]


def language_model(random_seed: int | None = None) -> UlmfitForPreTraining:
    """The general language model with its softmax; or one of the same size with random weights."""
    folder = zoo.folder_of(GENERAL)
    if random_seed is None:
        return zoo.load(folder, heads=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(random_seed)
        return zoo.build(zoo.read_config(folder)).eval()


def reader(lm: UlmfitForPreTraining) -> PieceEncoder:
    """The model's network with its way of reading; training the one trains the other."""
    return encoders.of_zoo(lm.encoder, zoo.folder_of(GENERAL))


def general_text(encoder: PieceEncoder, most: int) -> np.ndarray:
    """News that the general model has not read: a stream of `most` pieces of BBC's test articles."""
    news = bbc_news.load()
    return piece_stream(encoder, [news.texts[i] for i in news.test_index[:200]])[:most]


def snippets(encoder: PieceEncoder, tested: int = 500, unlabelled: int = 24_000) -> Reading:
    """Movie snippets, positive or negative. The labels come from another half than the unlabelled text."""
    data = rated_sentences.load("movie")
    mixed = np.random.default_rng(0).permutation
    rows, test = mixed(data.train_index), mixed(data.test_index)
    pool, unread = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    held = test[tested:]

    def texts(index: np.ndarray) -> list[str]:
        return [data.texts[i] for i in index]

    return Reading(
        lm_classifier.last_pieces(encoder, texts(pool), 100),
        data.label[pool],
        lm_classifier.last_pieces(encoder, texts(test[:tested]), 100),
        data.label[test[:tested]],
        piece_stream(encoder, texts(unread[: unlabelled // 20]))[:unlabelled],  # of 27 pieces on average
        piece_stream(encoder, texts(held))[:12_000],
        2,
    )


def questions(encoder: PieceEncoder) -> Reading:
    """TREC-6, all of it; the language model reads the questions of the training side, without their kinds."""
    data = trec_questions.load()
    train, test = ([data.texts[i] for i in index] for index in (data.train_index, data.test_index))
    return Reading(
        lm_classifier.last_pieces(encoder, train, 64),
        data.label[data.train_index],
        lm_classifier.last_pieces(encoder, test, 64),
        data.label[data.test_index],
        piece_stream(encoder, train),
        piece_stream(encoder, test),
        len(data.names),
    )


def reviews(
    encoder: PieceEncoder, most: int = 64, tested: int = 600, unlabelled: int = 60_000
) -> tuple[Reading, list[str], list[str]]:
    """IMDb: the last `most` pieces of each review; and the reviews of the pool and the test, whole.

    The language model reads other reviews of the training side than labels are drawn from.
    """
    task = tasks.load("imdb")
    mixed = np.random.default_rng(0).permutation  # both sides stand by label in the file
    rows, test = mixed(task.train_index), mixed(task.tests["imdb"])[:tested]
    pool, unread = rows[:4000], rows[4000:]
    some, others = [task.texts[i] for i in pool], [task.texts[i] for i in test]
    reading = Reading(
        lm_classifier.last_pieces(encoder, some, most),
        task.targets[pool],
        lm_classifier.last_pieces(encoder, others, most),
        task.targets[test],
        piece_stream(encoder, [task.texts[i] for i in unread[:1000]])[:unlabelled],
        piece_stream(encoder, others[:60])[:12_000],
        2,
    )
    return reading, some, others


def train_classifier(
    lm: UlmfitForPreTraining,
    reading: Reading,
    recipe: ClassifierRecipe,
    n: int,
    seed: int,
    watch: Callable[[int, int], None] = lambda step, n_steps: None,
) -> TextClassifier:
    """Stage 3, on `n` labels drawn by `seed`; `lm` is trained in place.

    Args:
        watch: called before the first step and after each, with the steps done and their number.
    """
    model = TextClassifier(reader(lm), reading.n_classes, recipe.pooling, seed)
    rows = reading.draw(n, seed)
    total = lm_classifier.n_steps(n, recipe)
    watch(0, total)
    steps = lm_classifier.training_steps(
        model, [reading.pool[i] for i in rows], reading.pool_labels[rows], recipe, seed
    )
    for done, _ in enumerate(steps, start=1):
        watch(done, total)
    return model


@torch.inference_mode()
def frozen_features(encoder: PieceEncoder, examples: list[Example], batch_size: int = 32) -> np.ndarray:
    """What concat pooling makes of a network that is left as it is: float32 (N, 3E)."""
    pooling, found = ConcatPooling(), np.empty((len(examples), 3 * encoder.widths[-1]), dtype=np.float32)
    encoder.eval()
    for index in batches_by_length([*map(len, examples)], batch_size):
        batch = encoder.batch([examples[i] for i in index])
        found[index] = pooling(encoder(batch)[-1], batch["attention_mask"]).numpy()
    return found


def accuracy(model: TextClassifier, reading: Reading) -> float:
    """On the texts to test on."""
    return float((model.predict(reading.test) == reading.test_labels).mean())


def read_on(lm: UlmfitForPreTraining, reading: Reading, recipe: LmRecipe, seed: int = 0) -> dict[str, float]:
    """Stage 2, in place: the perplexity on held-out text of the task before and after."""
    before = mean_loss(lm, reading.held_out)
    for _ in lm_finetuning.training_steps(lm, reading.stream, recipe, seed):
        pass
    return {"before": float(np.exp(before)), "after": float(np.exp(mean_loss(lm, reading.held_out)))}


class LossWatched:
    """The language model's loss on general text while its network becomes a classifier.

    Attributes:
        losses: share of the steps done → loss in nats a piece.
    """

    def __init__(self, lm: UlmfitForPreTraining, general: np.ndarray, times: int = 5):
        self.lm, self.general, self.times = lm, general, times
        self.losses: dict[float, float] = {}

    def __call__(self, step: int, n_steps: int) -> None:
        share = round(step / n_steps * self.times) / self.times
        if step == round(share * n_steps):
            self.losses[share] = mean_loss(self.lm, self.general)
