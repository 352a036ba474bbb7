"""`tlcourse lab`: it answers to the token and to nobody else, and says what is wrong in one line."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

from tlcourse.commands import lessons
from tlcourse.notebook_tools import lab
from tlcourse.notebook_tools.build import write
from tlcourse.notebook_tools.source import LessonError, find, read

STARTS_IN = 120


@pytest.fixture
def folder(course):
    made = course({"00_a": "# %%\n1\n", "01_b": "# %%\n2\n"})
    for lesson in find([], made):
        write(read(lesson), lesson.built)
    return made


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(folder, tmp_path):
    running = []

    def run(*options, **env):
        process = subprocess.Popen(
            [sys.executable, "-m", "tlcourse", "lab", "--no-browser", *options],
            cwd=folder,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def status(address: str) -> int:
    """Return the status of a request, redirects not followed; 0 where nobody listens."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    try:
        return urllib.request.build_opener(Stay).open(address, timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for_server(process, url):
    end = time.monotonic() + STARTS_IN
    while not status(f"{url}/login"):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.timeout(200)
def test_answers_to_its_token_only_whatever_the_user_configured(start, port, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(
        "c.IdentityProvider.token = ''\nc.ServerApp.ip = '0.0.0.0'\nc.ServerApp.disable_check_xsrf = True\n"
    )
    process = start("--port", str(port), "--notebook", "1")
    first = process.stdout.readline()
    found = re.fullmatch(r"The course is at (http://127.0.0.1:\d+)(/\S+)\?token=(\w+)\n", first)
    url, page, token = found.groups()
    assert url == f"http://127.0.0.1:{port}"
    assert page == "/lab/tree/notebooks/01_b.ipynb"
    assert len(token) >= 32
    wait_for_server(process, url)
    contents = f"{url}/api/contents/notebooks/01_b.ipynb"
    assert status(f"{contents}?token={token}") == 200
    assert status(f"{url}{page}?token={token}") == 200
    assert status(contents) == 403
    assert status(f"{contents}?token=") == 403
    assert status(f"{contents}?token={token[:-1]}") == 403
    assert status(f"{url}{page}") == 302, "to the login"
    server = psutil.Process(process.pid)
    listening = [c.laddr for c in server.net_connections() if c.status == psutil.CONN_LISTEN]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert token not in " ".join(server.cmdline()), "every user of the machine would see it"


@pytest.mark.timeout(200)
def test_a_token_of_ones_own_is_taken(start, port):
    process = start("--port", str(port), JUPYTER_TOKEN="correct-horse-battery")
    assert "token=correct-horse-battery" in process.stdout.readline()
    url = f"http://127.0.0.1:{port}"
    wait_for_server(process, url)
    assert status(f"{url}/api/contents?token=correct-horse-battery") == 200
    assert status(f"{url}/api/contents") == 403


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "is empty"),
        ("''", "has other signs"),  # which Jupyter's command line reads as the empty text
        ('""', "has other signs"),
        ("correct horse battery staple", "has other signs"),
        ("fifteen-letters", "is too short"),
        ("sixteen-letters-\n", "has other signs"),
        ("sixteen-letters-é", "has other signs"),
    ],
)
def test_what_is_no_token_is_refused(monkeypatch, token, said):
    monkeypatch.setenv("JUPYTER_TOKEN", token)
    with pytest.raises(LessonError, match=f"^JUPYTER_TOKEN {said}: a token is 16 or more"):
        lab.token()


def test_tokens_that_are_taken(monkeypatch):
    for token in ("sixteen-letters_", "0" * 64):
        monkeypatch.setenv("JUPYTER_TOKEN", token)
        assert lab.token() == token
    monkeypatch.delenv("JUPYTER_TOKEN")
    assert re.fullmatch(r"[0-9a-f]{48}", lab.token())


def test_refuses_to_go_without_a_token(start, port):
    process = start("--port", str(port), JUPYTER_TOKEN="''")
    _, err = process.communicate(timeout=STARTS_IN)
    assert process.returncode == 1
    assert err.startswith("error: JUPYTER_TOKEN has other signs")
    assert "Traceback" not in err


