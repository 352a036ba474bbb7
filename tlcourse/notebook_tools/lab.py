"""Opens the course in JupyterLab: on this machine's loopback address, always with a token."""

import os
import re
import secrets
import socket
from pathlib import Path
from urllib.parse import quote

from tlcourse.notebook_tools import lock
from tlcourse.notebook_tools.source import LessonError, all_lessons, find

ADDRESS = "127.0.0.1"


def token() -> str:
    """Return the token: that of the environment variable `JUPYTER_TOKEN`, else a new one.

    Raises:
        LessonError: `JUPYTER_TOKEN` is empty, short, or has signs that Jupyter may read in another way.
    """
    chosen = os.environ.get("JUPYTER_TOKEN")
    if chosen is None:
        return secrets.token_hex(24)
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", chosen):
        is_ = "is too short" if re.fullmatch(r"[A-Za-z0-9_-]+", chosen) else "has other signs"
        raise LessonError(
            f"JUPYTER_TOKEN {is_ if chosen else 'is empty'}: a token is 16 or more of A-Z a-z 0-9 _ -. "
            "Without a good one, everyone on this machine could run code as you: "
            "unset JUPYTER_TOKEN for a new token each time, or give it a longer secret of your own."
        )
    return chosen


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


def arguments(root: Path, page: str, port: int, secret: str) -> list[str]:
    """Return JupyterLab's arguments, for a call: a command line would show the token to other users."""
    options = [
        f"--ServerApp.ip={ADDRESS}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--Application.log_level=WARN",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.open_browser=False",  # not before the lock is tried
        # These stand above what the user's own Jupyter configuration says of the same classes.
        f"--IdentityProvider.token={secret}",
        f"--PasswordIdentityProvider.token={secret}",
        "--ServerApp.base_url=/",
        "--ServerApp.disable_check_xsrf=False",
        "--ServerApp.allow_origin=",
        "--ServerApp.allow_origin_pat=",
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


def jupyterlab() -> type:
    """Return JupyterLab's application.

    Raises:
        LessonError: it is not installed.
    """
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        raise LessonError(
            "JupyterLab is not installed: make setup in a clone; where tlcourse came as a wheel, "
            "pip install 'tlcourse-….whl[lab]'"
        ) from None
    return LabApp


def open_lab(root: Path, port: int = 8888, browser: bool = True, notebook: str | None = None) -> None:
    """Run JupyterLab on the course until it is stopped.

    Args:
        notebook: which lesson to open; the first where None.

    Raises:
        LessonError: JupyterLab is not installed, the port is taken, there is no such lesson, or the server
            that was started lets in more than who has its token.
    """
    lessons = find([notebook], root) if notebook else all_lessons(root)[:1]
    if not lessons:
        raise LessonError(f"there are no lessons in {root / 'notebooks' / 'src'}.")
    if not lessons[0].built.exists():
        raise LessonError(f"{lessons[0].built.name} is not built yet: tlcourse build {lessons[0].number}")
    secret = token()
    check_port(port)
    lab_app = jupyterlab()
    page = "/lab/tree/" + quote(lessons[0].built.relative_to(root).as_posix())
    server = lab_app.initialize_server(arguments(root, page, port, secret))
    server.open_browser = False  # whatever was configured
    found = []

    async def try_the_lock() -> None:
        try:
            asked = lock.unlocked, ADDRESS, port, secret
            found.append(lock.open_to_others() or await server.io_loop.run_in_executor(None, *asked))
        except Exception as error:
            found.append(f"its lock could not be tried ({type(error).__name__}: {error})")
        if found[0]:
            server.stop()
            return
        print(f"The course is at http://{ADDRESS}:{port}{page}?token={secret}", flush=True)
        print("Ctrl-C stops it.", flush=True)
        if browser:
            server.launch_browser()

    if trouble := lock.open_to_others():  # it listens already, though it does not answer yet
        server.http_server.stop()
        raise LessonError(_refusal(trouble, server))
    server.io_loop.add_callback(try_the_lock)
    server.start()
    if found and found[0]:
        raise LessonError(_refusal(found[0], server))


def _refusal(trouble: str, server) -> str:
    """Say why the lab is not opened, and which file did it."""
    app = getattr(server, "_starter_app", None)
    files = [str(file) for one in (server, app) if one for file in getattr(one, "loaded_config_files", ())]
    return (
        f"JupyterLab was stopped before it could be used: {trouble}. "
        f"Jupyter's configuration does that: {lock.suspects(files) or 'no file of it was read'}. "
        "Take it out there and open the course again."
    )
