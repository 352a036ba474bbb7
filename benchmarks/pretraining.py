"""Pretraining speed: our BERT, GPT and XLNet against the same networks of transformers under its Trainer.

    python benchmarks/pretraining.py --out pretraining.json              # a quarter of an hour on two cores
    python benchmarks/pretraining.py bert --tuned --growth --out …       # more to compare with, and to see

Same configuration, same rows of the same text, same machine. Ours is `tlcourse pretrain` as it is where
training is long, or in float32 with --float32. Trainer runs with its defaults; with --tuned also in bfloat16
and compiled, which it offers. Its inputs are masked and stacked beforehand, so that none of its time goes
into that; XLNet attends to a memory of the rows before on both sides. The sides take turns, in another order
each round: a machine that is slow for a minute is then slow for both, and how far the rounds differ says what
a ratio is worth. Measure on a machine that does nothing else.

Tokens/s are the median over the steps after the first ones, which compile. The floating-point operations are
counted by PyTorch, of one forward and backward pass of ours, and set against what this machine reaches in
multiplying two matrices of 2048 × 2048, measured in each round. --growth measures ours at other sizes and
lengths.
"""

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import provenance
import torch
import trainer_side
from arguments import file_to_write, from_one_up
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from tlcourse import files
from tlcourse.data import text_index
from tlcourse.data.text_index import TextIndex
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import held_out, loop, recipes
from tlcourse.train.pretraining import pretrain as pretraining

MODELS = ("bert-mini", "gpt-mini", "xlnet-mini")
OURS = "ours"
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
    objective, batch = trainer_side.objective_and_batch(recipe, index)
    carry = objective.initial_carry(len(batch["n_tokens"]))
    # With attention written out as matrix products; the counter knows those on every device.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        losses, _ = objective(carry, **held_out.as_tensors(objective, batch))
        sum(total for total, _ in losses.values()).backward()
    return counter.get_total_flops() / int(batch["n_tokens"].sum())


class Speed:
    """Ours, as a share of what this machine reaches."""

    def __init__(self, options: argparse.Namespace, index: TextIndex):
        self.options, self.index = options, index
        self.bf16 = pretraining.bf16_is_fast() and not options.float32
        self.peaks = {"float32": peak(torch.float32), "bfloat16": peak(torch.bfloat16)}
        print({name: f"{value / 1e9:.0f} GFLOP/s" for name, value in self.peaks.items()}, flush=True)

    def recipe(self, name: str, rows: int, length: int) -> recipes.PretrainingRecipe:
        return recipe_of(name, self.index, self.options, rows, length, self.bf16)

    def of(self, recipe: recipes.PretrainingRecipe) -> dict[str, Any]:
        """How fast it is."""
        found = ours(recipe, self.index, self.options.warm)
        # A shared machine has fast and slow minutes: the peak is measured beside each training.
        highest = peak(torch.bfloat16 if self.bf16 else torch.float32)
        per_token = operations(recipe, self.index)
        return found | {
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
        rounds: list[dict[str, Any]] = []
        for turn in range(options.rounds):
            rounds.append(one_round(name, speed, turn))
            report["models"][name] = {"rounds": rounds, **summary(rounds)}
            save()
        told(name, report["models"][name])
    if options.growth:
        report["growth"] = []
        for line in growth(speed):
            report["growth"].append(line)
            save()


def one_round(name: str, speed: Speed, turn: int) -> dict[str, Any]:
    """Each side once; in every other round ours comes last."""
    options, recipe = speed.options, speed.recipe(name, speed.options.rows, speed.options.length)

    def theirs(tuned: bool) -> dict[str, Any]:
        return trainer_side.tokens_per_second(name, recipe, speed.index, options.warm, options.steps, tuned)

    sides: dict[str, Callable[[], dict[str, Any]]] = {OURS: lambda: speed.of(recipe)}
    sides["Trainer"] = lambda: theirs(tuned=False)
    if options.tuned:
        sides["Trainer, bf16 and compiled"] = lambda: theirs(tuned=True)
    order = [*sides][:: -1 if turn % 2 else 1]
    measured = {side: sides[side]() for side in order}
    found = {side: measured[side] for side in sides}
    for side in [*sides][1:]:
        found[side]["ours_is_faster_by"] = found[OURS]["tokens_per_second"] / found[side]["tokens_per_second"]
    return found | {"order": order}


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Of each side and figure the median over the rounds, the lowest and the highest."""

    def over_rounds(side: str, figure: str) -> dict[str, float]:
        values = [one[side][figure] for one in rounds]
        return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}

    wanted = ("tokens_per_second", "share_of_peak", "ours_is_faster_by")
    return {
        side: {figure: over_rounds(side, figure) for figure in wanted if figure in found}
        for side, found in rounds[0].items()
        if side != "order"
    }


def told(name: str, found: dict[str, Any]) -> None:
    for side, figures in found.items():
        if side == "rounds":
            continue
        line = f"{name:12} {side:28} {_range(figures['tokens_per_second'], ',.0f')} tokens/s"
        if "share_of_peak" in figures:
            line += f", {_range(figures['share_of_peak'], '.0%')} of the peak"
        if "ours_is_faster_by" in figures:
            line += f", ours is {_range(figures['ours_is_faster_by'], '.2f')} × as fast"
        print(line, flush=True)


def _range(figure: dict[str, float], form: str) -> str:
    return f"{figure['median']:{form}} ({figure['lowest']:{form}} to {figure['highest']:{form}})"


def growth(speed: Speed) -> Iterator[dict[str, Any]]:
    """Ours as the model and as the rows grow; the batch has as many places each time."""
    options = speed.options
    places = options.rows * options.length
    for name, length in [(n, options.length) for n in SIZES] + [("gpt-mini", t) for t in LENGTHS]:
        recipe = speed.recipe(name, places // length, length)
        rate = speed.of(recipe)
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
    add("--rounds", type=from_one_up, default=3, help="in which the sides take turns")
    add("--float32", action="store_true", help="ours in float32 even where bfloat16 is faster")
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
        "arithmetic": provenance.arithmetic(),
        "rows": options.rows,
        "length": options.length,
    }

    def save() -> None:
        if options.out:
            files.write_json(options.out, report, indent=1)

    measure(options, index, report, save)


if __name__ == "__main__":
    main()
