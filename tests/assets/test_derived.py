"""Derived results: made once for each key, whole or not at all."""

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse import assets
from tlcourse.assets import derived, derived_folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maker:
    def __init__(self, **arrays):
        self.calls, self.arrays = 0, arrays

    def __call__(self):
        self.calls += 1
        return self.arrays


def test_it_is_made_once():
    make = Maker(x=np.arange(6, dtype=np.float32).reshape(2, 3), names=np.array([1, 2], dtype=np.int64))
    for _ in range(3):
        found = assets.cached_arrays("features", {"model": "m", "layer": 3}, make)
        assert set(found) == {"x", "names"}
        assert np.array_equal(found["x"], make.arrays["x"])
        assert found["x"].dtype == np.float32
    assert make.calls == 1


@pytest.mark.parametrize("key", [{"layer": 4}, {"layer": "3"}, {"layer": 3, "more": None}, {}])
def test_another_key_is_another_result(key):
    make = Maker(x=np.zeros(1))
    assets.cached_arrays("features", {"layer": 3}, make)
    assets.cached_arrays("features", key, make)
    assert make.calls == 2


def test_the_order_of_the_key_does_not_matter():
    make = Maker(x=np.zeros(1))
    assets.cached_arrays("features", {"a": 1, "b": [2, {"c": 3}]}, make)
    assets.cached_arrays("features", {"b": [2, {"c": 3}], "a": 1}, make)
    assert make.calls == 1


def test_slices_and_transposes_come_back_as_they_were():
    whole = np.arange(24.0).reshape(4, 6)
    arrays = {
        "slice": whole[::2, 1:],
        "transpose": whole.T,
        "scalar": np.array(3.0),
        "none": np.zeros((0, 5)),
    }
    for _ in range(2):
        found = assets.cached_arrays("views", {}, lambda: arrays)
        assert all(np.array_equal(found[name], arrays[name]) for name in arrays)
        assert all(found[name].shape == arrays[name].shape for name in arrays)


def zeroed(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes(40) + data[len(data) // 2 + 40 :]


@pytest.mark.parametrize(
    "harm", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"x" * 50, zeroed]
)
@pytest.mark.parametrize("process", ["the same", "another"])
def test_a_damaged_file_is_made_again(harm, process, monkeypatch):
    make = Maker(x=np.arange(1000), y=np.ones(9))
    assets.cached_arrays("features", {"a": 1}, make)
    files = list(assets.derived_path("features", {"a": 1}).iterdir())
    assert len(files) == 4
    for number, path in enumerate(files):
        path.write_bytes(harm(path.read_bytes()))
        if process == "another":
            monkeypatch.setattr(derived_folder, "_seen", {})
        found = assets.cached_arrays("features", {"a": 1}, make)
        assert np.array_equal(found["x"], np.arange(1000))
        assert found["y"].sum() == 9
        assert make.calls == number + 2
        assert assets.cached_arrays("features", {"a": 1}, make)["y"].sum() == 9
        assert make.calls == number + 2


def test_the_arrays_of_another_key_are_not_served():
    one, other = Maker(x=np.zeros(3)), Maker(x=np.ones(3))
    assets.cached_arrays("features", {"a": 1}, one)
    assets.cached_arrays("features", {"a": 2}, other)
    path = assets.derived_path("features", {"a": 1})
    shutil.rmtree(path)
    shutil.copytree(assets.derived_path("features", {"a": 2}), path)
    assert assets.cached_arrays("features", {"a": 1}, one)["x"].sum() == 0
    assert assets.cached_arrays("features", {"a": 1}, Maker(x=np.full(3, 7)))["x"].sum() == 0


def test_a_label_may_be_anything():
    labels = ["../x", "a/b", "", "ü", "0.npy", "about.json"]
    made = {label: np.full(2, number) for number, label in enumerate(labels)}
    for _ in range(2):
        found = assets.cached_arrays("features", {}, lambda: made)
        assert {label: array.tolist() for label, array in found.items()} == {
            label: array.tolist() for label, array in made.items()
        }


def test_every_kind_of_number_comes_back():
    kinds = ["?", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8"]
    made = {kind: np.arange(6).reshape(2, 3).astype(kind) for kind in kinds}
    for _ in range(2):
        found = assets.cached_arrays("features", {}, lambda: made)
        for kind in kinds:
            assert found[kind].dtype == made[kind].dtype
            assert np.array_equal(found[kind], made[kind])


def test_an_error_while_making_leaves_nothing(own_cache):
    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        assets.cached_arrays("features", {}, fail)
    assert not own_cache.exists() or not list(own_cache.iterdir())


def test_no_place_to_write_costs_time_not_the_result(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "file"))
    assert assets.cached_arrays("features", {}, Maker(x=np.ones(2)))["x"].sum() == 2


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "a b", ".hidden", "a\\b"])
def test_a_name_is_fit_for_a_file(name):
    with pytest.raises(ValueError, match="expected letters"):
        assets.cached_arrays(name, {}, Maker(x=np.ones(2)))


