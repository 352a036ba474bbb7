"""Which Python a notebook gets: what is wrong is named, and the remedy, run as it stands, puts it right."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tlcourse import kernel

ROOT = Path(__file__).resolve().parents[1]
LOOK = """
import json
from jupyter_client.kernelspec import KernelSpecManager
from tlcourse import doctor
check = doctor._kernel()
try:
    taken = KernelSpecManager().get_kernel_spec("python3").argv
except Exception as error:
    taken = type(error).__name__
print(json.dumps([check.ok, check.detail, check.fix, taken]))
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the remedies are run by sh")


def spec(argv) -> str:
    return json.dumps({"argv": argv, "display_name": "x", "language": "python"})


STALE = ["/gone/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
WRONG = {
    "not JSON": ('{"argv": [', "cannot be read"),
    "not UTF-8": (b"\xff\xfe{}", "cannot be read"),
    "nested": ("[" * 100_000, "cannot be read"),
    "a list": ("[]", "names no command"),
    "no argv": ("{}", "names no command"),
    "empty argv": (spec([]), "names no command"),
    "argv is text": (spec("python"), "names no command"),
    "argv of numbers": (spec([1]), "names no command"),
    "stale": (spec(STALE), "/gone/bin/python, which is not there"),
    "another": (spec(["/bin/sh"]), "starts /bin/sh, not"),
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment of its own, in a folder with a space, with the packages of this one."""
    place = tmp_path_factory.mktemp("home") / "a course" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    Path(site, "all.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return place


@pytest.fixture
def machine(environment, tmp_path):
    """Puts kernels into places; `.look()` asks the doctor, `.run(fix)` runs what it advises."""

    class Machine:
        home = tmp_path / "home"
        places = {  # noqa: RUF012
            "path": tmp_path / "a path",
            "user": tmp_path / "home" / ".local/share/jupyter",
            "environment": environment / "share/jupyter",
        }

        def __init__(self):
            self.home.mkdir()
            kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
            self.env = {**kept, "HOME": str(self.home), "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": ""}
            self.env["JUPYTER_PATH"] = str(self.places["path"])

        def put(self, place, text):
            folder = self.places[place] / "kernels" / "python3"
            folder.mkdir(parents=True)
            text = text if isinstance(text, bytes) else text.encode()
            (folder / "kernel.json").write_bytes(text)

        def look(self):
            done = subprocess.run(
                [environment / "bin/python", "-c", LOOK], env=self.env, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        def run(self, fix):
            done = subprocess.run(["sh", "-c", fix], env=self.env, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr

        def mend(self):
            """Look, do what is advised, look again: it must be well, and Jupyter must agree."""
            ok, detail, fix, _ = self.look()
            assert not ok
            self.run(fix)
            ok, after, fix, taken = self.look()
            assert (ok, fix) == (True, ""), after
            assert taken[0] in ("python", "python3", str(environment / "bin/python"))
            return detail

    made = Machine()
    yield made
    for folder in environment.glob("share/jupyter/kernels/python3/*"):
        folder.unlink()
    if (environment / "share/jupyter/kernels/python3").exists():
        (environment / "share/jupyter/kernels/python3").rmdir()


@pytest.mark.parametrize("what", WRONG)
def test_a_broken_kernel_of_the_users_is_survived_and_mended(machine, what):
    text, said = WRONG[what]
    machine.put("user", text)
    detail = machine.mend()
    assert said in detail
    assert "~/.local/share/jupyter/kernels/python3/kernel.json" in detail


@pytest.mark.parametrize("first", ["0", "1"])
@pytest.mark.parametrize(
    "places", [["user"], ["environment"], ["path"], ["user", "environment"], ["path", "user", "environment"]]
)
def test_stale_kernels_are_mended_wherever_jupyter_finds_them(machine, places, first):
    """With the user's folders first, what is installed into the environment does not help."""
    machine.env["JUPYTER_PREFER_ENV_PATH"] = first
    for place in places:
        machine.put(place, spec(STALE))
    machine.mend()


def test_what_stands_behind_a_good_kernel_does_not_matter(machine):
    machine.env["JUPYTER_PREFER_ENV_PATH"] = "1"
    machine.put("user", spec(STALE))
    machine.put("environment", spec(["python"]))
    assert machine.look()[0]


def test_none_at_all_is_well(machine):
    ok, _, _, taken = machine.look()
    assert ok
    assert taken[0].startswith(str(machine.places["environment"].parents[1]))


def test_this_environments_other_names_are_this_python(environment, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(environment / "bin" / "python"))
    assert kernel._is_this_python(str(environment / "bin" / "python3"))
    assert not kernel._is_this_python(os.path.realpath(environment / "bin" / "python")), (
        "without its packages"
    )


def test_what_is_not_ours_to_remove_is_said(machine, monkeypatch):
    folder = machine.places["path"] / "kernels"
    machine.put("path", spec(STALE))
    monkeypatch.setenv("JUPYTER_PATH", str(machine.places["path"]))
    monkeypatch.setattr(kernel.os, "access", lambda path, mode: not str(path).startswith(str(folder)))
    assert "removed by its owner, or leave its folder out of JUPYTER_PATH" in kernel.remedy()
