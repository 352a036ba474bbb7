"""Each check of the doctor's, where things are well and where they are not."""

import os
import re
import shlex
import sys
from types import SimpleNamespace

import pytest

from tlcourse import assets, doctor, kernel


def test_every_check_has_a_fix_exactly_where_it_fails():
    found = doctor.checks()
    assert [check.name for check in found] == [
        "Python", "Packages", "Device", "Memory", "Disk", "Assets", "JupyterLab", "Kernel", "Widgets",
    ]  # fmt: skip
    for check in found:
        assert check.detail
        assert check.ok == (check.fix == "")


def test_this_environment_passes_what_does_not_depend_on_the_machine():
    found = {check.name: check for check in doctor.checks()}
    for name in ("Python", "Packages", "JupyterLab", "Kernel", "Widgets"):
        assert found[name].ok, found[name]


def test_versions_are_those_of_the_imported_packages():
    import numpy
    import torch

    assert doctor.versions()["numpy"] == numpy.__version__
    assert torch.__version__.startswith(doctor.versions()["torch"])  # it may add "+cpu"
    assert doctor.versions()["python"] == ".".join(map(str, sys.version_info[:3]))


def test_cuda_is_read_as_torch_says_it():
    import torch

    assert doctor._torch_cuda() == torch.version.cuda


@pytest.mark.parametrize(
    ("version", "detail"),
    [(None, "captum is missing"), ("0.1", "captum is 0.1, needs >=0.7"), ("x", "captum is x, needs >=0.7")],
)
def test_missing_and_old_packages_are_named(monkeypatch, version, detail):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: version if name == "captum" else real(name))
    check = doctor._packages()
    assert (check.ok, check.detail) == (False, detail)
    program, *rest = shlex.split(check.fix)
    assert os.path.samefile(os.path.expanduser(program), sys.executable)
    assert rest == ["-m", "pip", "install", "captum>=0.7"]


def test_gpus_are_told_from_the_tool_that_knows(monkeypatch, tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'GPU 0: Tesla T4 (UUID: GPU-1234)'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(doctor, "_torch_cuda", lambda: "12.4")
    assert "Tesla T4" in doctor._device().detail
    assert "unused" not in doctor._device().detail
    monkeypatch.setattr(doctor, "_torch_cuda", lambda: None)
    assert "Tesla T4 stays unused" in doctor._device().detail
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert "no GPU found" in doctor._device().detail


def test_a_containers_limit_counts_as_its_memory(monkeypatch):
    files = {"/sys/fs/cgroup/memory.max": "2000000000\n", "/sys/fs/cgroup/memory.current": "800000000\n"}

    class Path:
        def __init__(self, name):
            self.name = name

        def read_text(self):
            if self.name not in files:
                raise FileNotFoundError(self.name)
            return files[self.name]

    monkeypatch.setattr(doctor, "Path", Path)
    available, total = doctor.available_memory()
    assert total == 2_000_000_000
    assert available <= 1_200_000_000
    assert doctor._memory().fix.startswith("close other notebooks")
    files["/sys/fs/cgroup/memory.stat"] = "anon 100000000\nfile 700000000\ninactive_file 600000000\n"
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=8e9, total=8e9))
    assert doctor.available_memory() == (1_800_000_000, 2_000_000_000)  # what was read can be dropped
    monkeypatch.undo()
    monkeypatch.setattr(doctor, "Path", Path)
    files["/sys/fs/cgroup/memory.max"] = "max\n"
    assert doctor.available_memory()[1] > 2_000_000_000


def test_disk_needs_room_for_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("TLCOURSE_ASSETS", str(tmp_path))
    missing = sum(asset.size for asset in assets.catalogue().values() if asset.tier == "packaged")
    for free, ok in ((missing * 3 + doctor.DISK_SPARE, True), (missing * 3, False)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder, free=free: SimpleNamespace(free=free))
        assert doctor._disk().ok == ok


def test_jupyterlab_without_its_widget_extension_is_noticed(monkeypatch, tmp_path):
    import jupyter_core.paths

    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    check = doctor._widgets()
    assert not check.ok
    assert check.fix == f"{kernel.this_python()} -m pip install --force-reinstall jupyterlab_widgets"


def test_on_colab_its_own_front_end_will_do(monkeypatch):
    real = doctor._version
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "jupyterlab" else real(name))
    assert doctor._front_end().ok
    assert doctor._widgets().ok


def test_the_home_folder_is_not_told(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TLCOURSE_ASSETS", str(tmp_path / "cache"))
    assert re.search(r"for ~/cache$", doctor._disk().detail)


@pytest.mark.parametrize(
    "name", ["_python", "_packages", "_device", "_memory", "_disk", "_assets", "_kernel"]
)
def test_a_check_that_fails_itself_is_one_line_of_the_others(monkeypatch, name):
    def broken():
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "what was looked at\nis broken")

    monkeypatch.setattr(doctor, name, broken)
    found = doctor.checks()
    assert len(found) == 9
    (check,) = [check for check in found if "could not be looked at" in check.detail]
    assert "UnicodeDecodeError" in check.detail
    assert "\n" not in check.detail + check.fix
    assert re.search(r"test_doctor\.py, line \d+$", check.fix)


def test_the_course_itself_may_not_be_installed(monkeypatch):
    def nowhere(name):
        raise doctor.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.importlib.metadata, "requires", nowhere)
    check = doctor._packages()
    assert (check.ok, check.detail) == (False, "the course itself is not installed")
    assert "-m pip install --editable" in check.fix


def test_packages_without_readable_metadata_are_missing(monkeypatch):
    def no_metadata(name):
        raise KeyError("Version")

    monkeypatch.setattr(doctor.importlib.metadata, "version", no_metadata)
    assert doctor._version("numpy") is None
    assert not doctor._packages().ok


def test_torch_that_cannot_be_read_has_no_cuda(monkeypatch, tmp_path):
    (tmp_path / "version.py").write_bytes(b"cuda = '12.4' # \xff")
    found = SimpleNamespace(locate_file=lambda name: tmp_path / "version.py")
    monkeypatch.setattr(doctor.importlib.metadata, "distribution", lambda name: found)
    assert doctor._torch_cuda() is None
