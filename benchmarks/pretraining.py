"""Pretraining speed: our BERT, GPT and XLNet against the same networks of transformers under its Trainer.

    python benchmarks/pretraining.py --out pretraining.json              # five minutes on two cores
    python benchmarks/pretraining.py bert --tuned --growth --out …       # more to compare with, and to see

Same configuration, same rows of the same text, same machine, one run. Ours is `tlcourse pretrain` as it is
where training is long. Trainer runs with its defaults; with --tuned also in bfloat16 and compiled, which
it offers. Its inputs are masked and stacked beforehand, so that none of its time goes into that. Our XLNet
has a memory to attend to besides, which Trainer does not pass on: its ratio is the least it can be.

Tokens/s are the median over the steps after the first ones, which compile. The floating-point operations are
counted by PyTorch, of one forward and backward pass of ours, and set against what this machine reaches in
multiplying two matrices of 2048 × 2048. --growth measures ours at other sizes and lengths.
"""

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import provenance
import torch
from arguments import file_to_write, from_one_up
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from tlcourse import files
from tlcourse.data import text_index
from tlcourse.data.text_index import TextIndex
from tlcourse.models.pretrained import interchange, zoo
from tlcourse.models.pretrained.transformers_configs import transformers_config
from tlcourse.train.pretraining import held_out, loop, recipes
from tlcourse.train.pretraining import pretrain as pretraining
from tlcourse.train.pretraining.objectives import Batch, Objective, Reading

MODELS = ("bert-mini", "gpt-mini", "xlnet-mini")
SIZES, LENGTHS = ("gpt2-nano", "gpt2-micro", "gpt2-mini"), (64, 128, 256)


def peak(dtype: torch.dtype, size: int = 2048, seconds: float = 1.5) -> float:
    """Floating-point operations a second in multiplying two square matrices: the best in so many seconds."""
    a, b = (torch.randn(size, size).to(dtype) for _ in range(2))
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best


def recipe_of(
    name: str, index: TextIndex, options: argparse.Namespace, rows: int, length: int, bf16: bool
) -> recipes.PretrainingRecipe:
    """As the zoo's model is trained, but for a few steps on rows of one length."""
    recipe = recipes.recipe_for(name, index.sources, bf16=bf16, compile=options.compile)
    steps = options.warm + options.steps
    return dataclasses.replace(
        recipe,
        tokens=steps * rows * length,
        batch_tokens=rows * length,
        growth=(),
        lengths=((1.0, length),),
        decay=0.0,
        log_every=1,
        checkpoint_every=10**9,
        evaluate_every=10**9,
    )


def ours(recipe: recipes.PretrainingRecipe, index: TextIndex, warm: int) -> dict[str, Any]:
    """Tokens/s of the training loop itself; text that is no padding counts."""
    with tempfile.TemporaryDirectory() as folder:
        result = loop.run(recipe, index, folder)
    rates = [line["tokens_per_second"] for line in result.log if "tokens_per_second" in line][warm:]
    return {"tokens_per_second": statistics.median(rates), "steps": len(rates)}


def operations(recipe: recipes.PretrainingRecipe, index: TextIndex) -> float:
    """Floating-point operations for a token of text, forward and backward."""
    objective, batch = objective_and_batch(recipe, index)
    carry = objective.initial_carry(len(batch["n_tokens"]))
    # With attention written out as matrix products; the counter knows those on every device.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        losses, _ = objective(carry, **held_out.as_tensors(objective, batch))
        sum(total for total, _ in losses.values()).backward()
    return counter.get_total_flops() / int(batch["n_tokens"].sum())


