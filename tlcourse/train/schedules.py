"""Learning rates as functions of the step: the factor by which the highest rate is multiplied.

Taught in lesson *ULMFiT*.
"""

import math


def linear(step: int, n_steps: int, warmup: int = 0) -> float:
    """Up from 0 in `warmup` steps, then down to 0 in a straight line (Devlin et al. 2019, appendix A.2)."""
    if step < warmup:
        return (step + 1) / warmup
    return max(0.0, (n_steps - step) / max(1, n_steps - warmup))


def cosine(step: int, n_steps: int, warmup: int = 0) -> float:
    """Up from 0 in `warmup` steps, then down to 0 along half a cosine (Radford et al. 2018, section 4.1)."""
    if step < warmup:
        return (step + 1) / warmup
    done = min(1.0, (step - warmup) / max(1, n_steps - warmup))
    return 0.5 * (1 + math.cos(math.pi * done))


def trapezoid(step: int, n_steps: int, warmup: int = 0, decay: int = 0) -> float:
    """Up from 0 in `warmup` steps, level, then down to 0 in a straight line in the last `decay` steps.

    Until it falls, nothing depends on `n_steps`: a training can go on for longer than was planned (Hägele et
    al. 2024, section 3, who find it as good as a cosine of the right length).
    """
    if step < warmup:
        return (step + 1) / warmup
    return min(1.0, max(0, n_steps - step) / max(1, decay))


def slanted_triangular(step: int, n_steps: int, cut_frac: float = 0.1, ratio: float = 32.0) -> float:
    """A short way up, a long way down, from 1 / `ratio` to 1 and back (Howard and Ruder 2018, equation 3)."""
    cut = math.floor(n_steps * cut_frac)
    p = step / cut if step < cut else 1 - (step - cut) / (max(1, cut) * (1 / cut_frac - 1))
    return (1 + max(0.0, p) * (ratio - 1)) / ratio
