"""The lesson's figures: the leaderboard, the rule and its tests, the traps."""

from tlcourse.lessons.state_of_the_art_and_after.figures.choice import decision_map, regrets
from tlcourse.lessons.state_of_the_art_and_after.figures.leaderboard import both_ways, cells, front
from tlcourse.lessons.state_of_the_art_and_after.figures.traps import leaks, seeds, tries, wrong_way

__all__ = [
    "both_ways",
    "cells",
    "decision_map",
    "front",
    "leaks",
    "regrets",
    "seeds",
    "tries",
    "wrong_way",
]
