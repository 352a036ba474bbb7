"""Reading a learning curve: where one overtakes another, outside the spread."""

import numpy as np

from tlcourse.exercises.machinery import question


def _why_there(answer: int) -> str:
    if answer == 0:
        return (
            "there is none among these. From so few sentences counting words cannot learn enough; in the "
            "`full` profile, with thousands, it is better."
        )
    return (
        "from here on, counting this domain's words tells more than fifty numbers learned elsewhere, and the "
        "seeds agree on it. A classifier on fifty numbers has few weights to learn more with."
    )


def _overtakes(labels: list[int], curves: dict[str, np.ndarray]) -> int:
    from tlcourse import show  # here, so that the solution runs wherever it is pasted

    gaps = [show.difference(*pair) for pair in zip(curves["TF-IDF"].T, curves["GloVe"].T, strict=True)]
    return next((n for n, gap in zip(labels, gaps, strict=True) if gap.verdict == "above"), 0)


# Four seeds. At 50 labels the mean of TF-IDF is higher, and the seeds disagree.
_EXAMPLE_LABELS = [25, 50, 100]
_EXAMPLE_CURVES = {
    "TF-IDF": np.array([[0.50, 0.66, 0.70], [0.52, 0.58, 0.72], [0.51, 0.65, 0.71], [0.50, 0.59, 0.70]]),
    "GloVe": np.array([[0.60, 0.61, 0.62], [0.60, 0.63, 0.62], [0.61, 0.60, 0.62], [0.60, 0.62, 0.63]]),
}

overtakes = question(
    title="Where counting words overtakes averaging them",
    answer=_overtakes,
    example=(_EXAMPLE_LABELS, _EXAMPLE_CURVES),
    among=lambda labels, curves: labels,
    hints=(
        "Change `n` in the cell above the question, run it again, and read the interval.",
        "TF-IDF is better outside the spread where the whole interval lies above 0. Look for the smallest "
        "`n` with that.",
        "`show.difference(curves['TF-IDF'][:, i], curves['GloVe'][:, i]).verdict == 'above'` is the question "
        "for `labels[i]`.",
    ),
    wrong=[
        (25, "With 25 labels TF-IDF is far behind: it has seen too few words. Go to larger `n`."),
        (
            1000,
            "At 1,000 labels the mean of TF-IDF may be higher, but look at the interval: while 0 lies "
            "inside, the two are within luck of each other. Which is the next number of labels?",
        ),
        (0, "0 says that there is no such number of labels. There is one: go on to larger `n`."),
        (
            lambda name: isinstance(name, str),
            "That is a name. The question is for how many labels it takes: one of `labels`.",
            "TF-IDF",
        ),
        (
            lambda n: 0 < n < 1,
            "That is an accuracy. The question is for how many labels it takes: one of `labels`.",
            0.68,
        ),
    ],
    explain=_why_there,
)
