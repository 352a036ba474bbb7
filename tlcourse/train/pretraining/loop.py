"""One training loop for all systems.

It runs on `accelerate`, so that `accelerate launch -m tlcourse pretrain NAME` is the same training
over several GPUs or machines. What is read and what is drawn at a step depends on the seed and the step
alone, so a run that was killed and resumed ends with the same weights, bit for bit on one thread, as one that
was not.
"""

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from torch import Tensor, nn

from tlcourse.data.text_index import TextIndex
from tlcourse.models.pretrained import zoo
from tlcourse.train import schedules
from tlcourse.train.pretraining import checkpoint, held_out, positions
from tlcourse.train.pretraining.journal import Journal, TrainingStatus
from tlcourse.train.pretraining.objectives import Batch, Carry, Reading
from tlcourse.train.pretraining.recipes import PretrainingRecipe, differences, objective_of

CHECKPOINT = "checkpoint.safetensors"
BEFORE_DECAY = "before-decay.safetensors"


@dataclass(frozen=True)
class Result:
    model: nn.Module
    steps: int
    tokens: int
    seconds: float
    log: list[dict[str, Any]]
    held_out: dict[str, float]


def run(
    recipe: PretrainingRecipe,
    index: TextIndex,
    folder: str | Path,
    resume: bool = False,
    report: Callable[[TrainingStatus], None] = lambda progress: None,
) -> Result:
    """Train a model, or go on where the last checkpoint in `folder` stands.

    `folder` gets `checkpoint.safetensors` and `log.jsonl`, and before the rate falls,
    `before-decay.safetensors`: from there a finished training goes on to more tokens, as if it had been
    planned as long.

    Raises:
        FileExistsError: there is a checkpoint, and `resume` is not asked for.
        FileNotFoundError: there is none to resume from, or no model to begin from.
        ValueError: the checkpoint is of another recipe or text; the message says what differs. Or the rows do
            not split over the processes; it says over how many they do. Or the model to begin from does not
            fit into this one.
    """
    return _Training(recipe, index, Path(folder), report).run(resume)


