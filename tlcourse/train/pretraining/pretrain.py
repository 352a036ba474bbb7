"""`tlcourse pretrain NAME`: train a model of the zoo, and write it to a folder."""

import functools
import json
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list

from tlcourse import assets, files
from tlcourse.assets import sha256sums
from tlcourse.assets.cache import file_sha256
from tlcourse.data import pretraining_text, text_index, tokeniser
from tlcourse.data.text_index import TextIndex
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.how_trained import TRAINING, share_hidden
from tlcourse.models.pretrained.registry import system_of
from tlcourse.train.pretraining import checkpoint, held_out, loop, model_card, recipes
from tlcourse.train.pretraining.journal import TrainingStatus
from tlcourse.train.pretraining.loop import Result
from tlcourse.train.pretraining.recipes import PretrainingRecipe

RUNS = Path("runs")
MANY_TIMES = 10  # over the text: then it is learned by heart


def pretrain(
    name: str,
    tokens: int = recipes.TOKENS,
    text: Path | None = None,
    runs: Path = RUNS,
    resume: bool = False,
    seed: int = 0,
    begins_from: str | None = None,
    out: TextIO = sys.stdout,
) -> Path:
    """Train the zoo's model `name`; return the folder of the finished model, `runs/NAME/model`.

    Args:
        name: of the zoo; `bert` is `bert-mini`.
        tokens: how much text it reads, in pieces.
        text: a folder that `tlcourse text` wrote; None takes the packaged BBC news, 0.7 million pieces, which
            is enough to see it work.
        runs: where the run's folder is made.
        resume: go on from the run's last checkpoint.
        seed: of weights, order, masks and dropout.
        begins_from: a trained model whose weights are the first ones, by its name in the zoo or its folder;
            None for random weights. It has read with a seed of its own: another one draws other masks of it.
        out: where progress is written.

    Raises:
        ValueError: the zoo has no such model, or the run is of another recipe.
        FileNotFoundError: there is no text, no model to begin from, or no checkpoint to resume from.
        FileExistsError: there is a checkpoint already, and `resume` is not asked for.
    """
    name = zoo.find(name)
    if tokens < 1:
        raise ValueError(f"tokens is {tokens}: give the number of pieces to read, such as 200k or 60M.")
    if seed < 0:
        raise ValueError(f"seed is {seed}: give 0 or a larger whole number.")
    before = stages(begins_from) if begins_from else []
    main = PartialState().is_main_process
    say = _Line(out) if main else _Silent()
    index = text_index.load(text) if text else packaged_text(say.line)
    folder = Path(runs) / name
    pays = _what_pays(tokens, folder, resume)
    recipe = recipes.recipe_for(name, index.sources, tokens, seed, begins_from=begins_from, **pays)
    total, body = zoo.size(zoo.build(recipe.config))
    say.line(
        f"{name}: {total / 1e6:.2f}M parameters, {body / 1e6:.2f}M without those of the vocabulary; "
        f"{tokens:,} tokens of {', '.join(index.sources)}; {'bf16, ' if recipe.bf16 else ''}"
        f"{'compiled (the first step takes a minute)' if recipe.compile else 'not compiled'}"
    )
    times = tokens / max(1, sum(pieces_by_source(index).values()))
    if times > MANY_TIMES:
        say.line(
            f"Warning: this text is read about {times:.0f} times over, and the model will learn it by heart: "
            "assemble a larger one with `tlcourse text`, or read fewer --tokens."
        )
    try:
        result = loop.run(recipe, index, folder, resume, say.progress)
    except KeyboardInterrupt:
        if (folder / "checkpoint.safetensors").exists():
            say.line("Stopped. The same command with --resume goes on from the last checkpoint.")
        raise
    unseen = ", ".join(f"{loss} {value:.3f}" for loss, value in result.held_out.items())
    say.line(f"{result.tokens:,} tokens in {_duration(result.seconds)}; held-out losses: {unseen}")
    if main:
        export(name, recipe, index, result, folder / "model", text, before)
        say.line(f"The model is in {folder / 'model'}")
    PartialState().wait_for_everyone()
    return folder / "model"


