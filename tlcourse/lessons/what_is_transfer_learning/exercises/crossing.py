"""Reading a learning curve: where one overtakes another."""

import numpy as np

from tlcourse.exercises.machinery import question


def _why_there(answer: int) -> str:
    if answer == 0:
        return (
            "there is none among these. From so few sentences counting words cannot learn enough; with all "
            "the sentences of the `full` profile it overtakes."
        )
    return (
        "from here on, counting this domain's words tells more than fifty numbers learned elsewhere. The "
        "average of frozen vectors has nothing left to learn with."
    )


def _overtakes(labels: list[int], curves: dict[str, np.ndarray]) -> int:
    ahead = curves["TF-IDF"].mean(axis=0) > curves["GloVe"].mean(axis=0)
    return labels[int(np.argmax(ahead))] if ahead.any() else 0


_EXAMPLE_LABELS = [25, 50, 100]
_EXAMPLE_CURVES = {
    "TF-IDF": np.array([[0.5, 0.6, 0.7], [0.52, 0.6, 0.72]]),
    "GloVe": np.array([[0.6, 0.61, 0.62], [0.6, 0.63, 0.62]]),
}

overtakes = question(
    title="Where counting words overtakes averaging them",
    answer=_overtakes,
    example=(_EXAMPLE_LABELS, _EXAMPLE_CURVES),
    among=lambda labels, curves: labels,
    hints=(
        "Change `n` in the cell above the question, run it again, and compare two rows of the table.",
        "Look for the smallest budget at which the mean of TF-IDF is above the mean of GloVe.",
        "`(curves['TF-IDF'].mean(axis=0) > curves['GloVe'].mean(axis=0))` has one answer for each entry of "
        "`labels`.",
    ),
    wrong=[
        (25, "With 25 labels TF-IDF is far behind: it has seen too few words. Go to larger `n`."),
        (0, "0 says that there is no such budget. There is one: go on to larger `n`."),
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
