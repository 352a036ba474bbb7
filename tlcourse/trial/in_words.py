"""What came out, in sentences: which model to take, what labels are worth, what to do next."""

from collections.abc import Mapping, Sequence

import numpy as np

from tlcourse.data.tasks import CLASSES
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.train.measuring.label_efficiency import labels_to_reach
from tlcourse.trial import yardstick
from tlcourse.trial.examples import Confusion
from tlcourse.trial.refusals import counted

AGAIN = 3  # times as many labels at most: further back a curve says little of what comes next
OFTEN = 3  # times that a class is taken for another before a word is said about it
UNEVEN = 3  # times as many texts as the smallest class has: then that one wants labels first
BY_COST = (yardstick.COUNTS, yardstick.GLOVE, yardstick.FROZEN, yardstick.TUNED)  # the cheapest first


class Reading:
    """The records of one metric, and what may be said of them.

    Attributes:
        scores: records of the metric.
        metric: its name.
        kind: classes or numbers.
    """

    def __init__(self, scores: Records, metric: str, kind: str):
        self.scores, self.metric, self.kind = scores, metric, kind
        self.nothing = yardstick.NOTHING[kind]
        self.most = max(scores.values("labels"))

    def _at(self, model: str, labels: int) -> Records | None:
        try:
            return self.scores.where(model=model, labels=labels)
        except ValueError:
            return None

    def _models(self, labels: int) -> list[str]:
        return [model for model in BY_COST if self._at(model, labels)]

    def _gap(self, first: str, second: str, labels: int) -> Difference:
        return difference(
            self._at(first, labels), self._at(second, labels), (first, second), share=self.kind == CLASSES
        )

    @property
    def best(self) -> str:
        """The model with the highest mean score with all labels."""
        return max(self._models(self.most), key=lambda model: self._at(model, self.most).mean)

    @property
    def choice(self) -> str:
        """The cheapest model that no other is above by more than luck."""
        models = self._models(self.most)
        return next(
            (model for model in models if not any(self._above(other, model) for other in models)), self.best
        )

    def _above(self, first: str, second: str) -> bool:
        """Whether one model is above another by more than luck, with all labels."""
        return first != second and self._gap(first, second, self.most).verdict == "above"

    def score(self, model: str, labels: int) -> str:
        found = self._at(model, labels)
        spec = ".1%" if self.kind == CLASSES else ".2f"
        told = f"{found.mean:{spec}}"
        return f"{told} ± {found.spread:{spec}}" if len(found) > 1 else told

    def sentences(self) -> list[str]:
        """What came out, the most important first."""
        if not self._learned:
            return [self._chosen()]
        return [self._chosen(), *self._against_tuning(), *self._worth(), self._more()]

    def _chosen(self) -> str:
        best, choice, n = self.best, self.choice, self.most
        if ahead := self._tuned_ahead():
            return ahead
        if not self._learned:
            other = f"and always saying the most frequent class {self.score(self.nothing, n)}"
            return (
                f"No model has learned anything that shows: with {n:,} labels, {best} has {self.metric} "
                f"{self.score(best, n)}{f', {other}' if self.kind == CLASSES else ''}."
            )
        reached = f"{self.metric} {self.score(choice, n)} with {n:,} labels"
        if best == choice:
            cheaper = [m for m in self._models(n) if self._above(best, m)]
            above = (
                f"above {' and '.join(cheaper)} by more than luck" if cheaper else "and nothing costs less"
            )
            return f"Take {best}: {reached}, {above}."
        gap = self._gap(best, choice, n)
        return (
            f"Begin with {choice}: {reached}, and nothing is above it by more than luck. {best} has the "
            f"highest mean ({self.score(best, n)}), and costs more: {gap.sentence}."
        )

    def _tuned_ahead(self) -> str:
        """That fine-tuning on some of the labels is above all else with all of them; empty if it is not."""
        counts = (
            self.scores.where(model=yardstick.TUNED).values("labels") if self._has(yardstick.TUNED) else [0]
        )
        n = max(counts)
        if not 0 < n < self.most:
            return ""
        gap = difference(
            self._at(yardstick.TUNED, n),
            self._at(self.best, self.most),
            (f"{yardstick.TUNED} on {n:,} labels", f"{self.best} on all {self.most:,}"),
            share=self.kind == CLASSES,
        )
        if gap.verdict != "above" or not self._beats_nothing(yardstick.TUNED, n):
            return ""
        return (
            f"Take {yardstick.TUNED}: {self.metric} {self.score(yardstick.TUNED, n)} with {n:,} labels. "
            f"{gap.sentence}. A larger --budget fine-tunes with more of them."
        )

    @property
    def _learned(self) -> bool:
        """Whether any model is above the same answer to everything."""
        models = self._models(self.most)
        return any(self._beats_nothing(model, self.most) for model in models)

    def _beats_nothing(self, model: str, labels: int) -> bool:
        """Whether a model is above the same answer to everything, by all that was measured."""
        if self.kind != CLASSES:
            return self._at(model, labels).mean > 0
        gap = self._gap(model, self.nothing, labels)
        return bool(gap.says(above="yes", below="", luck="", once="yes" * (gap.mean > 0)))

    def _against_tuning(self) -> list[str]:
        measured = self.scores.where(model=yardstick.TUNED) if self._has(yardstick.TUNED) else None
        if measured is None:
            return []
        n = max(measured.values("labels"))
        gap = self._gap(yardstick.TUNED, yardstick.FROZEN, n)
        same = f"{yardstick.TUNED} and {yardstick.FROZEN} score the same in each seed"
        return [f"With {n:,} labels, {gap.sentence if gap.of_seed.any() else same}."]

    def _has(self, model: str) -> bool:
        return model in self.scores.values("model")

    def _worth(self) -> list[str]:
        """How many labels counts need for what frozen MiniLM has with few."""
        places = sorted(self.scores.where(model=yardstick.COUNTS).values("labels"))
        ahead = [n for n in places if self._gap(yardstick.FROZEN, yardstick.COUNTS, n).verdict == "above"]
        if not ahead:
            return [
                f"With no number of labels is {yardstick.FROZEN} above {yardstick.COUNTS} by more than luck: "
                "pretraining saves you no labels here."
            ]
        n = ahead[0]
        target = self._at(yardstick.FROZEN, n).mean
        needed = labels_to_reach(places, [self._at(yardstick.COUNTS, p).mean for p in places], target)
        told = f"With {n:,} labels, {yardstick.FROZEN} has {self.score(yardstick.FROZEN, n)}"
        if np.isinf(needed):
            return [f"{told}, which {yardstick.COUNTS} does not reach with {places[-1]:,}."]
        return [f"{told}; {yardstick.COUNTS} needs about {float(f'{needed:.2g}'):,.0f} for as much."]

    def _more(self) -> str:
        """Whether the last labels still helped."""
        places = sorted(self.scores.where(model=self.choice).values("labels"))
        if len(places) < 2 or places[-1] > AGAIN * places[-2]:
            return "The curve has too few points near its end to tell whether more labels would help."
        before, last = places[-2:]
        gap = difference(
            self._at(self.choice, last),
            self._at(self.choice, before),
            (f"{self.choice} with {last:,} labels", f"that with {before:,}"),
            share=self.kind == CLASSES,
        )
        if not gap.of_seed.any():
            same = f"{self.choice} scores the same with {before:,} as with {last:,}"
            return f"More labels of the same kind may bring nothing: {same}."
        return gap.says(
            above=f"More labels would help: {gap.sentence}.",
            below=f"More labels did harm: {gap.sentence}. Are the later ones of another kind?",
            luck=self._cannot_tell(gap),
            once=f"Whether more labels would help, one seed cannot tell: {gap.sentence}.",
        )

    def _cannot_tell(self, gap: Difference) -> str:
        """That a rise or fall is within luck: its mean, its 95% interval, in how many seeds it is found."""
        if self.kind == CLASSES and gap.level():
            return f"More labels of the same kind bring little: {gap.sentence}."
        by, spec, unit = (100, ".1f", " points") if self.kind == CLASSES else (1, ".2f", "")
        n, agreeing = len(gap.of_seed), int((np.sign(gap.of_seed) == np.sign(gap.mean)).sum())
        reach = f"{signed(by * gap.low, spec)} to {signed(by * gap.high, spec)}"
        return (
            f"Whether more labels would help, {n} seeds cannot tell: {gap.first} is "
            f"{'above' if gap.mean > 0 else 'below'} {gap.second} by {by * abs(gap.mean):{spec}}{unit} on "
            f"average, in {agreeing} of {n}{f' (95% interval {reach})' if n > 2 else ''}."
        )

    def next_steps(
        self, confused: Sequence[Confusion], n_misread: int, classes: Mapping[str, int]
    ) -> list[str]:
        """What to do, in the order in which it is worth doing.

        Args:
            classes: name → how many texts there are of it; empty for numbers.
        """
        steps = []
        if n_misread:
            steps.append(
                "Read the texts below that were misread. Where you would not give the label that stands "
                "there, mend the label, and run again: nothing is cheaper."
            )
        if confused and confused[0].times >= OFTEN:
            top = confused[0]
            joined = ", or join them" if len(classes) > 2 else ""
            steps.append(
                f"“{top.true}” was taken for “{top.said}” most often, {top.times} times of {top.of}: write "
                f"down what tells the two apart{joined}."
            )
        if classes and max(classes.values()) >= UNEVEN * min(classes.values()):
            name = min(classes, key=classes.__getitem__)
            n = classes[name]
            steps.append(f"Label more of “{name}” first: there are only {counted(n, 'text')} of it.")
        steps.append(
            "Keep some texts of next month aside: what is tested here is of the same kind as what was "
            "learned from, and what comes later may not be."
        )
        return steps
