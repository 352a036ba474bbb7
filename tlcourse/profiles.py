"""The two sizes a lesson runs in: `full` is what learners run, `fast` is for CI and live demonstrations.

A profile changes sizes, never which code runs. Each notebook takes its sizes through one chooser::

    pick = profiles.chooser(profile)
    n_seeds = pick(full=5, fast=2)
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PROFILES = ("full", "fast")
MEMORY_BYTES = 1_500_000_000  # what a lesson's kernel may take, in either


def chooser(profile: str) -> Callable[..., T]:
    """Return `pick(full=…, fast=…)`, which gives the value for `profile`.

    Raises:
        ValueError: `profile` is neither `"full"` nor `"fast"`.
    """
    if profile not in PROFILES:
        raise ValueError(
            f"profile is {profile!r}, but a lesson runs as one of {', '.join(map(repr, PROFILES))}. "
            "Set it in the notebook's parameters cell or in the environment variable TLCOURSE_PROFILE."
        )

    def pick(*, full: T, fast: T) -> T:
        return full if profile == "full" else fast

    return pick
