"""Fine-tuning speed: seconds until MiniLM tells 80 % of the movie snippets, against transformers' Trainer.

    python benchmarks/finetuning.py --out finetuning.json              # ten minutes on two cores

Same weights, same snippets to learn from and to be asked for, same machine, one run, the two in turn. Trainer
runs with its defaults (AdamW at 5e-5, falling over three epochs, batches of eight, single precision, each
batch padded to its longest); it is asked every `--every` steps, and its clock stands still meanwhile. Ours is
`tlcourse.train.finetuning.texts.finetune`, whose rate rises and falls within a planned number of steps: each
plan, from the shortest, is a training of its own. The first that reaches the target on snippets that it does
not learn from and nobody is tested on is taken, or a longer one if that falls short in the test; the time is
that of its training.
"""

import argparse
import dataclasses
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import provenance
import torch

from tlcourse import files
from tlcourse.data import tasks
from tlcourse.models.pretrained import encoders as pretrained_encoders
from tlcourse.models.pretrained import minilm
from tlcourse.train.finetuning.texts import finetune
from tlcourse.train.measuring import evaluate
from tlcourse.train.measuring.representations import parts_of
from tlcourse.train.pretraining.pretrain import bf16_is_fast

PLANS = (30, 45, 60, 90, 120, 180, 240, 360)  # steps


def ours(task: tasks.Task, asked: np.ndarray, seed: int, target: float) -> dict[str, Any]:
    """The shortest plan that reaches the target on other snippets and then here; the longest if none does."""
    standard = evaluate.recipe_of("minilm")
    recipe = dataclasses.replace(standard, epochs=1, min_steps=1, bf16=bf16_is_fast())
    order = np.random.default_rng(seed).permutation(task.train_index)
    others, train = order[: len(asked)], order[len(asked) :]
    chosen = False
    for steps in PLANS:
        encoder = pretrained_encoders.load("minilm")
        some = train[: steps * recipe.batch_size]
        started = time.perf_counter()
        texts = parts_of(encoder, task, some)
        model = finetune(encoder, texts, task.target(some), task.kind, len(task.names), recipe, seed)
        seconds = time.perf_counter() - started
        right = {
            name: model.predict(parts_of(encoder, task, index)) == task.target(index)
            for name, index in (("asked", asked), ("others", others))
        }
        found = {
            "seconds": seconds,
            "accuracy": float(right["asked"].mean()),
            "accuracy on others": float(right["others"].mean()),
            "steps": steps,
            "batch": recipe.batch_size,
        }
        chosen = chosen or found["accuracy on others"] >= target
        if chosen and found["accuracy"] >= target:
            break
    return found


def theirs(task: tasks.Task, asked: np.ndarray, seed: int, target: float, every: int) -> dict[str, Any]:
    """A plain script around Trainer; what it reached when it was last asked."""
    from transformers import (
        AutoModelForSequenceClassification,
        Trainer,
        TrainerCallback,
        TrainingArguments,
        set_seed,
    )

    tokenizer = minilm.load().tokenizer
    set_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(tokenizer.name_or_path, num_labels=2)

    def rows(index: np.ndarray) -> list[dict[str, Any]]:
        read = tokenizer([task.texts[i] for i in index], truncation=True, max_length=256)
        labels = task.target(index).tolist()
        return [{**{key: read[key][i] for key in read}, "labels": y} for i, y in enumerate(labels)]

    test = rows(asked)
    found: dict[str, Any] = {}

    class Clock(TrainerCallback):
        seconds = 0.0

        def on_train_begin(self, *_: object, **__: object) -> None:
            self.since = time.perf_counter()

        def on_step_end(self, args: object, state: Any, control: Any, **_: object) -> None:
            if state.global_step % every:
                return
            self.seconds += time.perf_counter() - self.since
            accuracy = right_share(model, tokenizer, test)
            found.update(seconds=self.seconds, accuracy=accuracy, steps=state.global_step, batch=8)
            control.should_training_stop = accuracy >= target
            self.since = time.perf_counter()

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, seed=seed, report_to=[], save_strategy="no", disable_tqdm=True
        )
        Trainer(
            model=model,
            args=arguments,
            train_dataset=rows(task.train_index),
            processing_class=tokenizer,
            callbacks=[Clock()],
        ).train()
    return found


@torch.inference_mode()
def right_share(model: torch.nn.Module, tokenizer: Any, test: list[dict[str, Any]]) -> float:
    was_training = model.training
    model.eval()
    right = 0
    for index in minilm.batches_by_length([len(row["input_ids"]) for row in test], 32):
        batch = tokenizer.pad([test[i] for i in index], return_tensors="pt")
        labels = batch.pop("labels")
        right += int((model(**batch).logits.argmax(1) == labels).sum())
    model.train(was_training)
    return right / len(test)


def share_of_time(ours: dict[str, Any], theirs: dict[str, Any], target: float) -> float | None:
    """None if one of them did not reach the target: then their times cannot be compared."""
    if min(ours["accuracy"], theirs["accuracy"]) < target:
        return None
    return ours["seconds"] / theirs["seconds"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", type=float, default=0.8, help="accuracy on the snippets held out")
    parser.add_argument("--asked", type=int, default=1000, help="snippets held out")
    parser.add_argument("--every", type=int, default=20, help="steps after which Trainer's model is asked")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="the results, JSON")
    options = parser.parse_args()

    task = tasks.load("sentiment")
    asked = np.random.default_rng(0).permutation(task.tests["movie"])[: options.asked]
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "Trainer": []}
    for seed in range(options.seeds):
        found["ours"].append(ours(task, asked, seed, options.target))
        found["Trainer"].append(theirs(task, asked, seed, options.target, options.every))
        for name, outcomes in found.items():
            one = outcomes[-1]
            said = f"{one['accuracy']:.1%} after {one['steps']} steps of {one['batch']}"
            print(f"seed {seed}  {name:8} {one['seconds']:6.1f} s, {said}", flush=True)
    ratios = [share_of_time(*pair, options.target) for pair in zip(*found.values(), strict=True)]
    told = [ratio for ratio in ratios if ratio is not None]
    if told:
        middle, least, most = statistics.median(told), min(told), max(told)
        print(f"ours takes {middle:.2f} of Trainer's time ({least:.2f} to {most:.2f})")
    if len(told) < len(ratios):
        print(f"{len(ratios) - len(told)} of {len(ratios)} seeds tell nothing: a side missed the target")
    report = {
        "command": provenance.command(),
        **provenance.machine(),
        "target": options.target,
        "asked": len(asked),
        "found": found,
        "share_of_trainers_seconds": ratios,
    }
    if options.out:
        files.write_json(options.out, report, indent=1)


if __name__ == "__main__":
    main()
