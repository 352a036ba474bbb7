"""What three papers report, beside what the lesson measures: the rows of its `show.compare`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tlcourse.lessons.what_is_transfer_learning.domain_tables import home_and_away
from tlcourse.show.label_curves import LabelsWorth

# As reported from Hutto and Gilbert 2014, Table 5, maximum entropy: F1 of rows trained on, columns tested on
# tweets, movie, product, editorial.
TABLE_5 = np.array(
    [
        [0.83, 0.56, 0.58, 0.45],
        [0.56, 0.75, 0.51, 0.45],
        [0.67, 0.55, 0.60, 0.43],
        [0.58, 0.55, 0.51, 0.50],
    ]
)
_HUTTO = "Hutto and Gilbert 2014, Table 5, as reported"


def comparison(
    worth: LabelsWorth, scores: Mapping[str, np.ndarray], names: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows of paper says / we get / why.

    Args:
        worth: the learning curves, read off.
        scores: representation → balanced accuracy, (S, D, D), rows trained on, columns tested on.
        names: the D domains.
    """
    e, t = names.index("editorial"), names.index("tweets")
    ours = scores["TF-IDF"].mean(axis=0)
    lost = home_and_away(scores).where(model="TF-IDF", where="lost")
    agree = (
        "They agree: a foreign test set can be the easier one."
        if ours[e, t] > ours[e, e]
        else "Not so here: at home it is easier."
    )
    return [
        {
            "what": "Pretraining, at 100 labels: factor in labels",
            "paper": "10 (IMDb, film reviews), 20 (AG, news); 100 and 50 if it may also read unlabelled "
            "target text",
            "source": "ULMFiT, arXiv 1801.06146, low-shot learning",
            "ours": f"{worth.factor('MiniLM', 100)}, MiniLM instead of TF-IDF",
            "why": "They fine-tune, against the same network from scratch, on whole documents. We freeze, on "
            "sentences.",
        },
        {
            "what": "Pretraining, with 1% of the data: factor in labels",
            "paper": "10: with 1% of the data as good as without ELMo with 10%",
            "source": "ELMo, arXiv 1802.05365, as reported",
            "ours": f"{worth.factor('MiniLM', 100)} at 100 labels, as above",
            "why": "Another task, more labels and a strong recurrent baseline. The order of magnitude is "
            "the point.",
        },
        {
            "what": "Logistic regression on words: lost away from home",
            "paper": f"{100 * home_and_away({'theirs': TABLE_5[None]}).where(where='lost').mean:.1f} points",
            "source": _HUTTO,
            "ours": f"{100 * lost.mean:.1f} ± {100 * lost.spread:.1f} points over {len(lost)} seeds",
            "why": "Same sentences and kind of classifier. They score F1 with a third class, and train on "
            "half of each set.",
        },
        {
            "what": "Logistic regression on words: editorials at home → on tweets",
            "paper": f"{TABLE_5[3, 3]:.2f} → {TABLE_5[3, 0]:.2f}",
            "source": _HUTTO,
            "ours": f"{ours[e, e]:.2f} → {ours[e, t]:.2f}",
            "why": f"{agree} Theirs is F1, ours is balanced accuracy.",
        },
    ]
