"""The sentences and rows of the lesson that depend on what was measured."""

from tlcourse.lessons.state_of_the_art_and_after.in_words.choice import (
    kept_out_rows,
    of_limits,
    of_own,
    of_the_rule,
)
from tlcourse.lessons.state_of_the_art_and_after.in_words.costs import (
    board_rows,
    of_reading,
    of_the_front,
    price_of_the_best,
)
from tlcourse.lessons.state_of_the_art_and_after.in_words.leaderboard import (
    of_bold,
    of_empty_cells,
    of_many_labels,
    of_ours,
    of_scales,
    of_the_board,
    tasks_rows,
    winners,
)
from tlcourse.lessons.state_of_the_art_and_after.in_words.traps import (
    of_leaks,
    of_seeds,
    of_shared_runs,
    of_test_texts,
    of_tries,
)
from tlcourse.lessons.state_of_the_art_and_after.in_words.tuning import count_of_tuning, of_tuning

__all__ = [
    "board_rows",
    "count_of_tuning",
    "kept_out_rows",
    "of_bold",
    "of_empty_cells",
    "of_leaks",
    "of_limits",
    "of_many_labels",
    "of_ours",
    "of_own",
    "of_reading",
    "of_scales",
    "of_seeds",
    "of_shared_runs",
    "of_test_texts",
    "of_the_board",
    "of_the_front",
    "of_the_rule",
    "of_tries",
    "of_tuning",
    "price_of_the_best",
    "tasks_rows",
    "winners",
]
