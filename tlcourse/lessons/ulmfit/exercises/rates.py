"""How fast a layer learns at a step: the triangle, and all three tricks at once."""

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
        (_p_alone, "That is p. At p = 0 the factor is 1/ratio, not 0: one formula more."),
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


def _triangle_and_layers(rng: np.random.Generator) -> tuple[np.ndarray, int, float, float]:
    n_layers = int(rng.integers(3, 6))
    n_steps = n_layers * 2 * int(rng.integers(2, 4))  # no layer joins between two steps
    triangle = rng.uniform(0.1, 1.0, size=n_steps)
    return triangle, n_layers, float(rng.uniform(0.005, 0.02)), float(rng.uniform(1.5, 3.0))


def _all_rates(triangle, n_layers, top, factor):
    below = np.arange(n_layers)[::-1]
    return top / factor ** below[:, None] * triangle[None]


def _joined(triangle, n_layers):
    """How many steps stand before each layer joins, bottom first."""
    share = np.arange(len(triangle)) * n_layers // len(triangle)
    return share[None] >= np.arange(n_layers)[::-1, None]


def _never_frozen(triangle, n_layers, top, factor):
    return _all_rates(triangle, n_layers, top, factor)


def _bottom_joins_first(triangle, n_layers, top, factor):
    return _all_rates(triangle, n_layers, top, factor) * _joined(triangle, n_layers)[::-1]


def _one_at_a_time(triangle, n_layers, top, factor):
    share = np.arange(len(triangle)) * n_layers // len(triangle)
    return _all_rates(triangle, n_layers, top, factor) * (share[None] == np.arange(n_layers)[::-1, None])


def _upside_down(triangle, n_layers, top, factor):
    return (_all_rates(triangle, n_layers, top, factor) * _joined(triangle, n_layers))[::-1]


def _one_rate(triangle, n_layers, top, factor):
    return top * triangle[None] * _joined(triangle, n_layers)


def _lower_faster(triangle, n_layers, top, factor):
    below = np.arange(n_layers)[::-1]
    return top * factor ** below[:, None] * triangle[None] * _joined(triangle, n_layers)


def _no_triangle(triangle, n_layers, top, factor):
    below = np.arange(n_layers)[::-1]
    return top / factor ** below[:, None] * _joined(triangle, n_layers)


def _one_too_late(triangle, n_layers, top, factor):
    share = np.arange(len(triangle)) * n_layers // len(triangle)
    return _all_rates(triangle, n_layers, top, factor) * (share[None] > np.arange(n_layers)[::-1, None])


def _top_divided(triangle, n_layers, top, factor):
    return _all_rates(triangle, n_layers, top, factor) / factor * _joined(triangle, n_layers)


def _a_step_late(triangle, n_layers, top, factor):
    joined = np.pad(_joined(triangle, n_layers)[:, :-1], ((0, 0), (1, 0)))
    return _all_rates(triangle, n_layers, top, factor) * joined


def _shares_too_long(triangle, n_layers, top, factor):
    share = np.arange(len(triangle)) * (n_layers - 1) // len(triangle)
    return _all_rates(triangle, n_layers, top, factor) * (share[None] >= np.arange(n_layers)[::-1, None])


def _in_half_of_the_steps(triangle, n_layers, top, factor):
    share = np.arange(len(triangle)) * 2 * n_layers // len(triangle)
    return _all_rates(triangle, n_layers, top, factor) * (share[None] >= np.arange(n_layers)[::-1, None])


def _triangle_begins_anew(triangle, n_layers, top, factor):
    waits = np.arange(n_layers)[::-1] * len(triangle) // n_layers
    rows = [np.r_[np.zeros(wait), triangle[: len(triangle) - wait]] for wait in waits]
    return top / factor ** np.arange(n_layers)[::-1, None] * np.array(rows)


def _factor_times_steps(triangle, n_layers, top, factor):
    below = np.arange(n_layers)[::-1]
    rate = top / np.maximum(1, factor * below)[:, None]
    return rate * triangle[None] * _joined(triangle, n_layers)


@exercise(
    title="A rate for each layer and step",
    inputs=_triangle_and_layers,
    special={"one layer alone": (np.array([0.5, 1.0, 0.25]), 1, 0.01, 2.6)},
    equivalent={
        "result: absolute": "rates are never negative",
    },
    atol=1e-12,
    hints=(
        "Without freezing, two factors make a rate: one depends on the layer alone, one on the step alone.",
        "Layer k from the bottom lies n_layers − 1 − k below the top: top / factor ** that. A column of "
        "these times a row, `triangle`, is a table of all.",
        "At step t, `t * n_layers // n_steps` layers have joined the top one. A layer's rate is 0 as long as "
        "that is smaller than how far it lies below the top.",
    ),
    wrong=[
        (_never_frozen, "No layer is ever frozen: until it joins, a layer's rate is 0."),
        (_bottom_joins_first, "Here the bottom layer joins first. Gradual unfreezing begins at the top."),
        (_one_at_a_time, "Only one layer learns at a time. Who has joined goes on learning (what you wrote "
         "is more like chain-thaw)."),
        (_upside_down, "The rows are upside down: row 0 is the bottom layer."),
        (_one_rate, "All layers have the same rate: divide by `factor` for each layer further down."),
        (_lower_faster, "Your lower layers learn faster: divide by the factor, do not multiply."),
        (_no_triangle, "The triangle is missing: each column is multiplied by its height at that step."),
        (_one_too_late, "Every layer joins one share too late: the top one learns from step 0."),
        (_top_divided, "The top layer's rate is `top` itself, undivided."),
        (_a_step_late, "Every layer joins one step too late: the top one learns at step 0, the next at step "
         "n_steps / n_layers."),
        (_shares_too_long, "The shares are too long: n_layers of them fill the steps, n_layers − 1 of them "
         "don't."),
        (_in_half_of_the_steps, "Your layers join in the first half, as in the lesson's training. Here the "
         "shares fill all the steps."),
        (_triangle_begins_anew, "The triangle begins anew for each layer that joins. It is one for all: a "
         "layer that joins late has missed the way up."),
        (_factor_times_steps, "Each layer further down divides again: factor to the power of its distance."),
    ],
)  # fmt: skip
def layer_rates(triangle: np.ndarray, n_layers: int, top: float, factor: float) -> np.ndarray:
    """Return the rates (n_layers, n_steps), row 0 the bottom layer; `triangle` (n_steps,) as a share of 1.

    Each layer's highest is `factor` times less than that of the one above. The top one learns from step 0;
    the next joins after 1/n_layers of the steps, the next after 2/n_layers …; until then the rate is 0.
    n_steps is a multiple of n_layers.
    """
    below = np.arange(n_layers)[::-1, None]  # (n_layers, 1)
    joined = np.arange(len(triangle)) * n_layers // len(triangle)  # (n_steps,)
    return np.where(joined >= below, top / factor**below * triangle, 0.0)