def export(
    name: str,
    recipe: PretrainingRecipe,
    index: TextIndex,
    result: Result,
    folder: Path,
    text: Path | None = None,
    before: list[dict[str, Any]] | None = None,
) -> None:
    """Write the model, its tokeniser, `training.json`, and the card that is made of them, `README.md`.

    The held-out losses are those of the weights in the folder, which have half the precision of the trained
    ones. ELMo has no pieces: its folder gets `vocabulary.txt`, the words of its softmax. `before` are the
    trainings that came before, as `stages` gives them. The command names the text, and the model that was
    begun from, but not where they lie, as their place says nothing on another machine.
    """
    zoo.export(result.model, folder)
    config = recipe.config
    marks = system_of(config).marks
    if marks is None:
        words = "\n".join(index.vocabulary[: config.vocab_size])
        files.write_text(folder / "vocabulary.txt", words)
        sha256sums.note(folder, ["vocabulary.txt"])
    else:
        tokeniser.save(index.tokenizer, folder, marks.templates)
    model = zoo.load(folder, heads=True)
    objective = recipes.objective_of(config)(model, index)
    where = f" --text {shlex.quote(Path(text).resolve().name)}" if text else ""
    if before:
        recipe = replace(recipe, begins_from=before[-1]["name"])
        where += f" --from {shlex.quote(before[-1]['name'])}"
    facts = {
        "name": name,
        "command": f"tlcourse pretrain {name} --tokens {recipe.tokens} --seed {recipe.seed}{where}",
        "recipe": recipe.facts(),
        **({"before": before} if before else {}),
        "text": {
            "fingerprint": index.fingerprint(),
            "sources": index.sources,
            "pieces": pieces_by_source(index),
            "report": index.report,
        },
        "steps": result.steps,
        "tokens": result.tokens,
        "seconds": round(result.seconds),
        "held_out": held_out.losses(objective, index, recipe),
        "log": result.log,
        "parameters": zoo.size(model)._asdict(),
        "torch": torch.__version__,
    }
    files.write_json(folder / TRAINING, facts, indent=1)
    model_card.write(folder)


def stages(name: str | Path) -> list[dict[str, Any]]:
    """The trainings that a trained model came from, the first one first: what its card needs of each.

    Raises:
        ValueError: no model has this name, or what stands beside it is not what a training writes.
        FileNotFoundError: it is not there, or nothing says how it was trained.
    """
    folder = zoo.folder_of(name)
    if not (folder / TRAINING).is_file():
        raise FileNotFoundError(
            f"{folder / TRAINING} is not there, so that nothing would say what the weights have read: begin "
            "from a folder that `tlcourse pretrain` wrote."
        )
    facts = json.loads((folder / TRAINING).read_text(encoding="utf-8"))
    said = ("name", "command", "tokens", "steps", "seconds", "held_out", "torch")
    if missing := [key for key in (*said, "text") if key not in facts]:
        raise ValueError(
            f"{folder / TRAINING} says nothing of {', '.join(missing)}: begin from a folder that "
            "`tlcourse pretrain` wrote."
        )
    last = {key: facts[key] for key in said}
    recipe = facts.get("recipe", {})
    if recipe.get("config_class") == "BertConfig":
        last["masked"] = share_hidden(recipe)
    last["text"] = facts["text"]["fingerprint"]
    last["weights"] = file_sha256(folder / zoo.WEIGHTS)
    return [*facts.get("before", []), last]


def pieces_by_source(index: TextIndex) -> dict[str, int]:
    """How many pieces of each source there are to train on."""
    trained = ~np.asarray(index.held_out)
    pieces = np.bincount(
        np.asarray(index.source)[trained], np.diff(index.document_pieces)[trained], len(index.sources)
    )
    return dict(zip(index.sources, pieces.astype(int).tolist(), strict=True))


