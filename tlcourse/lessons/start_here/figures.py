"""The course as figures: the map of its lessons, and how far the learner is."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.patches import Arc

from tlcourse import curriculum
from tlcourse.curriculum import LESSONS, SECTIONS, Lesson
from tlcourse.exercises.progress import LessonProgress
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described


def course_map() -> Described:
    """Draw the lessons as stations of one line; an arc joins each lesson to those that it stands on."""
    fig, ax = plt.subplots(figsize=(13.4, 0.5 * len(LESSONS) + 0.9))
    rows = {lesson.slug: -i for i, lesson in enumerate(LESSONS)}
    for i, section in enumerate(SECTIONS):
        members = [rows[one.slug] for one in LESSONS if one.section == section]
        top, bottom = max(members) + 0.5, min(members) - 0.5
        ax.axhspan(bottom, top, color=COLOURS["light"], alpha=0.5 if i % 2 == 0 else 0.12, linewidth=0)
        ax.text(-6.0, (top + bottom) / 2, section, va="center", fontsize=12, style="italic")
    for lesson in LESSONS:
        for earlier in lesson.stands_on:
            _draw_link(ax, rows[earlier], rows[lesson.slug])
        _draw_station(ax, lesson, rows[lesson.slug])
    ax.text(-6.0, 0.75, "part of the talk", fontsize=12, weight="bold")
    ax.text(-0.15, 0.75, "stands on", fontsize=12, weight="bold", ha="right")
    ax.text(0.35, 0.75, "lesson", fontsize=12, weight="bold")
    ax.text(7.5, 0.75, "the question it answers", fontsize=12, weight="bold")
    ax.set_xlim(-6.2, 15.8)
    ax.set_ylim(-len(LESSONS) + 0.4, 1.15)
    ax.axis("off")
    return Described(fig, alt=f"Map of the course. {' '.join(map(_told, LESSONS))}")


def _told(lesson: Lesson) -> str:
    planned = " (planned)" if lesson.planned else ""
    below = (
        f", stands on {' and '.join(curriculum.lesson(slug).number for slug in lesson.stands_on)}"
        if lesson.stands_on
        else ""
    )
    return f"{lesson.number} {lesson.title}{planned}{below}: {lesson.question}"


def _draw_station(ax: plt.Axes, lesson: Lesson, y: float) -> None:
    ax.plot(
        [0], [y], marker="o", markersize=13, zorder=4, linestyle="none", color=COLOURS["black"],
        markerfacecolor="white" if lesson.planned else COLOURS["blue"], markeredgewidth=1.8,
    )  # fmt: skip
    colour = "#595959" if lesson.planned else COLOURS["black"]
    planned = "  (planned)" if lesson.planned else ""
    weight = "normal" if lesson.planned else "bold"
    label = {"va": "center", "fontsize": 12, "color": colour}
    ax.text(0.35, y, f"{lesson.number}  {lesson.title}{planned}", weight=weight, **label)
    ax.text(7.5, y, lesson.question, **label)


def _draw_link(ax: plt.Axes, upper: float, lower: float) -> None:
    """Draw a half ellipse to the left between two stations; neighbours get a straight line."""
    colour = COLOURS["blue"]
    if upper - lower == 1:
        ax.plot([0, 0], [upper, lower], color=colour, marker="", linestyle="-", linewidth=2.5, zorder=2)
        return
    span = upper - lower
    ax.add_patch(
        Arc((0, (upper + lower) / 2), width=0.55 * span + 0.6, height=span, theta1=90, theta2=270,
            color=colour, linewidth=1.6, zorder=2)
    )  # fmt: skip


def progress_figure(summary: Sequence[LessonProgress]) -> Described:
    """Show, for each lesson, how many exercises are solved, tried and left."""
    fig, ax = plt.subplots(figsize=(9, 0.55 * len(summary) + 1.3))
    names = [
        f"{curriculum.lesson(row.lesson).number}  {curriculum.lesson(row.lesson).title}" for row in summary
    ]
    solved = [row.solved for row in summary]
    tried = [max(row.tried - row.solved, 0) for row in summary]
    left = [row.total - max(row.tried, row.solved) for row in summary]
    edge = {"edgecolor": COLOURS["black"], "linewidth": 1.2}
    ax.barh(names, solved, color=COLOURS["green"], label="solved", **edge)
    ax.barh(names, tried, left=solved, color=COLOURS["orange"], hatch="///", label="tried", **edge)
    both = [a + b for a, b in zip(solved, tried, strict=True)]
    ax.barh(names, left, left=both, color="white", label="not yet tried", **edge)
    ax.invert_yaxis()
    ax.set_xlabel("exercises")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    told = "; ".join(
        f"{curriculum.lesson(row.lesson).title}: {row.solved} of {row.total} solved, {t} more tried"
        for row, t in zip(summary, tried, strict=True)
    )
    return Described(fig, alt=f"Bars of your progress. {told}.")