def objective_and_batch(recipe: recipes.PretrainingRecipe, index: TextIndex) -> tuple[Objective, Batch]:
    torch.manual_seed(recipe.seed)
    objective = recipes.objective_of(recipe.config)(zoo.build(recipe.config), index)
    length = recipe.lengths[0][1]
    reading = Reading(recipe.batch_tokens // length, length, recipe.repeats, recipe.seed)
    return objective.train(), objective.reader(index, reading)(0, 0.0)


def trainer_inputs(name: str, batch: Batch) -> dict[str, Tensor]:
    """Our batch as the transformers model of the same task takes it; −100 where there is no target."""
    ids = torch.from_numpy(batch["input_ids"])
    if name == "gpt-mini":
        return {"input_ids": ids, "labels": ids}  # the model itself shifts them
    positions, targets = torch.from_numpy(batch["positions"]), torch.from_numpy(batch["targets"])
    shared = {"input_ids": ids, "token_type_ids": torch.from_numpy(batch["token_type_ids"])}
    if name == "bert-mini":
        labels = torch.full_like(ids, -100)
        rows = torch.arange(len(ids))[:, None].expand_as(positions)
        asked = targets != -100
        labels[rows[asked], positions[asked]] = targets[asked]
        return shared | {
            "attention_mask": torch.from_numpy(batch["attention_mask"]),
            "labels": labels,
            "next_sentence_label": torch.from_numpy(batch["is_random"]),
        }
    mapping = torch.zeros(*positions.shape, ids.shape[1])
    mapping.scatter_(2, positions.unsqueeze(-1), 1.0)
    hidden = 1.0 - torch.from_numpy(batch["may_attend"]).float()  # theirs says what may not be seen
    return shared | {"perm_mask": hidden, "target_mapping": mapping, "labels": targets}


def theirs(
    name: str, recipe: recipes.PretrainingRecipe, index: TextIndex, warm: int, steps: int, tuned: bool
) -> dict[str, Any]:
    """Tokens/s of the transformers model of the same configuration under Trainer."""
    import transformers
    from transformers import Trainer, TrainerCallback, TrainingArguments

    ends: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *_: object, **__: object) -> None:
            ends.append(time.perf_counter())

    objective, batch = objective_and_batch(recipe, index)
    inputs = trainer_inputs(name, batch)
    config = transformers.AutoConfig.for_model(**transformers_config(recipe.config))
    model = getattr(transformers, interchange.transformers_class(objective.model))(config)
    rows = [{key: value[i] for key, value in inputs.items()} for i in range(len(batch["n_tokens"]))]
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=warm + steps,
            per_device_train_batch_size=len(rows),
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
            bf16=tuned,
            torch_compile=tuned,
        )
        Trainer(model=model, args=arguments, train_dataset=rows, callbacks=[Clock()]).train()
    seconds = np.diff(ends)[warm - 1 :]
    n_tokens = int(batch["n_tokens"].sum())
    return {"tokens_per_second": n_tokens / float(np.median(seconds)), "steps": len(seconds)}


class Speed:
    """Ours, as a share of what this machine reaches."""

    def __init__(self, options: argparse.Namespace, index: TextIndex):
        self.options, self.index = options, index
        self.bf16 = pretraining.bf16_is_fast()
        self.peaks = {"float32": peak(torch.float32), "bfloat16": peak(torch.bfloat16)}
        print({name: f"{value / 1e9:.0f} GFLOP/s" for name, value in self.peaks.items()}, flush=True)

    def of(self, name: str, rows: int, length: int) -> tuple[recipes.PretrainingRecipe, dict[str, Any]]:
        """The recipe, and how fast it is."""
        recipe = recipe_of(name, self.index, self.options, rows, length, self.bf16)
        found = ours(recipe, self.index, self.options.warm)
        # A shared machine has fast and slow minutes: the peak is measured beside each model.
        dtype = "bfloat16" if self.bf16 else "float32"
        highest = max(self.peaks[dtype], peak(getattr(torch, dtype)))
        per_token = operations(recipe, self.index)
        return recipe, found | {
            "flops_per_token": per_token,
            "matrix_product_flops": highest,
            "share_of_peak": per_token * found["tokens_per_second"] / highest,
        }


