"""The paper's figures beside ours: the rows of lesson ELMo's comparison.

The paper is Peters et al. 2018 as it was published at NAACL. Its first version, a submission to ICLR, has
other figures in tables 2 and 6.
"""

from typing import Any

from tlcourse.lessons.elmo import results
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

_PAPER = "Peters et al. 2018, "


def paper_rows(layers: Records, shares: Records, of_zoo: Records) -> list[tuple[Any, ...]]:
    """Rows for `show.compare`.

    Args:
        layers: what a probe gets from each reading of each task.
        shares: the layers' shares of the mix of each task.
        of_zoo: elmo-mini and what it is read against, with 100 labels.
    """
    curves = results.over_sentences()

    def pair(task: str) -> str:
        glove, ours, counts = (
            mean_sd(of_zoo.where(task=task, model=model).scores, ".1%")
            for model in ("GloVe", "elmo-mini", "counts")
        )
        return f"GloVe {glove} → elmo-mini {ours}; counts {counts}"

    def read(task: str, *readings: str) -> str:
        return " / ".join(f"{layers.where(task=task, reading=one).mean:.1%}" for one in readings)

    def share(task: str) -> str:
        found = (shares.where(task=task, layer=layer).mean for layer in shares.values("layer"))
        return " / ".join(f"{mean:.0%}" for mean in found)

    def tags(model: str, n: int) -> str:
        return f"{curves.where(model=model, **{results.SENTENCES: n}).mean:.1%}"

    few, most = (sorted(curves.values(results.SENTENCES))[i] for i in (-3, -1))
    return [
        (
            "names: baseline → with ELMo",
            "90.15 → 92.22 ± 0.10 F1",
            _PAPER + "table 1",
            f"F1: {pair('names (silver)')}",
            "They: all of CoNLL-2003, a bi-LSTM on GloVe already, ELMo added. We: a linear model, 100 "
            "sentences, tags by a program, ELMo in place of GloVe. We think that it gains more here because "
            "there are so few labels.",
        ),
        (
            "sentiment: baseline → with ELMo",
            "51.4 → 54.7 ± 0.5, five classes",
            _PAPER + "table 1 (SST-5)",
            f"two classes: {pair('sentiment of films')}",
            "They add ELMo to a large classifier that has vectors of words already. We put its states in "
            "place of GloVe, with 100 labels, and no gain was found.",
        ),
        (
            "parts of speech, layer 1 / layer 2",
            "97.3 / 96.8 (accuracy)",
            _PAPER + "table 6",
            read("parts of speech", "layer 1", "layer 2"),
            "They: all of the Wall Street Journal's tagged text, 45 tags. We: 1,000 sentences of the web, 17 "
            "tags, a smaller model.",
        ),
        (
            "senses, layer 1 / layer 2",
            "67.4 / 69.0 F1",
            _PAPER + "table 5",
            read("senses", "layer 1", "layer 2"),
            "They: every word of a text, its sense that of the nearest mean state in another corpus. We: "
            "accuracy, four words, a probe for each.",
        ),
        (
            "last layer / mean of all / mix, left free",
            "84.7 / 85.0 / 85.2 F1, SQuAD",
            _PAPER + "table 2",
            f"{read('parts of speech', 'layer 2', 'mean', 'mix')}, parts of speech",
            "Another task and another model on top; their gains have no spread. What each adds here is said "
            "for each task above.",
        ),
        (
            "which layer the mix leans on",
            "the first LSTM layer, where the task reads its input",
            _PAPER + "section 5.5",
            f"token layer / layer 1 / layer 2: {share('parts of speech')} (parts of speech), "
            f"{share('senses')} (senses)",
            "Not what they found; how much of ours is luck is said at the figure. Their mix is read by LSTMs "
            "that go on working, ours by a linear layer, which can only use what is there already: "
            "we think that this is why.",
        ),
        (
            "a tenth of the labels",
            "with ELMo about what the baseline has with ten times as many (semantic roles, 1% and 10%)",
            _PAPER + "section 5.4",
            f"{tags('elmo-mini', few)} with {few:,} sentences; with {most:,}: {tags('GloVe', most)} with "
            f"GloVe, {tags('counts', most)} with counts",
            "Which baseline it is decides what ELMo saves.",
        ),
    ]