class _Training:
    def __init__(
        self,
        recipe: PretrainingRecipe,
        index: TextIndex,
        folder: Path,
        report: Callable[[TrainingStatus], None],
    ):
        self.recipe, self.index, self.folder, self.report = recipe, index, folder, report
        # Broadcasting the causal masks at each step would cost time, and they never change.
        no_broadcast = DistributedDataParallelKwargs(broadcast_buffers=False)
        self.accelerator = Accelerator(kwargs_handlers=[no_broadcast])
        self.text = index.fingerprint()
        self.device = self.accelerator.device
        self.rank, self.world = self.accelerator.process_index, self.accelerator.num_processes
        recipe.check_processes(self.world)
        torch.manual_seed(recipe.seed)
        model = zoo.build(recipe.config)
        self.objective = objective_of(recipe.config)(model, index)
        self.optimizer = self.accelerator.prepare(recipe.optimizer(model))
        trained = torch.compile(self.objective, dynamic=False) if recipe.compile else self.objective
        self.trained = self.accelerator.prepare(trained)
        self.step = self.tokens = self.last_step_at = 0
        self.seconds = 0.0
        self.journal = Journal(folder / "log.jsonl", self.accelerator.is_main_process)
        self.sums: dict[str, tuple[float, int]] = {}  # losses and targets since the last report
        self.carry: Carry = ()
        self.row_length = 0  # of the last step
        self.falling = False  # whether the rate is on its way down
        self.read: Callable[[int, float], Batch] | None = None

    @property
    def progress(self) -> float:
        return min(1.0, self.tokens / self.recipe.tokens)

    def run(self, resume: bool) -> Result:
        log: list[dict[str, Any]] = []
        if resume:
            log = self._restore()
        elif (self.folder / CHECKPOINT).exists():
            raise FileExistsError(
                f"{self.folder / CHECKPOINT} is there already: go on with --resume, or delete {self.folder} "
                "to start again."
            )
        elif self.recipe.begins_from:
            zoo.begin_from(self.objective.model, self.recipe.begins_from)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.journal.begin(log)
        recipe, since = self.recipe, (time.perf_counter(), self.tokens)
        while self.tokens < recipe.tokens:
            started = time.perf_counter()
            if not self.falling and self.tokens > recipe.level_until:
                self.falling = True
                self._save(self.folder / BEFORE_DECAY)
            length = recipe.row_length(self.tokens)
            if self.read is None or length != self.row_length:
                self._begin_rows_of(length)
            losses, n_tokens = self._train_step()
            self.last_step_at = self.tokens
            self.step, self.tokens = self.step + 1, self.tokens + n_tokens
            self.seconds += time.perf_counter() - started
            for name, (total, count) in losses.items():
                a, b = self.sums.get(name, (0.0, 0))
                self.sums[name] = a + total, b + count
            done = self.tokens >= recipe.tokens
            if self.step % recipe.log_every == 0 or done:
                since = self._log(since)
                self.sums = {}
            if self.step % recipe.evaluate_every == 0 or done:
                self.journal.note(self.step, self.tokens, {"held_out": self.evaluate()})
                since = time.perf_counter(), self.tokens
            if self.step % recipe.checkpoint_every == 0 or done:
                self._save(self.folder / CHECKPOINT)
        model, log = self.objective.model.eval(), self.journal
        return Result(model, self.step, self.tokens, self.seconds, log.lines, log.last("held_out"))

    # Reading.

    def _begin_rows_of(self, length: int) -> None:
        if self.recipe.growth and 0 < self.row_length < length:
            positions.begin_as_copies(self.objective.model, self.optimizer, self.row_length, length)
        self.row_length = length
        rows = self.recipe.batch_tokens // length
        recipe = self.recipe
        reading = Reading(
            rows,
            length,
            recipe.repeats,
            recipe.seed,
            masked=recipe.masked,
            packed=recipe.packed,
            fates=recipe.fates,
        )
        self.read = self.objective.reader(self.index, reading)
        if not self.carry or len(self.carry[0]) != rows // self.world:
            self.carry = self._to_device(self.objective.initial_carry(rows // self.world))

    def _local(self, batch: Batch) -> tuple[dict[str, Tensor], int]:
        """This process's rows as tensors, and how much text the whole batch is."""
        n_tokens = int(batch["n_tokens"].sum())
        rows = len(batch["n_tokens"]) // self.world
        own = {name: array[self.rank * rows : (self.rank + 1) * rows] for name, array in batch.items()}
        own = self.objective.collate(own)
        del own["n_tokens"]
        return {name: torch.from_numpy(a).to(self.device) for name, a in own.items()}, n_tokens

    def _to_device(self, carry: Carry) -> Carry:
        return tuple(tensor.to(self.device) for tensor in carry)

    # One step.

    def _train_step(self) -> tuple[dict[str, tuple[float, int]], int]:
        recipe = self.recipe
        batch, n_tokens = self._local(self.read(self.step, self.progress))
        # What dropout draws depends on the seed, the step and the process alone: nothing has to be saved, and
        # a resumed run draws what it would have drawn.
        seeds = np.random.SeedSequence([recipe.seed, self.step, self.rank])
        torch.manual_seed(int(seeds.generate_state(1)[0]))
        falling = recipe.tokens - recipe.level_until
        factor = schedules.trapezoid(self.tokens, recipe.tokens, recipe.warmup, falling)
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.learning_rate * factor
        self.trained.train()
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=recipe.bf16):
            losses, self.carry = self.trained(self.carry, **batch)
        counts = {name: self._total(count) for name, (_, count) in losses.items()}
        # DDP takes the mean of the processes' gradients: times their number, it is the sum over all targets.
        loss = sum(
            self._weight(name) * total * (self.world / max(1, counts[name]))
            for name, (total, _) in losses.items()
        )
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.objective.parameters(), recipe.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        if not math.isfinite(loss.item()):
            raise FloatingPointError(
                f"the loss is {loss.item()} at step {self.step}: "
                f"start again with a learning_rate below {recipe.learning_rate}."
            )
        return {
            name: (self._total(total.detach()), counts[name]) for name, (total, _) in losses.items()
        }, n_tokens

    def _weight(self, name: str) -> float:
        """How much a loss counts; one that is left out has gradients of 0, as all processes need some."""
        return 0.0 if name in self.recipe.left_out else self.objective.weights.get(name, 1.0)

    def _total(self, value: Tensor) -> float:
        """The sum over the processes."""
        return value.item() if self.world == 1 else self.accelerator.reduce(value, "sum").item()

    def evaluate(self) -> dict[str, float]:
        """Mean losses on held-out documents, at the length of the last phase; {} where there are none."""
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.recipe.bf16):
            return held_out.losses(
                self.objective,
                self.index,
                self.recipe,
                self.world,
                lambda batch: self._local(batch)[0],
                self._total,
            )

    # Writing.

    def _log(self, since: tuple[float, int]) -> tuple[float, int]:
        now = time.perf_counter()
        progress = TrainingStatus(
            step=self.step,
            tokens=self.tokens,
            total_tokens=self.recipe.tokens,
            losses={name: total / count for name, (total, count) in self.sums.items() if count},
            learning_rate=self.optimizer.param_groups[0]["lr"],
            seconds=self.seconds,
            tokens_per_second=(self.tokens - since[1]) / (now - since[0]),
        )
        line = dataclasses.asdict(progress)
        del line["total_tokens"]
        self.journal.note(self.step, self.tokens, line)
        if self.accelerator.is_main_process:
            self.report(progress)
        return now, self.tokens

    def _save(self, path: Path) -> None:
        carry = [self.accelerator.gather(tensor) if self.world > 1 else tensor for tensor in self.carry]
        if self.accelerator.is_main_process:
            tensors = {f"model.{name}": p for name, p in self.objective.model.named_parameters()}
            optimizer = checkpoint.optimizer_tensors(self.optimizer)
            tensors |= {f"optimizer.{name}": t for name, t in optimizer.items()}
            tensors |= {f"carry.{i}": t for i, t in enumerate(carry)}
            facts = {
                "recipe": self.recipe.facts(),
                "text": self.text,
                "step": self.step,
                "tokens": self.tokens,
                "last_step_at": self.last_step_at,
                "seconds": self.seconds,
                "log": self.journal.lines,
                "sums": self.sums,
            }
            checkpoint.save(path, tensors, facts)
        self.accelerator.wait_for_everyone()

    def _restore(self) -> list[dict[str, Any]]:
        """Go back to the checkpoint; returns what was logged until then."""
        path = self.folder / CHECKPOINT
        tensors, facts = checkpoint.load(path)
        before = self.folder / BEFORE_DECAY
        if facts["recipe"]["tokens"] != self.recipe.tokens and before.exists():
            path = before
            tensors, facts = checkpoint.load(path)
        then, planned = facts["recipe"], facts["recipe"]["tokens"]
        found = list(differences(then, self.recipe.facts()))
        if self.objective.ignores_length and facts["last_step_at"] <= self.recipe.same_until(planned):
            as_planned = dataclasses.replace(self.recipe, tokens=planned)
            found = found if list(differences(then, as_planned.facts())) else []
        if facts["text"] != self.text:
            found.append(f"the text: {facts['text']} then, {self.text} now")
        if found:
            raise ValueError(f"{path} belongs to another training. {'; '.join(found)}.")

        def part(prefix: str) -> dict[str, Tensor]:
            return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}

        own = dict(self.objective.model.named_parameters())
        with torch.no_grad():
            for name, tensor in part("model.").items():
                own[name].copy_(tensor)
        checkpoint.restore_optimizer(self.optimizer, part("optimizer."))
        carry = part("carry.")
        rows = len(carry["0"]) // self.world if carry else 0
        mine = slice(self.rank * rows, (self.rank + 1) * rows)
        self.carry = self._to_device(tuple(carry[str(i)][mine] for i in range(len(carry))))
        self.step, self.tokens, self.seconds = facts["step"], facts["tokens"], facts["seconds"]
        self.sums, self.last_step_at = facts["sums"], facts["last_step_at"]
        self.falling = self.last_step_at > self.recipe.level_until
        self.row_length = self.recipe.row_length(self.last_step_at) if self.step else 0
        return facts["log"]
