import pytest


@pytest.fixture(autouse=True)
def own_figures_and_progress(nothing_of_the_users):
    pass
