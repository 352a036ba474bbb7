"""One read-only folder for thirty learners."""

import os
import shutil
import tempfile
import traceback
from pathlib import Path

import numpy as np
import pytest

from tlcourse import assets

NOBODY = 65534


def as_learner(task) -> str:
    """What `task()` returns, run by a user who does not own the files: the tests may run as root."""
    if os.name != "posix":
        pytest.skip("needs users and their rights")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            answer = str(task())
        except BaseException:
            answer = traceback.format_exc()
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return answer


@pytest.fixture
def shared(words, monkeypatch):
    """The asset `words`, fetched by a teacher into a folder that all can read and nobody can write."""
    folder = Path(tempfile.mkdtemp(prefix="shared-"))
    folder.chmod(0o755)
    monkeypatch.setenv("TLCOURSE_ASSETS", str(folder / "assets"))
    assets.fetch()
    for path in [*folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)
    yield folder / "assets"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_learner_reads_what_the_teacher_fetched(shared):
    assert as_learner(lambda: (assets.path("words") / "deep" / "er" / "list.txt").read_text()) == "one\ntwo\n"


def test_fetching_what_is_there_writes_nothing(shared):
    before = sorted(shared.rglob("*"))
    assert as_learner(lambda: assets.fetch()["words"]) == str(assets.path("words"))
    assert as_learner(lambda: assets.fetch(verify=True)["words"]) == str(assets.path("words"))
    assert sorted(shared.rglob("*")) == before


def test_a_learner_reads_what_the_teacher_has_made_of_it(shared, monkeypatch):
    """What is derived may be shared as well: what is there is read, what is not is made and not kept."""
    cache = shared.parent / "cache"
    monkeypatch.setenv("TLCOURSE_CACHE", str(cache))
    shared.parent.chmod(0o755)
    assets.cached_arrays("squares", {"n": 3}, lambda: {"n": np.arange(3) ** 2})
    assets.kept_folder("unpacked", "1", lambda folder: (folder / "weights").write_text("heavy"))
    for path in [shared.parent, cache, *cache.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(cache.rglob("*"))

    def learner():
        def again():
            raise AssertionError("it was there")

        kept = assets.cached_arrays("squares", {"n": 3}, again)["n"]
        made = assets.cached_arrays("squares", {"n": 4}, lambda: {"n": np.arange(4) ** 2})["n"]
        folder = assets.kept_folder("unpacked", "1", lambda _folder: again())
        return kept.tolist(), made.tolist(), (folder / "weights").read_text()

    assert as_learner(learner) == "([0, 1, 4], [0, 1, 4, 9], 'heavy')"
    assert sorted(cache.rglob("*")) == before


def test_what_is_missing_is_the_owner_s_business(shared, known, words):
    import dataclasses

    other = dataclasses.replace(words, name="other")
    vars(other)["manifest_text"] = words.manifest_text
    known["other"] = other

    def message(task) -> str:
        try:
            return task()
        except assets.AssetError as error:
            return f"{type(error).__name__}: {error}"

    for task, kind in (
        (lambda: assets.path("other"), "AssetMissing"),
        (lambda: assets.fetch(["other"]), "FetchFailed"),
    ):
        said = as_learner(lambda task=task: message(task))
        assert said.startswith(f"{kind}: other ")
        assert f"ask its owner to run `TLCOURSE_ASSETS={shared} tlcourse fetch other`" in said
        assert "\n" not in said
    assert message(lambda: assets.path("words")) == assets.path("words")


def test_a_cache_that_cannot_be_made_says_so(words, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("TLCOURSE_ASSETS", str(blocked / "assets"))
    with pytest.raises(assets.FetchFailed, match=r"words cannot be put into .* set TLCOURSE_ASSETS to"):
        assets.fetch()


def test_a_home_that_cannot_be_written_is_no_circle(words, monkeypatch):
    home = Path(tempfile.mkdtemp(prefix="home-"))
    home.chmod(0o555)
    monkeypatch.delenv("TLCOURSE_ASSETS")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))

    def message(task):
        try:
            return task()
        except assets.AssetError as error:
            return f"{type(error).__name__}: {error}"

    try:
        for mode in (0o555, 0o000):
            home.chmod(mode)
            for task in (lambda: assets.path("words"), lambda: assets.fetch(["words"])):
                said = as_learner(lambda task=task: message(task))
                assert said.startswith(("AssetMissing: words", "FetchFailed: words")), said
                assert "set TLCOURSE_ASSETS to a folder that you can write to" in said
                assert "`TLCOURSE_ASSETS=/some/folder tlcourse fetch words`" in said
                assert "\n" not in said
    finally:
        home.chmod(0o755)
        shutil.rmtree(home)


def test_the_folder_may_be_given_with_a_tilde(words, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("TLCOURSE_ASSETS", "~/course")
    assert assets.cache_dir() == tmp_path / "course"


def test_without_variables_everything_is_in_the_user_s_cache(monkeypatch):
    monkeypatch.delenv("TLCOURSE_ASSETS", raising=False)
    monkeypatch.delenv("TLCOURSE_CACHE", raising=False)
    assert assets.cache_dir().parent == assets.derived_dir().parent
    assert "tlcourse" in assets.cache_dir().parts
