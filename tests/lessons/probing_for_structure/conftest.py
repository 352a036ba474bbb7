"""What the tests of this room share."""

from collections.abc import Callable

import pytest

from tlcourse.lessons.probing_for_structure import results, trees_in_words
from tlcourse.show.differences import difference


@pytest.fixture(scope="session")
def all_above() -> Callable:
    """(rows on one axis, models) → is each model's layer above each baseline outside the spread?"""

    def above(rows, models) -> bool:
        for model in models:
            layer = results.compared_at(rows, model)
            ours = rows.where(model=model, what=results.TRAINED, layer=layer)
            compared = trees_in_words.compared_with(rows, model, layer).values()
            if any(difference(ours, theirs).verdict != "above" for theirs in compared):
                return False
        return True

    return above
