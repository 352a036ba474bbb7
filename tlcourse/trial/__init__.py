"""Your own texts and labels on the course's yardstick: `tlcourse try FILE.csv`, and from Python

    from tlcourse import trial
    mine = trial.run("reviews.csv", budget=5)    # minutes
    mine                                         # shows the curve and the table
    mine.records, mine.path                      # what was measured; where the page lies

A text goes file → table → texts and labels → splits → features → records → page. Importing this imports
neither torch nor matplotlib.
"""

from tlcourse.trial.refusals import TrialError

__all__ = ["TrialError", "run"]


def __getattr__(name: str) -> object:
    if name == "run":
        from tlcourse.trial.session import run

        return run
    raise AttributeError(f"tlcourse.trial has no {name!r}; it has {', '.join(__all__)}")