def test_text_is_no_array_of_numbers():
    with pytest.raises(TypeError, match=r"array 'words' is of <U3, expected numbers"):
        assets.cached_arrays("features", {}, Maker(words=np.array(["one", "two"])))


def test_a_key_is_json():
    with pytest.raises(TypeError):
        assets.cached_arrays("features", {"model": object()}, Maker(x=np.ones(2)))


CHILD = """
import os, signal
import numpy as np
from tlcourse import assets

whole = np.save
def save_half(path, array, **options):
    whole(path, array, **options)
    os.truncate(path, os.path.getsize(path) // 2)
    os.kill(os.getpid(), signal.SIGKILL)
np.save = save_half
assets.cached_arrays("features", {}, lambda: {"x": np.arange(1000)})
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_kill_while_writing_leaves_no_file_that_is_taken_for_whole():
    child = subprocess.run([sys.executable, "-c", CHILD], env=dict(os.environ))
    assert child.returncode == -signal.SIGKILL
    assert not assets.derived_path("features", {}).exists()
    make = Maker(x=np.arange(1000))
    assert np.array_equal(assets.cached_arrays("features", {}, make)["x"], np.arange(1000))
    assert make.calls == 1


def test_what_a_killed_process_left_is_deleted_when_old(own_cache):
    own_cache.mkdir()
    name = assets.derived_path("features", {}).name
    old, new = own_cache / f".{name}.1a2b.part", own_cache / f".{name}.3c4d.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assets.cached_arrays("features", {}, Maker(x=np.ones(2)))
    assert not old.exists()
    assert new.exists()  # another process may be writing it


keys = st.dictionaries(
    st.text(max_size=3), st.integers() | st.text(max_size=3) | st.none() | st.booleans(), max_size=3
)


@given(keys, keys)
def test_equal_keys_and_only_these_share_a_file(one, other):
    import json

    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (assets.derived_path("x", one) == assets.derived_path("x", other)) == same


def test_what_is_written_to_an_array_does_not_reach_the_disk():
    make = Maker(x=np.arange(4.0), empty=np.zeros((0, 3)), one=np.array(True))
    assets.cached_arrays("features", {}, make)
    first = assets.cached_arrays("features", {}, make)
    first["x"][:] = -1
    again = assets.cached_arrays("features", {}, make)
    assert make.calls == 1
    for name, array in make.arrays.items():
        np.testing.assert_array_equal(again[name], array)
        assert (again[name].dtype, again[name].shape) == (array.dtype, array.shape)
        assert again[name].flags.writeable


def test_rows_taken_from_the_file_are_those_of_the_array(own_cache):
    made = {"a": np.arange(6, dtype=np.float16), "b": np.arange(24.0).reshape(4, 3, 2)}
    kept = derived.cached_arrays("some", {"v": 1}, lambda: made)
    index = np.array([2, 0, 2])
    for array in (kept["a"], kept["b"], kept["b"][1:], kept["b"].transpose(1, 0, 2), made["b"]):
        np.testing.assert_array_equal(derived.take(array, index), array[index])
    path = derived.derived_path("some", {"v": 1}) / "1.npy"
    path.write_bytes(bytes(len(path.read_bytes())))  # so that it is seen where the rows come from
    assert (derived.take(kept["b"][1:], index) == 0).all()
    path.unlink()
    assert derived.take(kept["b"], index).shape == (3, 3, 2)  # from what is mapped
    assert (derived.take(made["b"], index) == made["b"][index]).all()


def test_rows_that_are_not_there_are_an_error_not_what_lay_in_memory():
    kept = derived.cached_arrays("some", {"v": 2}, lambda: {"a": np.arange(6.0).reshape(3, 2)})["a"]
    with pytest.raises(IndexError):
        derived.take(kept, np.array([0, 3]))
    np.testing.assert_array_equal(derived.take(kept, np.array([-1])), kept[[-1]])
    with (derived.derived_path("some", {"v": 2}) / "0.npy").open("r+b") as file:
        file.truncate(140)
    with pytest.raises(ValueError, match="cut short after it was opened"):
        derived.take(kept, np.array([2]))


def test_rows_of_an_array_that_another_library_owns():
    import torch

    for owner in (memoryview(bytes(range(6))), torch.arange(6, dtype=torch.uint8)):
        assert derived.take(np.asarray(owner), np.array([4, 1])).tolist() == [4, 1]
