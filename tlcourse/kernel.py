"""Which Python a notebook's kernel is, how Jupyter comes to choose it, and the commands that put it right.

A notebook asks for the kernel `python3`. Jupyter takes the first folder of that name in its list: those of
`JUPYTER_PATH`, then the user's before the environment's or the other way round (jupyter_core's
`prefer_environment_over_user`), then the system's. Where there is none, ipykernel's own will do. So what is
installed into the environment helps only where nothing stands before it: else that has to go.
"""

import json
import os
import shlex
import sys
from pathlib import Path

NAME = "python3"


def shown(path: Path) -> str:
    """Return the path with the home folder as `~`: what is shown may be stored and shared."""
    try:
        return str(Path("~") / Path(path).relative_to(Path.home()))
    except (ValueError, RuntimeError):  # elsewhere; or nobody knows where the home folder is
        return str(path)


def this_python() -> str:
    """Return this Python as a shell takes it."""
    if os.name == "nt":
        return f'& "{sys.executable}"' if " " in sys.executable else sys.executable  # for PowerShell
    path = shown(Path(sys.executable))
    return f"~/{shlex.quote(path[2:])}" if path.startswith("~/") else shlex.quote(path)


def folders() -> list[Path]:
    """Return the folders where Jupyter looks for kernels, in its order."""
    from jupyter_client.kernelspec import KernelSpecManager

    return [Path(folder) for folder in KernelSpecManager().kernel_dirs]


def specs() -> list[Path]:
    """Return the folders of all kernels called python3, in Jupyter's order: it takes the first."""
    found = []
    for folder in folders():
        try:
            found += [at for at in sorted(folder.iterdir()) if at.name.lower() == NAME and _is_spec(at)]
        except OSError:  # not there, or not to be read
            continue
    return found


def _is_spec(folder: Path) -> bool:
    return (folder / "kernel.json").is_file()


def problem(spec: Path) -> str:
    """Say what is wrong with a kernel that should start this Python; "" if nothing is."""
    where = shown(spec / "kernel.json")
    try:
        said = json.loads((spec / "kernel.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return f"{where} cannot be read ({type(error).__name__})"
    command = said.get("argv") if isinstance(said, dict) else None
    if not (isinstance(command, list) and command and all(isinstance(part, str) for part in command)):
        return f'{where} names no command: "argv" should list one'
    if _is_this_python(command[0]):
        return ""
    gone = os.path.dirname(command[0]) and not os.path.exists(command[0])
    return (
        f"the kernel called {NAME} starts {shown(Path(command[0]))}{', which is not there' if gone else ''}, "
        f"not {shown(Path(sys.executable))}: so says {where}"
    )


def _is_this_python(program: str) -> bool:
    """Return whether a kernel that is started as `program` is this Python, of this environment."""
    major, minor = sys.version_info[:2]
    if program in ("python", f"python{major}", f"python{major}.{minor}"):
        return True  # jupyter_client starts these as the Python that it runs in itself
    mine, other = Path(sys.executable).absolute(), Path(program).absolute()
    # An environment's python and python3 are one; those of another may be links to the same file.
    return mine == other or (mine.parent == other.parent and mine.resolve() == other.resolve())


def remedy() -> str:
    """Return the shell command after which a notebook gets this Python; "" where it does already.

    Where no command of this user can do it, the sentence says who can.
    """
    wrong = []
    for spec in specs():
        if not problem(spec):
            break
        wrong.append(spec)
    if not wrong:
        return ""
    order, own = folders(), Path(sys.prefix, "share", "jupyter", "kernels")
    rank = order.index(own) if own in order else len(order)
    before = [spec for spec in wrong if order.index(spec.parent) < rank]
    if not all(os.access(spec.parent, os.W_OK) and os.access(spec, os.W_OK) for spec in before):
        return f"have {shown(before[0])} removed by its owner, or leave its folder out of JUPYTER_PATH"
    python = this_python()
    commands = [f"{python} -m jupyter_client.kernelspecapp remove -f {NAME}"] * len(before)
    if len(before) < len(wrong):  # the rest is the environment's own, or comes after it
        commands.append(f"{python} -m ipykernel install --sys-prefix")
    return " && ".join(commands)
