import matplotlib.pyplot as plt
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output


@pytest.fixture(autouse=True)
def nothing_of_the_users(tmp_path, monkeypatch):
    """A progress file of the test's own, matplotlib as it comes and as it was, no figure left open."""
    monkeypatch.setenv("TLCOURSE_PROGRESS", str(tmp_path / "progress.json"))
    with plt.rc_context():
        plt.rcdefaults()  # tests elsewhere set the course's style
        yield
    assert not plt.get_fignums(), "a figure was left open: it would show up in another cell"


@pytest.fixture
def shown():
    """Call ``shown()`` to get what was displayed so far, as (data, metadata)."""
    InteractiveShell.clear_instance()
    InteractiveShell.instance()
    with capture_output() as captured:
        yield lambda: [(output.data, output.metadata) for output in captured.outputs]
    InteractiveShell.clear_instance()
