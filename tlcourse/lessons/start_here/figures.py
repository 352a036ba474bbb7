"""The course as figures: the map of its lessons, and how far the learner is."""

from collections.abc import Sequence

import matplotlib.pyplot as plt

from tlcourse import curriculum
from tlcourse.curriculum import LESSONS, SECTIONS, Lesson
from tlcourse.exercises.progress import LessonProgress
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described
from tlcourse.show.prose import listed

_PART, _LESSON, _QUESTION, _NEEDS = 0.0, 5.6, 12.6, 20.6  # where the columns of the map begin


def course_map() -> Described:
    """Draw the lessons in their order, by the part of the course, with those that each stands on."""
    fig, ax = plt.subplots(figsize=(13.4, 0.42 * len(LESSONS) + 0.7))
    rows = {lesson.slug: -i for i, lesson in enumerate(LESSONS)}
    for i, section in enumerate(SECTIONS):
        members = [rows[one.slug] for one in LESSONS if one.section == section]
        top, bottom = max(members) + 0.5, min(members) - 0.5
        ax.axhspan(bottom, top, color=COLOURS["light"], alpha=0.5 if i % 2 == 0 else 0.12, linewidth=0)
        ax.text(_PART, (top + bottom) / 2, section, va="center", fontsize=12, style="italic")
    for lesson in LESSONS:
        _draw_station(ax, lesson, rows[lesson.slug])
    heads = {_PART: "part", _LESSON: "lesson", _QUESTION: "the question it answers", _NEEDS: "stands on"}
    for x, head in heads.items():
        ax.text(x, 0.95, head, va="center", fontsize=12, weight="bold")
    ax.set_xlim(-0.2, 23.0)
    ax.set_ylim(-len(LESSONS) + 0.4, 1.4)
    ax.axis("off")
    return Described(fig, alt=f"Map of the course. {' '.join(map(_told, LESSONS))}")


def _stands_on(lesson: Lesson) -> list[str]:
    """The numbers of the lessons that it needs."""
    return [curriculum.lesson(slug).number for slug in lesson.stands_on]


def _told(lesson: Lesson) -> str:
    planned = " (planned)" if lesson.planned else ""
    below = f", stands on {listed(_stands_on(lesson))}" if lesson.stands_on else ""
    return f"{lesson.number} {lesson.title}{planned}{below}: {lesson.question}"


def _draw_station(ax: plt.Axes, lesson: Lesson, y: float) -> None:
    """Draw one row; a lesson that is planned is pale, and says so."""
    planned = "  (planned)" if lesson.planned else ""
    weight = "normal" if lesson.planned else "bold"
    label = {"va": "center", "fontsize": 12, "color": "#595959" if lesson.planned else COLOURS["black"]}
    ax.text(_LESSON, y, f"{lesson.number}  {lesson.title}{planned}", weight=weight, **label)
    ax.text(_QUESTION, y, lesson.question, **label)
    ax.text(_NEEDS, y, ", ".join(_stands_on(lesson)), **label)


def progress_figure(summary: Sequence[LessonProgress]) -> Described:
    """Show, for each lesson, how many exercises are solved, tried and left."""
    fig, ax = plt.subplots(figsize=(9, 0.3 * len(summary) + 1.3))
    names = [
        f"{curriculum.lesson(row.lesson).number}  {curriculum.lesson(row.lesson).title}" for row in summary
    ]
    solved = [row.solved for row in summary]
    tried = [max(row.tried - row.solved, 0) for row in summary]
    left = [row.total - max(row.tried, row.solved) for row in summary]
    edge = {"edgecolor": COLOURS["black"], "linewidth": 1.2}
    ax.barh(names, solved, color=COLOURS["green"], label="solved", **edge)
    ax.barh(
        names, tried, left=solved, color=COLOURS["orange"], hatch="///", label="tried, not solved", **edge
    )
    both = [a + b for a, b in zip(solved, tried, strict=True)]
    last = ax.barh(names, left, left=both, color="white", label="not yet tried", **edge)
    ax.bar_label(last, [f"{row.solved} of {row.total} solved" for row in summary], padding=5)
    most = max(row.total for row in summary)
    ax.set(xlabel="exercises", xlim=(0, 1.25 * most), xticks=range(most + 1))
    ax.set_ylim(len(summary) - 0.4, -0.6)  # the first on top, and no blank strips
    ax.grid(visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    told = "; ".join(
        f"{curriculum.lesson(row.lesson).title}: {row.solved} of {row.total} solved, {t} more tried"
        for row, t in zip(summary, tried, strict=True)
    )
    return Described(fig, alt=f"Bars of your progress. {told}.")
