"""The other side of the pretraining benchmark: the same network of transformers under its Trainer.

Equal work: the same configuration, the same rows, the same targets; and where our XLNet attends to a memory
of the rows before, so does theirs.
"""

import tempfile
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.text_index import TextIndex
from tlcourse.models.pretrained import interchange, zoo
from tlcourse.models.pretrained.transformers_configs import transformers_config
from tlcourse.train.pretraining import recipes
from tlcourse.train.pretraining.objectives import Batch, Objective, Reading


def objective_and_batch(recipe: recipes.PretrainingRecipe, index: TextIndex) -> tuple[Objective, Batch]:
    """What our loop trains at its first step, and on what."""
    torch.manual_seed(recipe.seed)
    objective = recipes.objective_of(recipe.config)(zoo.build(recipe.config), index)
    length = recipe.lengths[0][1]
    reading = Reading(recipe.batch_tokens // length, length, recipe.repeats, recipe.seed)
    return objective.train(), objective.reader(index, reading)(0, 0.0)


def model_of(objective: Objective) -> nn.Module:
    """Theirs, of the same configuration as ours, with random weights."""
    import transformers

    config = transformers.AutoConfig.for_model(**transformers_config(objective.model.config))
    return getattr(transformers, interchange.transformers_class(objective.model))(config)


def inputs_of(name: str, batch: Batch) -> dict[str, Tensor]:
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


class Memory:
    """What theirs remembers of one batch for the next, as our loop carries it: nothing, but for XLNet."""

    def __init__(self, objective: Objective, rows: int):
        # Theirs has the row in the second place.
        self.states = [state.transpose(0, 1) for state in objective.initial_carry(rows)]

    def inputs(self) -> dict[str, Any]:
        return {"mems": self.states, "use_mems": True} if self.states else {}

    def keep(self, output: Any) -> None:
        if self.states:
            self.states = list(output.mems)


def tokens_per_second(
    name: str, recipe: recipes.PretrainingRecipe, index: TextIndex, warm: int, steps: int, tuned: bool
) -> dict[str, Any]:
    """Tokens/s under Trainer; with `tuned` in bfloat16 and compiled, which it offers."""
    from transformers import Trainer, TrainerCallback, TrainingArguments

    ends: list[float] = []
    objective, batch = objective_and_batch(recipe, index)
    memory = Memory(objective, len(batch["n_tokens"]))

    class Clock(TrainerCallback):
        def on_step_end(self, *_: object, **__: object) -> None:
            ends.append(time.perf_counter())

    class Remembering(Trainer):
        def compute_loss(
            self, model: nn.Module, inputs: dict[str, Tensor], return_outputs: bool = False, **_: object
        ):
            output = model(**inputs, **memory.inputs())
            memory.keep(output)
            return (output.loss, output) if return_outputs else output.loss

    inputs = inputs_of(name, batch)
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
        trainer = (Remembering if memory.states else Trainer)(
            model=model_of(objective), args=arguments, train_dataset=rows, callbacks=[Clock()]
        )
        trainer.train()
    seconds = np.diff(ends)[warm - 1 :]
    n_tokens = int(batch["n_tokens"].sum())
    return {"tokens_per_second": n_tokens / float(np.median(seconds)), "steps": len(seconds)}
