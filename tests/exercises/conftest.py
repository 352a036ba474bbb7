import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """A progress file of the test's own."""
    path = tmp_path / "progress" / "progress.json"
    monkeypatch.setenv("TLCOURSE_PROGRESS", str(path))
    return path
