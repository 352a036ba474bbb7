"""What each transferred layer buys, the auxiliary loss on and off, and zero-shot answers along a pretraining.

    export TLCOURSE_FILES=gold TLCOURSE_IMDB=imdb
    tlcourse text text --nltk nltk_data --imdb imdb --eltec eltec-eng.txt.xz \\
        --pieces data/checkpoints/bert-mini
    python benchmarks/openai_gpt.py topic counts auxiliary between zero-shot end-points --text text

`topic` and `sentiment`: gpt-mini fine-tuned with nothing, the embeddings, or so many of the lowest layers
taken over, the rest random (figure 2, left), by the task's loss alone; `between` fills in topic's layers.
`auxiliary`: all layers, λ = 0.5 and 0. `counts`: TF-IDF on the same beginnings. `zero-shot`: a GPT of
gpt2-nano's size trained anew with three seeds, asked at several places of its training (figure 2, right);
`end-points` asks models that have read more. The learning rate was chosen among 2e-4, 5e-4 and 1e-3 on
training labels (`choose`): the largest accuracy on 300 training texts that were not learned from, seed 9, 70
steps. Results are written one by one; a run that was killed goes on.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from results_file import RecordsFile

from tlcourse.data import tasks, text_index, tokeniser
from tlcourse.data.tasks import Task
from tlcourse.models.pretrained import smollm2, zoo
from tlcourse.probe import zero_shot
from tlcourse.probe.zero_shot import LanguageModel
from tlcourse.train.finetuning.generative import NOTHING, GenerativeRecipe
from tlcourse.train.measuring import transferred_layers
from tlcourse.train.pretraining import checkpoint, loop
from tlcourse.train.pretraining.recipes import MIXTURE, PretrainingRecipe

HERE = Path(__file__).resolve().parents[1] / "data" / "results" / "openai_gpt"
SEEDS = (0, 1, 2)
LABELS = {"topic": 100, "sentiment": 300}
LAYERS = {"topic": (6, NOTHING, 0, 3), "sentiment": (6, NOTHING, 0, 3), "between": (2, 4, 1, 5)}
SMALL = zoo.ZOO["gpt2-nano"]
TOKENS, STEP = 300_000, 1024
ASKED_AT = (50, 100, 175)  # steps; and at the beginning and the end
ITEMS = {"sentiment": 200, "topic": 200, "headline": 80, "acceptability": 200}


def one(results: RecordsFile, task: Task, labels: int, n_layers: int, weight: float, seed: int) -> None:
    key = {"task": task.name, "labels": labels, "layers": n_layers, "weight": weight, "seed": seed}
    if results.has(**key):
        return
    started = time.perf_counter()
    recipe = GenerativeRecipe(lm_weight=weight)
    train, test = task.draw(labels, seed), transferred_layers.held_for_test(task)
    score = transferred_layers.measure(task, train, test, n_layers, recipe, seed)
    results.add(**key, score=score)
    print(key, round(score, 4), f"{time.perf_counter() - started:.0f} s", flush=True)


def choose() -> None:
    task = tasks.load("topic")
    drawn = task.draw(LABELS["topic"] + 300, 9)
    for rate in (2e-4, 5e-4, 1e-3):
        recipe = GenerativeRecipe(learning_rate=rate, lm_weight=0.0)
        score = transferred_layers.measure(task, drawn[300:], drawn[:300], 6, recipe, 9)
        print(rate, round(score, 4), flush=True)


def layers(results: RecordsFile, name: str, steps: Sequence[int]) -> None:
    task = tasks.load(name)
    for n_layers in steps:
        for seed in SEEDS:
            one(results, task, LABELS[name], n_layers, 0.0, seed)


def counts(results: RecordsFile) -> None:
    task = tasks.load("topic")
    for seed in SEEDS:
        train, test = task.draw(LABELS["topic"], seed), transferred_layers.held_for_test(task)
        score = transferred_layers.counts(task, train, test)
        results.add(task="topic", labels=LABELS["topic"], model="TF-IDF", seed=seed, score=score)


def auxiliary(results: RecordsFile) -> None:
    for name, labels in LABELS.items():
        task = tasks.load(name)
        for seed in SEEDS:
            for weight in (0.0, 0.5):
                one(results, task, labels, 6, weight, seed)


# Zero-shot.


def gpt(model: torch.nn.Module) -> LanguageModel:
    return zero_shot.of_gpt(model, tokeniser.load(zoo.folder_of("gpt-mini")))


def ulmfit() -> LanguageModel:
    model, pieces = zoo.load("ulmfit-mini", heads=True), tokeniser.load(zoo.folder_of("ulmfit-mini"))
    return zero_shot.of_gpt(model, pieces, logits=lambda ids, mask: model(ids)[0])


def smol() -> LanguageModel:
    tokenizer, model = smollm2.load()
    start = [tokenizer.bos_token_id]
    return LanguageModel(
        lambda ids, mask: model(input_ids=ids, attention_mask=mask).logits,
        lambda text: tokenizer(" " + text, add_special_tokens=False)["input_ids"] if text else [],
        start,
        192,
    )


def ask(results: RecordsFile, model: LanguageModel, key: dict, asked, part: float = 1.0) -> None:
    for name, one_task in asked.items():
        n = round(part * ITEMS[name])
        cut = one_task.head(n)
        if results.has(**key, task=name):
            continue
        scores = zero_shot.answer_scores(model, cut)
        ways = {"as it says": scores}
        if name != zero_shot.ACCEPTABILITY:
            ways["levelled"] = zero_shot.levelled(model, cut, scores)
        for way, some in ways.items():
            score = zero_shot.measure(cut, some)
            results.add(**key, task=name, way=way, items=n, score=score)
            print(key, name, way, round(score, 4), flush=True)


def recipe(seed: int, sources: tuple[str, ...]) -> PretrainingRecipe:
    return PretrainingRecipe(
        SMALL, TOKENS, batch_tokens=STEP, lengths=((1.0, 128),), learning_rate=2e-3, warmup=40_000, seed=seed,
        repeats={source: times for source, times in MIXTURE.items() if source in sources},
        log_every=25, checkpoint_every=25, evaluate_every=100_000,
    )  # fmt: skip


def along_a_training(
    results: RecordsFile, losses: RecordsFile, text: Path, folder: Path, seeds: Sequence[int]
) -> None:
    index, asked = text_index.load(text), {name: zero_shot.question(name) for name in zero_shot.TASKS}
    for seed in seeds:
        plan, run = recipe(seed, index.sources), folder / f"seed-{seed}"
        last = {"model": "small GPT", "seed": seed, "tokens": TOKENS}
        if results.has(**last, task=zero_shot.TASKS[-1]):
            continue
        torch.manual_seed(seed)
        model = zoo.build(SMALL).eval()
        ask(results, gpt(model), last | {"tokens": 0}, asked)

        def at(status, model=model, run=run, seed=seed) -> None:
            # What was saved at the last report: this report comes before its own checkpoint.
            step = status.step - 25
            losses.add(seed=seed, tokens=status.tokens, score=status.losses["next piece"])
            if step in ASKED_AT:
                tensors, facts = checkpoint.load(run / loop.CHECKPOINT)
                load(model, tensors)
                ask(
                    results,
                    gpt(model),
                    {"model": "small GPT", "seed": seed, "tokens": facts["tokens"]},
                    asked,
                )

        found = loop.run(plan, index, run, resume=(run / loop.CHECKPOINT).exists(), report=at)
        ask(results, gpt(found.model), last, asked)
        losses.add(seed=seed, tokens=TOKENS, held_out=True, score=found.held_out["next piece"])


def load(model: torch.nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    own = dict(model.named_parameters())
    with torch.no_grad():
        for name, tensor in tensors.items():
            if name.startswith("model."):
                own[name.removeprefix("model.")].copy_(tensor)


def end_points(results: RecordsFile) -> None:
    """Of the zoo what has read 16 million pieces; SmolLM2, which has read two trillion; one seed each.

    SmolLM2 is slow: it is asked fewer questions, and no headlines, each of which is eight readings.
    """
    asked = {name: zero_shot.question(name) for name in zero_shot.TASKS}
    made = {
        "gpt2-nano": (lambda: gpt(zoo.load("gpt2-nano", heads=True)), 16_000_000, 1.0),
        "gpt-mini": (lambda: gpt(zoo.load("gpt-mini", heads=True)), 16_000_000, 1.0),
        "ulmfit-mini": (ulmfit, 16_000_000, 1.0),
        "SmolLM2": (smol, 2_000_000_000_000, 0.3),
    }
    for name, (make, tokens, part) in made.items():
        key = {"model": name, "seed": 0, "tokens": tokens}
        if not results.has(**key, task=zero_shot.TASKS[-1]):
            some = asked if part == 1 else {k: v for k, v in asked.items() if k != zero_shot.HEADLINE}
            ask(results, make(), key, some, part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "what", nargs="+", choices=("choose", "counts", *LAYERS, "auxiliary", "zero-shot", "end-points")
    )
    parser.add_argument("--text", type=Path, default=Path("text"))
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of zero-shot")
    parser.add_argument("--out", type=Path, default=HERE, help="two at once need a folder each")
    parser.add_argument("--runs", type=Path, default=Path("runs/openai_gpt"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    for what in given.what:
        match what:
            case "choose":
                choose()
            case "topic" | "sentiment":
                layers(RecordsFile(given.out / "finetuned.json"), what, LAYERS[what])
            case "between":
                layers(RecordsFile(given.out / "finetuned.json"), "topic", LAYERS[what])
            case "counts":
                counts(RecordsFile(given.out / "counts.json"))
            case "auxiliary":
                auxiliary(RecordsFile(given.out / "finetuned.json"))
            case "end-points":
                end_points(RecordsFile(given.out / "zero_shot.json"))
            case "zero-shot":
                along_a_training(
                    RecordsFile(given.out / "zero_shot.json"),
                    RecordsFile(given.out / "losses.json"),
                    given.text,
                    given.runs,
                    given.seeds,
                )


if __name__ == "__main__":
    main()
