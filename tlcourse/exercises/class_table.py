"""A class's progress as a table in the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tlcourse import curriculum
from tlcourse.exercises.handed_in import Learner, stumbled


def titled(slug: str) -> str:
    """A lesson's number and title."""
    lesson = curriculum.lesson(slug)
    return f"{lesson.number} {lesson.title}"


def show(console: Console, learners: Sequence[Learner], wrong: Sequence[str]) -> None:
    """A row for each learner, a column for each lesson that somebody has begun; then where they stumbled.

    Args:
        wrong: a line for each file that is not counted.
    """
    lessons = [one for one in curriculum.LESSONS if any(who.solved(one.slug) for who in learners)]
    table = Table("Learner", *(one.number for one in lessons), "Solved", box=None, pad_edge=False)
    for who in learners:
        solved = [who.solved(one.slug) for one in lessons]
        table.add_row(escape(who.name), *map(str, solved), str(sum(solved)))
    console.print(table)
    known = {one.slug for one in curriculum.LESSONS}
    if rows := [row for row in stumbled(learners) if row.lesson in known]:
        console.print("\nTo go over: exercises that fewest solved by themselves")
        for row in rows:
            console.print(
                f"  {titled(row.lesson)}, {escape(row.exercise)}: tried by {row.tried}, solved by "
                f"{row.solved}, solution looked at by {row.shown}"
            )
    for line in wrong:
        console.print(f"not counted: {escape(line)}")
