"""What others wrote about leaderboards, and what is beside it here."""

from collections.abc import Mapping
from typing import Any

from tlcourse.lessons.state_of_the_art_and_after import in_words
from tlcourse.lessons.state_of_the_art_and_after.board import LABELS, Board
from tlcourse.show.records import Records

NOT_MEASURED = (
    "What is newer is not on our board: ModernBERT, embeddings made of large language models, and those "
    "models "
    "asked without any training. They are not in the packages that this course runs on. Their "
    "authors’ "
    "figures are from other tasks; to place one, put it through the yardstick of section 6."
)


def paper_rows(
    board: Board, pairs: Records, shares: Mapping[str, Mapping[int, float]]
) -> list[tuple[Any, ...]]:
    """What papers say of leaderboards, beside ours.

    Args:
        board: the course's.
        pairs: frozen and fine-tuned, as `both_ways.gather` returns them.
        shares: how often one seed and more put the wrong system in front, as the lesson measured it.
    """
    leaders = {system for labels in LABELS for system in board.best_of(labels).values()}
    same = "The same came out." if len(leaders) > 1 else "Here one does lead everywhere."
    close = max(shares, key=lambda name: shares[name][1])
    return [
        (
            "is one system best at everything?",
            "no text embedding is, in 33 models on 58 data sets",
            "Muennighoff et al. 2022, MTEB, abstract",
            in_words.winners(board),
            f"Ours are fewer and smaller, and the tasks another choice. {same}",
        ),
        (
            "what does the seed alone do?",
            "one point of F1 between seeds of one system; “state of the art or mediocre”",
            "Reimers and Gurevych 2017, abstract",
            f"TF-IDF against GloVe, {close}: one seed puts the wrong one in front in {shares[close][1]:.0%} "
            "of draws",
            "Their seed draws first weights, ours the labels as well, and the pair was chosen for being "
            "close.",
        ),
        (
            "frozen or fine-tuned?",
            "which is better depends on how alike the pretraining task and the new one are",
            "Peters, Ruder and Smith 2019, abstract",
            in_words.count_of_tuning(pairs),
            "Our frozen states have a linear model on top; theirs have a network of their own, which frozen "
            "states "
            "need most where words are tagged (lesson 09).",
        ),
        (
            "what is a leaderboard for?",
            "it ranks by accuracy; whoever uses a model also pays for its size and its time",
            "Ethayarajh and Jurafsky 2020, abstract (in our words)",
            in_words.price_of_the_best(board),
            "Measured on one core: what is dear here may be cheap on a machine with an accelerator.",
        ),
    ]
