"""Answers in paragraphs of Wikipedia (XQuAD, English): MiniLM fine-tuned, beside counting words.

    export TLCOURSE_FILES=gold
    python benchmarks/answers.py            # fifteen minutes of one core

The recipe is the course's own for MiniLM; nothing was chosen on these questions. Each seed draws the order of
the training questions and the new head. *Counting words* knows no model: of the names and numbers of the
paragraph that the question has not, it takes the one with the most words of the question around it, a small
form of the sliding window that Rajpurkar et al. 2016 compare with.
"""

import re
import time
from dataclasses import replace
from pathlib import Path

import torch
from results_file import RecordsFile

from tlcourse.data import xquad
from tlcourse.data.tasks import SPANS
from tlcourse.models.pretrained import encoders
from tlcourse.train.finetuning import answers
from tlcourse.train.finetuning.texts import finetune
from tlcourse.train.measuring import answer_scores, evaluate

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "to_tune_or_not_to_tune"
SEEDS = (0, 1, 2)
RECIPE = replace(evaluate.recipe_of("minilm"), epochs=1, min_steps=1, batch_size=8)
AROUND = 10  # words on each side of a name
_NAME = re.compile(r"\b(?:[A-Z][\w’'-]*|\d[\d,.]*\d|\d)(?: (?:[A-Z][\w’'-]*|\d[\d,.]*\d|\d))*")


def counting_words(question: str, paragraph: str) -> str:
    """The name or number with the most words of the question around it; the first of equals, "" if none."""
    asked = set(answer_scores.tidy(question))
    best, most = "", -1
    for match in _NAME.finditer(paragraph):
        if set(answer_scores.tidy(match.group())) <= asked:
            continue
        before = answer_scores.tidy(paragraph[: match.start()])[-AROUND:]
        after = answer_scores.tidy(paragraph[match.end() :])[:AROUND]
        shared = len(asked & {*before, *after})
        if shared > most:
            best, most = match.group(), shared
    return best


def main() -> None:
    torch.set_num_threads(1)
    data = xquad.load()
    expected = [data.answers[i] for i in data.test_index]
    results, seconds = RecordsFile(HERE / "answers.json"), RecordsFile(HERE / "answers_seconds.json")
    key = {"model": "counting words", "task": "XQuAD", "labels": 0, "seed": 0}
    if not results.has(**key):
        asked = [(data.questions[i], data.paragraphs[data.paragraph[i]]) for i in data.test_index]
        found = answer_scores.mean(expected, [counting_words(*one) for one in asked])
        for measure, score in found.items():
            results.add(**key, measure=measure, score=score)
        print(key, found, flush=True)
    for seed in SEEDS:
        encoder = encoders.load("minilm")
        learned = answers.read(encoder, data, data.train_index)
        some = learned.answerable
        key = {"model": "minilm", "task": "XQuAD", "labels": len(some), "seed": seed}
        if results.has(**key):
            continue
        started = time.process_time()
        texts, spans = [learned.texts[i] for i in some], learned.spans[some]
        model = finetune(encoder, texts, spans, SPANS, 2, RECIPE, seed, print)
        took = time.process_time() - started
        test = answers.read(encoder, data, data.test_index)
        found = answer_scores.mean(expected, test.words(model.predict(test.texts)))
        for measure, score in found.items():
            results.add(**key, measure=measure, score=score)
        seconds.add(**key, score=took)
        print(key, found, f"{took:.0f} s", flush=True)


if __name__ == "__main__":
    main()
