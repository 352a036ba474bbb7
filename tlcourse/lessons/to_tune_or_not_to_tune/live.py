"""What the lesson measures while it runs: four heads on one encoder, and a part of the grid anew."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tlcourse.data import cloze, tasks
from tlcourse.data.tasks import SPANS, TAGS, Task
from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.show.records import Records
from tlcourse.train.finetuning import answers, read_once, trainings
from tlcourse.train.finetuning.heads import Head
from tlcourse.train.finetuning.texts import TextRecipe, finetune
from tlcourse.train.measuring import answer_scores, scores
from tlcourse.train.measuring.representations import parts_of

WORDS = 40  # of an article that is read beside a headline


def cut(task: Task, tested: int) -> Task:
    """The task with `tested` items of its first test, the same each time; of an article its first words."""
    test, index = next(iter(task.tests.items()))
    some = np.sort(np.random.default_rng(0).permutation(index)[:tested])
    second = None if task.second is None else [" ".join(text.split()[:WORDS]) for text in task.second]
    return replace(task, tests={test: some}, metrics={test: task.metrics[test]}, second=second)


@dataclass(frozen=True)
class Answers:
    """What a span head found.

    Attributes:
        scores: `exact match` and `F1`.
        rows: question, answer and what was found, for a table.
    """

    scores: dict[str, float]
    rows: list[dict[str, str]]


def find_answers(encoder: TextEncoder, n: int, tested: int, seed: int, recipe: TextRecipe) -> Answers:
    """Fine-tune `encoder` on `n` cloze questions from BBC news, and ask it `tested` others."""
    data = cloze.load()
    train = np.random.default_rng(seed).permutation(data.train_index)[:n]
    asked = np.random.default_rng(0).permutation(data.test_index)[:tested]
    learned, test = answers.read(encoder, data, train), answers.read(encoder, data, asked)
    some = learned.answerable
    texts = [learned.texts[i] for i in some]
    model = finetune(encoder, texts, learned.spans[some], SPANS, 2, recipe, seed)
    found, expected = test.words(model.predict(test.texts)), [data.answers[i] for i in asked]
    rows = [
        {"question": data.questions[i], "answer": answer, "found": said}
        for i, answer, said in zip(asked, expected, found, strict=True)
        if not data.questions[i].startswith(cloze.BLANK)  # that reads like a sentence cut off
    ]
    return Answers(answer_scores.mean(expected, found), rows[:6])


def on_states(
    name: str, heads: dict[str, Head], n: int, tested: int, seeds: Sequence[int], recipe: TextRecipe
) -> Records:
    """Heads on a frozen MiniLM, which reads each text of the task once: task, way, labels, seed, score."""
    trainings.give_back_memory()  # of what was trained before
    encoder, task = encoders.load("minilm"), cut(tasks.load(name), tested)
    ((test, index),) = task.tests.items()
    asked = read_once.read(encoder, parts_of(encoder, task, index))
    trainings.give_back_memory()
    draws = {seed: task.draw(n, seed) for seed in seeds}
    learned = {seed: read_once.read(encoder, parts_of(encoder, task, train)) for seed, train in draws.items()}
    encoder.to("meta")  # asked for the last time: its weights give way to the heads
    found = []
    for (seed, train), (way, head) in itertools.product(draws.items(), heads.items()):
        trainings.give_back_memory()
        targets = [task.targets[i] for i in train] if task.kind == TAGS else task.target(train)
        model = finetune(
            encoder, learned[seed], targets, task.kind, max(1, len(task.names)), recipe, seed, head=head
        )
        score = scores.score(task, test, model.predict(asked))
        found.append({"task": name, "way": way, "labels": n, "seed": seed, "score": score})
    return Records(found)
