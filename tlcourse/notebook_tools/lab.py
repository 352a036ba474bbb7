"""Opens the course in JupyterLab: on this machine's loopback address, always with a token."""

import os
import secrets
import socket
from pathlib import Path
from urllib.parse import quote

from tlcourse.notebook_tools.source import LessonError, all_lessons, find

ADDRESS = "127.0.0.1"


def token() -> str:
    """Return the token: that of the environment variable `JUPYTER_TOKEN`, else a new one.

    Raises:
        LessonError: `JUPYTER_TOKEN` is empty, which would switch the token off.
    """
    chosen = os.environ.get("JUPYTER_TOKEN")
    if chosen is not None and not chosen.strip():
        raise LessonError(
            "JUPYTER_TOKEN is empty. Without a token, everyone on this machine could run code as you: "
            "unset JUPYTER_TOKEN for a new token each time, or give it a secret of your own."
        )
    return chosen or secrets.token_hex(24)


def check_port(port: int) -> None:
    """Raise LessonError if nothing can listen on `port`."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            if os.name == "posix":  # as JupyterLab's server does: a port that was just closed is free
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((ADDRESS, port))
            trial.listen()
    except (OSError, OverflowError) as error:
        raise LessonError(
            f"port {port} cannot be used ({error}). Perhaps the course is open already; "
            f"to open it twice, take another port: tlcourse lab --port {port + 1 if port < 65535 else 8889}"
        ) from None


def arguments(root: Path, page: str, port: int, secret: str, browser: bool) -> list[str]:
    """Return JupyterLab's arguments, for a call: a command line would show the token to other users."""
    options = [
        f"--ServerApp.ip={ADDRESS}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--Application.log_level=WARN",
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.open_browser={browser}",
        # These stand above whatever the user's own Jupyter configuration says.
        f"--IdentityProvider.token={secret}",
        "--ServerApp.disable_check_xsrf=False",
        f"--LabApp.default_url={page}",
        # No request leaves the machine: no news (nor the question whether one wants them, a setting), no look
        # for updates, no list of extensions. The user's own settings stand above these.
        f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab_settings'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--ServerApp.allow_root=True")  # a container, or a server's only user
    return options


def open_lab(root: Path, port: int = 8888, browser: bool = True, notebook: str | None = None) -> None:
    """Run JupyterLab on the course until it is stopped.

    Args:
        notebook: which lesson to open; the first where None.

    Raises:
        LessonError: JupyterLab is not installed, the port is taken, or there is no such lesson.
    """
    lessons = find([notebook], root) if notebook else all_lessons(root)[:1]
    if not lessons:
        raise LessonError(f"there are no lessons in {root / 'notebooks' / 'src'}.")
    if not lessons[0].built.exists():
        raise LessonError(f"{lessons[0].built.name} is not built yet: tlcourse build {lessons[0].number}")
    secret = token()
    check_port(port)
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        raise LessonError("JupyterLab is not installed: make setup, or pip install 'tlcourse[lab]'") from None
    page = "/lab/tree/" + quote(lessons[0].built.relative_to(root).as_posix())
    print(f"The course is at http://{ADDRESS}:{port}{page}?token={secret}", flush=True)
    print("Ctrl-C stops it.", flush=True)
    LabApp.launch_instance(arguments(root, page, port, secret, browser))
