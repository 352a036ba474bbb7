"""How fast the top layer learns at a step: the slanted triangle."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _a_triangle(rng: np.random.Generator) -> tuple[int, int, float, float]:
    """The peak lies on a whole step, so that the way down ends where the training does."""
    n_steps = 16 * int(rng.integers(3, 12))
    cut_frac = float(rng.choice([0.125, 0.1875, 0.25, 0.375]))
    cut = int(n_steps * cut_frac)
    step = int(rng.integers(1, cut)) if rng.random() < 0.4 else int(rng.integers(cut + 1, n_steps))
    return step, n_steps, cut_frac, float(rng.uniform(8, 50))


def _cut_and_p(step: int, n_steps: int, cut_frac: float) -> tuple[int, float]:
    cut = int(n_steps * cut_frac)
    return cut, step / cut if step < cut else 1 - (step - cut) / (cut * (1 / cut_frac - 1))


def _p_alone(step, n_steps, cut_frac, ratio):
    return _cut_and_p(step, n_steps, cut_frac)[1]


def _down_to_zero(step, n_steps, cut_frac, ratio):
    p = _cut_and_p(step, n_steps, cut_frac)[1]
    return p * (ratio - 1) / ratio


def _no_minus_one(step, n_steps, cut_frac, ratio):
    return (1 + _cut_and_p(step, n_steps, cut_frac)[1] * ratio) / ratio


def _not_divided(step, n_steps, cut_frac, ratio):
    return 1 + _cut_and_p(step, n_steps, cut_frac)[1] * (ratio - 1)


def _up_alone(step, n_steps, cut_frac, ratio):
    return (1 + step / int(n_steps * cut_frac) * (ratio - 1)) / ratio


def _down_alone(step, n_steps, cut_frac, ratio):
    cut = int(n_steps * cut_frac)
    return (1 + (1 - (step - cut) / (cut * (1 / cut_frac - 1))) * (ratio - 1)) / ratio


def _from_the_start(step, n_steps, cut_frac, ratio):
    cut = int(n_steps * cut_frac)
    p = step / cut if step < cut else 1 - step / (cut * (1 / cut_frac - 1))
    return (1 + p * (ratio - 1)) / ratio


def _rises_again(step, n_steps, cut_frac, ratio):
    cut = int(n_steps * cut_frac)
    p = step / cut if step < cut else (step - cut) / (cut * (1 / cut_frac - 1))
    return (1 + p * (ratio - 1)) / ratio


def _over_all_steps(step, n_steps, cut_frac, ratio):
    cut = int(n_steps * cut_frac)
    p = step / cut if step < cut else 1 - (step - cut) / n_steps
    return (1 + p * (ratio - 1)) / ratio


def _triangle(step, n_steps, cut_frac, ratio):
    return (1 + _cut_and_p(step, n_steps, cut_frac)[1] * (ratio - 1)) / ratio


def _with_a_highest(step, n_steps, cut_frac, ratio):
    return 0.01 * _triangle(step, n_steps, cut_frac, ratio)


def _of_all_steps(step, n_steps, cut_frac, ratio):
    p = step / (n_steps * cut_frac) if step < n_steps * cut_frac else 1 - step / n_steps
    return (1 + p * (ratio - 1)) / ratio


def _cut_off_below(step, n_steps, cut_frac, ratio):
    return max(1 / ratio, _cut_and_p(step, n_steps, cut_frac)[1])


def _ends_a_step_early(step, n_steps, cut_frac, ratio):
    return np.interp(step, [0, int(n_steps * cut_frac), n_steps - 1], [1 / ratio, 1, 1 / ratio])


def _one_undivided(step, n_steps, cut_frac, ratio):
    return 1 + _cut_and_p(step, n_steps, cut_frac)[1] * (ratio - 1) / ratio


def _ratio_up(step, n_steps, cut_frac, ratio):
    return (1 + _cut_and_p(step, n_steps, cut_frac)[1]) / ratio


def _through(start=None, peak=1.0, end=None, at=(0.0, None)):
    """Two straight lines, with an end or the peak at another height, or the way up from another step."""

    def wrong(step, n_steps, cut_frac, ratio):
        low = 1 / ratio
        heights = [start(ratio) if start else low, peak, end(ratio) if end else low]
        top = at[1](cut_frac) if at[1] else n_steps * cut_frac
        return np.interp(step, [at[0], top, n_steps], heights)

    return wrong


@exercise(
    title="Slanted triangular rates",
    inputs=_a_triangle,
    special={
        "the first step": (0, 96, 0.25, 32.0),
        "the peak": (24, 96, 0.25, 32.0),
        "one before the peak": (23, 96, 0.25, 32.0),
        "one after the peak": (25, 96, 0.25, 32.0),
    },
    equivalent={
        "result: absolute": "the factor is never negative",
        "result: a list": "the list of one number",
    },
    hints=(
        "First find the step of the peak, cut = T · cut_frac. Before it p rises from 0 to 1, after it p "
        "falls.",
        "Before the peak p is step / cut. After it, 1 − (step − cut) / (cut · (1 / cut_frac − 1)).",
        "p is the height between the lowest and the highest. (1 + p · (ratio − 1)) / ratio is 1/ratio at "
        "p = 0 and 1 at p = 1.",
    ),
    wrong=[
        (_p_alone, "That is p. At p = 0 the factor is 1/ratio, not 0: a formula is missing, or the "
         "brackets round (ratio − 1)."),
        (_down_to_zero, "At its lowest the factor is 1/ratio, not 0: the 1 in (1 + p · (ratio − 1)) is "
         "missing."),
        (_no_minus_one, "At the peak the factor has to be 1, and yours is more: p is multiplied by "
         "(ratio − 1)."),
        (_not_divided, "The result has not been divided by ratio: at the peak the factor is 1."),
        (_up_alone, "It goes on rising after the peak: from step `cut` on p falls."),
        (_down_alone, "It falls from the start: before step `cut` p is step / cut."),
        (_from_the_start, "On the way down count the steps since the peak: step − cut."),
        (_rises_again, "After the peak it rises again from the bottom: 1 − is missing."),
        (_over_all_steps, "The way down takes T − cut steps, which is cut · (1 / cut_frac − 1): yours is "
         "longer."),
        (_through(start=lambda ratio: 1.0), "There is no way up: it begins at the highest rate."),
        (_through(end=lambda ratio: 1.0), "There is no way down: at the end the factor is 1/ratio."),
        (_through(start=lambda ratio: ratio), "It begins at `ratio`: the lowest is 1/ratio."),
        (_through(end=lambda ratio: ratio), "It ends at `ratio`: the lowest is 1/ratio."),
        (_through(start=lambda ratio: 0.0), "It begins at 0: the lowest is 1/ratio."),
        (_through(end=lambda ratio: 0.0), "It ends at 0: the lowest is 1/ratio."),
        (_through(start=lambda ratio: 2 / ratio), "It begins too high: the lowest is 1/ratio."),
        (_through(end=lambda ratio: 2 / ratio), "It ends too high: the lowest is 1/ratio."),
        (_through(peak=2.0), "The peak is too high: 1, the whole of the highest rate."),
        (_through(peak=0.0), "The peak is 0: it has to be 1, the whole of the highest rate."),
        (_through(at=(1.0, None)), "The way up begins at step 0: yours begins a step late."),
        (_through(at=(-1.0, None)), "The way up begins at step 0: yours begins a step early."),
        (_through(at=(0.0, lambda cut_frac: cut_frac)), "`cut_frac` is a share of the steps: the peak lies "
         "at step n_steps · cut_frac."),
        (_with_a_highest, "You multiply by a highest rate, 0.01: return the share of it alone."),
        (_of_all_steps, "On the way down p is 1 − step / n_steps: count the steps since the peak, and divide "
         "by those of the way down."),
        (_cut_off_below, "You cut p off at 1/ratio. The line itself begins and ends there: (1 + p · "
         "(ratio − 1)) / ratio."),
        (_ends_a_step_early, "The way down ends a step early: it takes T − cut steps, and 1/ratio is reached "
         "at step T."),
        (_one_undivided, "The 1 has not been divided by ratio: the whole of (1 + p · (ratio − 1)) is."),
        (_ratio_up, "p is not multiplied: (1 + p · (ratio − 1)) / ratio."),
    ],
)  # fmt: skip
def slanted(step: int, n_steps: int, cut_frac: float, ratio: float) -> float:
    """Return the share of the highest rate at `step` (equation 3); n_steps · cut_frac is a whole number.

    It rises in a straight line from 1 / ratio at step 0 to 1 at step n_steps · cut_frac, and falls in one to
    1 / ratio at step n_steps.
    """
    cut = n_steps * cut_frac
    return np.interp(step, [0, cut, n_steps], [1 / ratio, 1, 1 / ratio])