OPEN = """
from jupyter_server.auth.identity import IdentityProvider, User
class Open(IdentityProvider):
    auth_enabled = False
c.ServerApp.identity_provider_class = Open
"""
# What a user's configuration may hold, by file; what it would do
UNDOING = {
    "no token": {"jupyter_server_config.py": "c.PasswordIdentityProvider.token = ''\n"},
    "no token, in JSON": {"jupyter_server_config.json": '{"PasswordIdentityProvider": {"token": ""}}'},
    "no token, the lab's": {"jupyter_lab_config.py": "c.PasswordIdentityProvider.token = ''\n"},
    "all addresses": {"jupyter_server_config.py": "c.LabApp.ip = '0.0.0.0'\n"},
    "all addresses, the lab's": {"jupyter_lab_config.py": "c.LabApp.ip = '0.0.0.0'\n"},
    "all addresses, in JSON": {"jupyter_lab_config.json": '{"LabApp": {"ip": ""}}'},
    "its own way in": {"jupyter_server_config.py": OPEN},
    "pages of other sites": {"jupyter_server_config.py": "c.ServerApp.allow_origin = '*'\n"},
    "pages of some": {"jupyter_server_config.py": "c.ServerApp.allow_origin_pat = '.*'\n"},
    "pages of other sites, the lab's": {"jupyter_lab_config.py": "c.LabApp.allow_origin = '*'\n"},
    "another base": {"jupyter_server_config.py": "c.LabApp.base_url = '/other/'\n"},
    "an early browser": {
        "jupyter_lab_config.py": "c.LabApp.open_browser = True\nc.ServerApp.browser = 'x'\n"
    },
}


@pytest.mark.timeout(200)
@pytest.mark.parametrize("what", UNDOING)
def test_a_configuration_may_not_undo_the_lock(start, port, tmp_path, what):
    """Either it has no effect, or the lab stops, announces nothing and names the file."""
    config = tmp_path / "config"
    config.mkdir()
    for name, text in UNDOING[what].items():
        (config / name).write_text(text)
    process = start("--port", str(port))
    first = process.stdout.readline()
    if not first:
        _, err = process.communicate(timeout=STARTS_IN)
        assert process.returncode == 1
        assert "Traceback" not in err
        last = err.strip().splitlines()[-1]
        assert last.startswith("error: JupyterLab was stopped before it could be used: it ")
        (name,) = UNDOING[what]
        assert f"{config / name} (" in last
        assert status(f"http://127.0.0.1:{port}/api") == 0, "it still runs"
        return
    url, _, token = re.fullmatch(r"The course is at (http://[^/]+)(\S+)\?token=(\w+)\n", first).groups()
    assert status(f"{url}/api/contents?token={token}") == 200, "it is announced before it can be used"
    assert status(f"{url}/api/contents") == 403
    assert status(f"{url}/api/kernels?token=") == 403
    page = urllib.request.Request(f"{url}/api", headers={"Origin": "http://127.0.0.1:1"})
    with pytest.raises(urllib.error.HTTPError) as refused:  # its version, which it tells everybody else
        urllib.request.urlopen(page, timeout=20)
    assert refused.value.headers["Access-Control-Allow-Origin"] is None
    connections = psutil.Process(process.pid).net_connections()
    assert {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


@pytest.mark.timeout(200)
def test_a_configuration_in_the_home_folder_counts_too(start, port, tmp_path):
    home = tmp_path / "home"
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_server_config.py").write_text(OPEN)
    process = start("--port", str(port), HOME=str(home), JUPYTER_CONFIG_DIR="")
    out, err = process.communicate(timeout=STARTS_IN)
    assert (process.returncode, out) == (1, "")
    assert "it answers 200 for /api/contents with no token, not 403" in err
    assert str(home / ".jupyter" / "jupyter_server_config.py") in err
    assert "identity_provider_class" in err


def test_a_busy_port_is_said_with_another(start):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        process = start("--port", str(port))
        _, err = process.communicate(timeout=STARTS_IN)
    assert process.returncode == 1
    assert re.match(rf"error: port {port} cannot be used .*--port {port + 1}\n", err)


def test_a_lesson_that_is_not_there_or_not_built_is_said(folder, port):
    with pytest.raises(LessonError, match="no lesson '7'"):
        lab.open_lab(folder, port, browser=False, notebook="7")
    (folder / "notebooks" / "00_a.ipynb").unlink()
    with pytest.raises(LessonError, match=r"00_a\.ipynb is not built yet"):
        lab.open_lab(folder, port, browser=False)


def test_without_jupyterlab_nothing_is_copied(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    with pytest.raises(LessonError, match=r"JupyterLab is not installed.*\[lab\]"):
        lessons.lab(copy_to=tmp_path / "course")
    assert not (tmp_path / "course").exists()
