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


def test_refuses_to_go_without_a_token(start, port):
    process = start("--port", str(port), JUPYTER_TOKEN="")
    _, err = process.communicate(timeout=STARTS_IN)
    assert process.returncode == 1
    assert err.startswith("error: JUPYTER_TOKEN is empty")
    assert "Traceback" not in err


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
