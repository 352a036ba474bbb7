"""Gets the course ready on Colab, from its clone there: a lesson's first cell runs it.

What postBuild is for Binder, this is for Colab.

Colab brings Python, PyTorch and much more, with a kernel that has them loaded: what is there stays as it is.
"""

import importlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def lacking() -> list[str]:
    """Return the course's requirements that this Python does not meet, as pyproject.toml has them.

    The server's are among them, for the lesson that starts it.
    """
    from packaging.requirements import Requirement

    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["serve"]])
    return [str(one) for one in wanted if not _met(one)]


def _met(requirement) -> bool:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


def there(but: list[str]) -> list[str]:
    """Return what is installed as pip's constraints, without the requirements in ``but``."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    free = {canonicalize_name(Requirement(line).name) for line in but}
    found = {}
    for one in importlib.metadata.distributions():
        name, version = one.metadata["Name"], one.metadata["Version"]
        if name and version and canonicalize_name(name) not in free:
            found.setdefault(canonicalize_name(name), version)  # the first on the path is what is imported
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _pip(*arguments: str) -> bool:
    """Run pip, say what it said where it failed, and return whether it did not."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
    return done.returncode == 0


def install() -> None:
    """Install the course without ``-e``, which a running kernel would not see, and what else it needs.

    Raises:
        RuntimeError: pip could not, and has said why.
    """
    more = lacking()
    if more:
        print(f"Installing {', '.join(more)} …", flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            constraints = Path(scratch, "constraints.txt")
            constraints.write_text("\n".join(there(but=more)) + "\n")
            done = _pip("--constraint", str(constraints), *more)
        if not done and _pip(*more):
            print(
                "Packages that Colab had loaded were changed: choose Runtime ▸ Restart session, then Run all."
            )
        elif not done:
            raise RuntimeError("pip could not install what the course needs: see above")
    if not _pip("--no-deps", str(ROOT)):
        raise RuntimeError("pip could not install the course: see above")
    importlib.invalidate_caches()


def main() -> None:
    """Install what is missing, fetch the weights and data, and go where the notebooks lie."""
    if importlib.util.find_spec("tlcourse") is None or lacking():
        install()
    os.chdir(ROOT / "notebooks")  # from here the course finds the trained models in the clone
    from tlcourse import assets

    def progress(name: str, stage: str, done: int, total: int) -> None:
        if stage == "ready" and name in begun:
            print(f"  {name}", flush=True)
        elif stage != "ready" and not begun:
            print("Fetching pretrained weights and data sets, about 450 MB …", flush=True)
        if stage != "ready":
            begun.add(name)

    begun: set[str] = set()
    assets.fetch(progress=progress)
    print("The course is ready.")


if __name__ == "__main__":
    main()
