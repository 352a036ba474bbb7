"""Lines of records: where the marks and bars stand is where the numbers are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tlcourse import show
from tlcourse.show.records import Records

ROWS = Records(
    {"model": model, "layer": layer, "seed": seed, "score": base + 0.1 * layer + spread * (seed - 1)}
    for model, base, spread in (("a", 0.2, 0.05), ("b", 0.5, 0.0))
    for layer in (0, 2)
    for seed in (0, 1, 2)
)


def test_marks_and_bars_are_means_and_spreads():
    drawn = show.lines(ROWS, "layer", "model", "score", "layer", level=("by chance", 0.25))
    ax = drawn.fig.axes[0]
    first = ax.containers[0]
    np.testing.assert_allclose(first.lines[0].get_xydata(), [[0, 0.2], [2, 0.4]])
    ends = first.lines[2][0].get_segments()
    spread = np.std([0.15, 0.2, 0.25], ddof=1)
    np.testing.assert_allclose(ends[0][:, 1], [0.2 - spread, 0.2 + spread])
    assert drawn.alt == "score by layer. a: 20% at 0, 40% at 2; b: 50% at 0, 70% at 2; by chance: 25%."
    assert {text.get_text() for text in drawn.fig.legends[0].get_texts()} == {"a", "b", "by chance"}
    plt.close(drawn.fig)


def test_nothing_to_draw_is_said():
    with pytest.raises(ValueError, match="no records to draw 'score'"):
        show.lines(Records([]), "layer", "model", "score", "layer")