def measure(
    options: argparse.Namespace, index: TextIndex, report: dict[str, Any], save: Callable[[], None]
) -> None:
    """Fill the report, and save it after each measurement."""
    speed = Speed(options, index)
    report |= {"matrix_product_flops": speed.peaks, "computed_in_bf16": speed.bf16, "models": {}}
    for name in options.names:
        recipe, rate = speed.of(name, options.rows, options.length)
        found = {"ours": rate}
        for key, tuned in (("Trainer", False), ("Trainer, bf16 and compiled", True))[: 1 + options.tuned]:
            found[key] = theirs(name, recipe, index, options.warm, options.steps, tuned)
            found[key]["ours_is_faster_by"] = (
                found["ours"]["tokens_per_second"] / found[key]["tokens_per_second"]
            )
        report["models"][name] = found
        save()
        told(name, found)
    if options.growth:
        report["growth"] = []
        for line in growth(speed):
            report["growth"].append(line)
            save()


def told(name: str, found: dict[str, dict[str, Any]]) -> None:
    for key, one in found.items():
        more = f", {one['share_of_peak']:.0%} of the peak" if "share_of_peak" in one else ""
        more += f", ours is {one['ours_is_faster_by']:.2f} × as fast" if "ours_is_faster_by" in one else ""
        print(f"{name:12} {key:28} {one['tokens_per_second']:8,.0f} tokens/s{more}", flush=True)


def growth(speed: Speed) -> Iterator[dict[str, Any]]:
    """Ours as the model and as the rows grow; the batch has as many places each time."""
    options = speed.options
    places = options.rows * options.length
    for name, length in [(n, options.length) for n in SIZES] + [("gpt-mini", t) for t in LENGTHS]:
        recipe, rate = speed.of(name, places // length, length)
        body = zoo.size(zoo.build(recipe.config)).body
        line = {"model": name, "parameters": body, "length": length, **rate}
        print(line, flush=True)
        yield line


def model_name(value: str) -> str:
    try:
        found = zoo.find(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if found not in MODELS:
        raise argparse.ArgumentTypeError(f"{found} has no Trainer here; expected one of {', '.join(MODELS)}")
    return found


def refuse_lengths_that_do_not_fit(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    for name in [*options.names, *(SIZES if options.growth else ())]:
        config = zoo.ZOO[name]
        least, most = getattr(config, "reuse_len", 0) + 5, config.max_position_embeddings
        if not least <= options.length <= most:
            parser.error(
                f"argument --length: {options.length}: {name} takes rows of {least} to {most} pieces"
            )
    if options.growth and options.rows * options.length < max(LENGTHS):
        parser.error(f"argument --growth: a batch of --rows × --length has to hold {max(LENGTHS)} pieces")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", type=model_name, help=f"of {', '.join(MODELS)}; all if none")
    add("--text", type=Path, help="from `tlcourse text`; the packaged news if none")
    add("--rows", type=from_one_up, default=32)
    add("--length", type=from_one_up, default=128)
    add("--steps", type=from_one_up, default=12, help="that are measured")
    add("--warm", type=from_one_up, default=4, help="steps before those")
    add("--no-compile", dest="compile", action="store_false")
    add("--tuned", action="store_true", help="Trainer in bfloat16 and compiled as well")
    add("--growth", action="store_true", help="ours at other sizes and lengths as well")
    add("--out", type=file_to_write, help="the results, JSON; written after each measurement")
    options = parser.parse_args()
    options.names = options.names or [*MODELS]
    refuse_lengths_that_do_not_fit(parser, options)
    say: Callable[[str], None] = print
    index = text_index.load(options.text) if options.text else pretraining.packaged_text(say)
    report: dict[str, Any] = {
        "command": provenance.command(),
        **provenance.machine(),
        "rows": options.rows,
        "length": options.length,
    }

    def save() -> None:
        if options.out:
            files.write_json(options.out, report, indent=1)

    measure(options, index, report, save)


if __name__ == "__main__":
    main()
