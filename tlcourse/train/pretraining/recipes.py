"""What each model of the zoo is trained for and how: objective, rates, lengths, mixture of texts."""

import bisect
import dataclasses
import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.elmo import ElmoConfig
from tlcourse.models.language.ernie import ErnieConfig
from tlcourse.models.language.gpt import GPTConfig
from tlcourse.models.language.ulmfit import UlmfitConfig
from tlcourse.models.language.xlnet import XLNetConfig
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.registry import Config
from tlcourse.train.pretraining.ernie_tasks import ErnieTasks
from tlcourse.train.pretraining.masking import FATES, Fates
from tlcourse.train.pretraining.objectives import (
    BothDirections,
    MaskedPairs,
    NextPiece,
    NextPieceWithState,
    Objective,
)
from tlcourse.train.pretraining.permutation import PermutedPieces


@dataclass(frozen=True)
class PretrainingRecipe:
    """Everything that the result of a training depends on, apart from the text.

    Attributes:
        config: the model's.
        tokens: how much text is read: pieces that are not padding.
        batch_tokens: places in a batch, padding included.
        growth: (tokens, length of a row): at first rows are as short as that, until so many tokens are read.
            Whenever rows then grow, new positions begin as copies of those before.
        lengths: (share of the training, length of a row), in order; the shares add up to 1.
        repeats: how often a pass over the text reads each of its sources.
        masked: the share of pieces that BERT has to predict.
        fates: of these, the shares that it sees as [MASK], as a random piece, and as they are.
        left_out: the names of losses that do not count, such as BERT's `next sentence`.
        packed: BERT's rows are filled to their end, beyond the last whole sentence.
        learning_rate, betas, eps, weight_decay: AdamW's; the rate is the highest one.
        warmup: tokens in which the rate rises.
        decay: share of the training, at its end, in which the rate falls in a straight line.
        max_grad_norm: gradients are clipped to this length.
        seed: of the weights, the order of the text, masks and dropout.
        bf16: compute in bfloat16 where autocast allows.
        compile: compile the model and the loss; pays where the training is long.
        begins_from: a model of the zoo or a folder whose weights are the first ones; None for random weights.
        log_every, checkpoint_every, evaluate_every: in steps.
    """

    config: Config
    tokens: int
    batch_tokens: int = 4096
    growth: tuple[tuple[int, int], ...] = ()
    lengths: tuple[tuple[float, int], ...] = ((1.0, 128),)
    repeats: dict[str, float] = field(default_factory=dict)
    masked: float = 0.15
    fates: Fates = FATES
    left_out: tuple[str, ...] = ()
    packed: bool = False
    learning_rate: float = 7e-4
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = 1e-6
    weight_decay: float = 0.01
    warmup: int = 0
    decay: float = 0.2
    max_grad_norm: float = 1.0
    seed: int = 0
    bf16: bool = False
    compile: bool = False
    begins_from: str | None = None
    log_every: int = 50
    checkpoint_every: int = 250
    evaluate_every: int = 2500

    @property
    def level_until(self) -> int:
        """The tokens after which the rate falls."""
        return self.tokens - math.floor(self.decay * self.tokens)

    def row_length(self, tokens: int) -> int:
        """How long rows are when so many tokens are read."""
        for until, length in self.growth:
            if tokens < until:
                return length
        ends = [*itertools.accumulate(share for share, _ in self.lengths)]
        phase = bisect.bisect_right(ends, tokens / self.tokens + 1e-12)
        return self.lengths[min(phase, len(ends) - 1)][1]

    def check_processes(self, n: int) -> None:
        """Raises ValueError if a step's rows do not split evenly over n processes, at each length."""
        rows = [self.batch_tokens // length for _, length in (*self.growth, *self.lengths)]
        if any(r % n for r in rows):
            fits = next(k for k in range(n, 0, -1) if not any(r % k for r in rows))
            counts = " or ".join(map(str, sorted(set(rows))))
            raise ValueError(
                f"there are {n} processes, but a step has {counts} rows, and each must have as many: start "
                f"{fits} with `accelerate launch --num_processes {fits}`."
            )

    def same_until(self, tokens: int) -> int:
        """Up to where a training of so many tokens is the same as this one."""
        shorter = dataclasses.replace(self, tokens=min(tokens, self.tokens))
        return min(shorter.level_until, math.floor(self.lengths[0][0] * shorter.tokens))

    def optimizer(self, model: nn.Module) -> torch.optim.AdamW:
        """AdamW; biases and layer norms do not decay (Devlin et al. 2019, the authors' code)."""
        decays = {name: p.ndim > 1 and not name.endswith("bias") for name, p in model.named_parameters()}
        groups = [
            {
                "params": [p for name, p in model.named_parameters() if decays[name] == kind],
                "weight_decay": decay,
            }
            for kind, decay in ((True, self.weight_decay), (False, 0.0))
        ]
        return torch.optim.AdamW(groups, lr=self.learning_rate, betas=self.betas, eps=self.eps, fused=True)

    def facts(self) -> dict[str, Any]:
        """As JSON values, to compare and to print."""
        return json.loads(json.dumps(dataclasses.asdict(self) | {"config_class": type(self.config).__name__}))


def differences(then: dict[str, Any], now: dict[str, Any], where: str = "") -> Iterator[str]:
    """What two recipes differ in, but how often they log, evaluate and save.

    One from before there was a setting has what the setting is by default.
    """
    if not where:
        then, now = _DEFAULTS | then, _DEFAULTS | now
    for key in sorted(then.keys() | now.keys()):
        one, other = then.get(key), now.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, f"{where}{key}.")
        elif one != other and not key.endswith("_every"):
            yield f"{where}{key}: {one} then, {other} now"


