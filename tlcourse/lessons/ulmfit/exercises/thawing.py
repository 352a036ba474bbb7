"""How fast each layer learns at each step: all three tricks at once."""

import numpy as np

from tlcourse.exercises.machinery import exercise


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


def _a_step_late_but_the_top(triangle, n_layers, top, factor):
    begins = np.arange(n_layers)[::-1, None] * len(triangle) / n_layers
    steps = np.arange(len(triangle))
    return _all_rates(triangle, n_layers, top, factor) * ((steps > begins) | (begins == 0))


def _one_share_early(triangle, n_layers, top, factor):
    share = np.arange(len(triangle)) * n_layers // len(triangle) + 1
    return _all_rates(triangle, n_layers, top, factor) * (share[None] >= np.arange(n_layers)[::-1, None])


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
        (_a_step_late_but_the_top, "The layers below the top join one step too late: the next joins at step "
         "n_steps / n_layers, not after it."),
        (_one_share_early, "Two layers learn from step 0: only the top one does, the next joins after a "
         "share."),
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