def packaged_text(say: Callable[[str], None] = lambda message: None) -> TextIndex:
    """The BBC's training articles as an index, made once and kept in the cache.

    Raises AssetMissing if they are not fetched.
    """
    folder = assets.derived_dir() / "packaged-text-2"
    if not folder.exists():
        say("Making an index of the packaged text, once.")
        index = pretraining_text.assemble(pretraining_text.Sources())
        with suppress(FileExistsError):  # another process was faster
            text_index.save(index, folder)
    return text_index.load(folder)


def _what_pays(tokens: int, folder: Path, resume: bool) -> dict[str, bool]:
    """Whether to compile and to compute in bfloat16: as before where a run is resumed."""
    if resume:
        _, facts = checkpoint.load(folder / "checkpoint.safetensors")
        return {key: facts["recipe"][key] for key in ("bf16", "compile")}
    long = tokens > recipes.FEW_TOKENS
    compiler = torch.cuda.is_available() or any(map(shutil.which, ("g++", "clang++", "cl")))
    decision = [{"compile": bool(long and compiler), "bf16": long and bf16_is_fast()}]
    return broadcast_object_list(decision)[0]  # all processes do what the first one found


@functools.cache
def bf16_is_fast() -> bool:
    """Does this machine multiply matrices faster in bfloat16? Not every CPU does.

    Measured once. Where bfloat16 is emulated, a product takes sixty times as long: a small one tells. Else
    larger ones are timed in turn, and the best of each counts, so that a busy moment does not decide.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"

    def seconds(dtype: torch.dtype, size: int) -> float:
        a = torch.ones(size, size, dtype=dtype, device=device)
        started = time.perf_counter()
        (a @ a)[0, 0].item()
        return time.perf_counter() - started

    both = torch.bfloat16, torch.float32
    for _ in range(2):  # the first product of a kind takes longer
        ours, theirs = (seconds(dtype, 512) for dtype in both)
    if ours > 5 * theirs:
        return False
    turns = [[seconds(dtype, 1024) for dtype in both] for _ in range(8)]
    ours, theirs = map(min, zip(*turns, strict=True))
    return ours < 0.7 * theirs


def _duration(seconds: float) -> str:
    """`1 h 05 min`, `12 min 30 s` or `48 s`."""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    if hours:
        return f"{hours} h {m:02d} min"
    return f"{m} min {s:02d} s" if m else f"{s} s"


class _Line:
    """Progress on one line of a terminal; elsewhere a line every half minute."""

    def __init__(self, out: TextIO):
        self.out, self.live, self.last = out, out.isatty(), float("-inf")
        self.pending = False

    def line(self, message: str) -> None:
        self.out.write(("\n" if self.pending else "") + message + "\n")
        self.out.flush()
        self.pending = False

    def progress(self, p: TrainingStatus) -> None:
        done = p.tokens >= p.total_tokens
        if not self.live and not done and time.monotonic() - self.last < 30:
            return
        self.last = time.monotonic()
        losses = "  ".join(f"{name} {value:.3f}" for name, value in p.losses.items())
        text = (
            f"{min(1.0, p.tokens / p.total_tokens):4.0%}  {p.tokens / 1e6:.2f}M tokens  {losses}  "
            f"{p.tokens_per_second:,.0f} tokens/s  {_duration(max(0.0, p.seconds_left))} left"
        )
        self.out.write(f"\r{text}\x1b[K" if self.live else text + "\n")
        self.out.flush()
        self.pending = self.live


class _Silent(_Line):
    """What the processes other than the first write: nothing."""

    def __init__(self) -> None:
        pass

    def line(self, message: str) -> None:
        pass

    def progress(self, p: TrainingStatus) -> None:
        pass
