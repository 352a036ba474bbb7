"""What Colab's first cell runs: what is there stays, what is missing comes, the course is not editable."""

import importlib.metadata
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def colab(monkeypatch):
    """The module, with pip's place taken by a list of how it was called: `colab.called`."""
    spec = importlib.util.spec_from_file_location("colab", ROOT / "colab.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.called, module.fails = [], set()

    def pip(*arguments):
        if "--constraint" in arguments:
            module.constraints = Path(arguments[1]).read_text().split()
            arguments = ("--constraint", *arguments[2:])
        module.called.append(arguments)
        return len(module.called) not in module.fails

    monkeypatch.setattr(module, "_pip", pip)
    return module


@pytest.fixture
def without(monkeypatch):
    """Hides packages, and shows others in other versions: `without("captum", scipy="1.0")`."""
    real = importlib.metadata.version

    def hide(*names, **versions):
        def version(name):
            if name in names:
                raise importlib.metadata.PackageNotFoundError(name)
            return versions.get(name) or real(name)

        monkeypatch.setattr(importlib.metadata, "version", version)

    return hide


def test_nothing_is_lacking_here(colab):
    assert colab.lacking() == []


def test_missing_and_old_packages_are_lacking(colab, without):
    without("captum", scipy="1.0")
    assert [line.split(">=")[0] for line in colab.lacking()] == ["captum", "scipy"]


def test_what_is_there_is_kept_as_it_is(colab, without):
    import torch

    without("captum", scipy="1.0")
    colab.install()
    (more, course) = colab.called
    assert more[0] == "--constraint"
    assert [line.split(">=")[0] for line in more[1:]] == ["captum", "scipy"]
    assert course == ("--no-deps", str(ROOT))
    kept = dict(line.split("==") for line in colab.constraints)
    assert torch.__version__.startswith(kept["torch"])
    assert not {"captum", "scipy"} & set(kept), "these have to change"


def test_where_nothing_is_lacking_only_the_course_is_installed(colab):
    colab.install()
    assert colab.called == [("--no-deps", str(ROOT))]


def test_where_colabs_own_versions_stand_in_the_way_it_says_what_to_do(colab, without, capsys):
    without("captum")
    colab.fails = {1}
    colab.install()
    assert [arguments[0].split(">=")[0] for arguments in colab.called] == [
        "--constraint",
        "captum",
        "--no-deps",
    ]
    assert "Restart session" in capsys.readouterr().out


@pytest.mark.parametrize("fails", [{1, 2}, {3}, {1, 3}])
def test_what_pip_cannot_do_stops_the_notebook(colab, without, fails):
    without("captum")
    colab.fails = fails if fails != {3} else {2}
    with pytest.raises(RuntimeError, match="see above"):
        colab.install()


def test_ready_once_it_is_ready_in_the_notebooks_folder(colab, monkeypatch, tmp_path, capsys):
    from tlcourse import assets

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assets, "fetch", lambda progress: progress("minilm", "ready", 1, 1))
    colab.main()
    assert Path.cwd() == ROOT / "notebooks"
    assert (colab.called, capsys.readouterr().out) == ([], "The course is ready.\n")
