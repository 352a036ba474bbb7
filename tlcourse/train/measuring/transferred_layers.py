"""What GPT gets right after fine-tuning, with so many of its pretrained layers taken over.

Radford et al. 2018, section 5, "Impact of number of layers transferred", and figure 2, left.

Taught in lesson *OpenAI GPT*.
"""

from typing import TYPE_CHECKING

import numpy as np

from tlcourse.data import tokeniser
from tlcourse.data.tasks import Task
from tlcourse.data.tokeniser import EXTRACT, START
from tlcourse.models.language.gpt import classification_input
from tlcourse.models.pretrained import zoo
from tlcourse.train.finetuning import generative
from tlcourse.train.finetuning.generative import NOTHING, GenerativeRecipe, Item
from tlcourse.train.measuring import baselines

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL = "gpt-mini"
NAMES = {NOTHING: "nothing", 0: "embeddings"} | {
    k: f"embeddings\n+ {k} layer{'s' * (k > 1)}" for k in range(1, 7)
}
LONGEST = {"topic": 28, "sentiment": 32}  # pieces that are read: the beginning says what a text is about
TESTED = {"topic": 250, "sentiment": 300}


def items(task: Task, rows: np.ndarray, tokenizer: "Tokenizer") -> list[Item]:
    """The texts `rows` as GPT reads them, each as one sequence of its beginning."""
    encoded = tokenizer.encode_batch([task.texts[i] for i in rows], add_special_tokens=False)
    return [classification_input(e.ids[: LONGEST[task.name]], START, EXTRACT) for e in encoded]


def held_for_test(task: Task, n: int | None = None) -> np.ndarray:
    """The texts of a task that are tested on, always the same; the first `n` of them."""
    rows = np.random.default_rng(0).permutation(task.tests[next(iter(task.tests))])
    return rows[: n or TESTED[task.name]]


def counts(task: Task, train: np.ndarray, test: np.ndarray) -> float:
    """The accuracy of TF-IDF and logistic regression, on the same beginnings of the texts."""
    tokenizer = tokeniser.load(zoo.folder_of(MODEL))
    train_texts, test_texts = (
        [tokenizer.decode(item[0][1:-1]) for item in items(task, rows, tokenizer)] for rows in (train, test)
    )
    model = baselines.classifier("TF-IDF").fit(train_texts, task.target(train))
    return float(model.score(test_texts, task.target(test)))


def measure(
    task: Task, train: np.ndarray, test: np.ndarray, n_layers: int, recipe: GenerativeRecipe, seed: int
) -> float:
    """Fine-tune gpt-mini on the texts `train` and return its accuracy on the texts `test`.

    Args:
        n_layers: how many are taken over, `NOTHING` to all six; the rest is random.
        seed: of random weights, order and dropout.
    """
    tokenizer = tokeniser.load(zoo.folder_of(MODEL))
    language_model = generative.transfer(zoo.load(MODEL, heads=True), n_layers, seed)
    model = generative.classifier(language_model, len(task.names), recipe, seed)
    generative.finetune(model, items(task, train, tokenizer), task.target(train), recipe, seed)
    return generative.accuracy(model, items(task, test, tokenizer), task.target(test))