_DEFAULTS = {
    f.name: json.loads(json.dumps(f.default))
    for f in dataclasses.fields(PretrainingRecipe)
    if isinstance(f.default, bool | float | tuple | None)
}

TOKENS = 60_000_000

# How often a pass over the text reads each source, so that novels do not drown modern prose and the two
# sources that most tasks are from, reviews and news, are read most.
MIXTURE = {"imdb": 1.0, "bbc": 3.0, "abc": 2.0, "brown": 2.0, "eltec": 0.4}

# Most of it on short rows, which are cheaper, the last tenth on twice as long ones, for the later positions
# (Devlin et al. 2019, appendix A.2). What sees both sides is slower to find its way there, and gets a fifth.
_SHORT_THEN_LONG = ((0.9, 128), (0.1, 256))

# In a long row, a masked piece has two neighbours among many, and attention finds them only after millions of
# tokens in which the loss hardly moves. In a row of 16 it finds them at once. Then rows grow, and as half of
# the positions are new, they begin as copies: random ones would pull apart what attention has found.
_SHORT_FIRST = ((2_000_000, 16), (4_000_000, 32), (7_000_000, 64))


@dataclass(frozen=True)
class SystemRecipe:
    """What is of its system in a model's recipe; the fields are those of `PretrainingRecipe`, but for two.

    Attributes:
        objective: what it is trained for.
        compiles: whether its models gain by it; an LSTM is a kernel already.
    """

    objective: type[Objective]
    lengths: tuple[tuple[float, int], ...] = _SHORT_THEN_LONG
    growth: tuple[tuple[int, int], ...] = ()
    learning_rate: float = 7e-4
    batch_tokens: int = 2048
    masked: float = 0.15
    compiles: bool = True


_OF_SYSTEMS: dict[type, SystemRecipe] = {
    ElmoConfig: SystemRecipe(
        BothDirections,
        # Its steps through a row cannot be taken at once: twice as many rows of half the length take two
        # thirds of the time.
        lengths=((0.9, 32), (0.1, 64)),
        # With 7e-4, 2e-3 and 5e-3 it has 5.90, 5.70 and 5.60 for the next word after 250,000 tokens; a little
        # less than the last, as a long training is less forgiving.
        learning_rate=4e-3,
        compiles=False,
    ),
    UlmfitConfig: SystemRecipe(
        NextPieceWithState,
        # Its state goes on from row to row, so its rows can be short and its steps many.
        lengths=((1.0, 32),),
        batch_tokens=1024,
        learning_rate=3e-3,  # a guess from its code, which takes 4e-3
        compiles=False,
    ),
    GPTConfig: SystemRecipe(NextPiece),
    BertConfig: SystemRecipe(
        MaskedPairs,
        lengths=((0.8, 128), (0.2, 256)),
        growth=_SHORT_FIRST,
        # The paper has 15 %. With 40 % more is asked of as much text (Wettig et al. 2023); what that changed
        # here, `benchmarks/masked_lm_pilot.py` has measured.
        masked=0.4,
    ),
    XLNetConfig: SystemRecipe(PermutedPieces, lengths=((1.0, 128),)),  # it has no positions to learn
    ErnieConfig: SystemRecipe(ErnieTasks, lengths=((0.8, 128), (0.2, 256)), growth=_SHORT_FIRST),
}


def objective_of(config: Config) -> type[Objective]:
    """What a model of this configuration is trained for."""
    return _OF_SYSTEMS[type(config)].objective


# Which does not start with random weights where all of the zoo are trained: continual pretraining goes on
# from what is there (Sun et al. 2020, section "Continual Pre-training").
BEGINS_FROM = {"ernie-mini": "bert-mini"}

_WARMUP = 1_000_000
FEW_TOKENS = 2_000_000  # up to so many, small batches see more steps and compiling does not pay


def recipe_for(
    name: str,
    sources: tuple[str, ...],
    tokens: int = TOKENS,
    seed: int = 0,
    bf16: bool = False,
    compile: bool = False,
    begins_from: str | None = None,
) -> PretrainingRecipe:
    """How the zoo's model `name` is trained on a text that has these sources.

    Where it begins from a trained model, its rows are long from the start: the positions are learned.

    Raises ValueError for a name that the zoo does not have.
    """
    config = zoo.ZOO[zoo.find(name)]
    own = _OF_SYSTEMS[type(config)]
    return PretrainingRecipe(
        config,
        tokens,
        batch_tokens=own.batch_tokens if tokens > FEW_TOKENS else 1024,
        growth=() if begins_from else _growth(own, tokens),
        warmup=_WARMUP if tokens > FEW_TOKENS else tokens // 20,
        lengths=own.lengths,
        masked=own.masked,
        learning_rate=own.learning_rate,
        repeats={source: times for source, times in MIXTURE.items() if source in sources},
        seed=seed,
        bf16=bf16,
        begins_from=begins_from,
        compile=compile and own.compiles,
    )


def _growth(own: SystemRecipe, tokens: int) -> tuple[tuple[int, int], ...]:
    """With few tokens, the same in miniature: seven tenths of them are in short rows."""
    return own.growth if tokens > FEW_TOKENS else tuple((tokens * n // 10_000_000, k) for n, k in own.growth)
