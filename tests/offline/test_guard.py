"""The guard itself: it refuses what it should, lets through what it should, and keeps a record."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUARD = Path(__file__).parent / "guard"


def guarded(code: str, log: Path) -> subprocess.CompletedProcess:
    env = {**os.environ, "PYTHONPATH": str(GUARD), "TLCOURSE_NETWORK_LOG": str(log)}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",  # an address set aside for documentation
        "socket.socket().connect(('192.0.2.1', 80))",
        "socket.socket().connect_ex(('192.0.2.1', 80))",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket().bind(('0.0.0.0', 0))",
        "socket.getaddrinfo('example.org', 443)",
        "socket.gethostbyname('example.org')",
        "import urllib.request; urllib.request.urlopen('http://example.org', timeout=1)",
        "import requests; requests.get('http://example.org', timeout=1)",
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', "
        "'import socket; socket.getaddrinfo(\"example.org\", 80)']))",
    ],
)
def test_refuses_and_records(attempt, tmp_path):
    log = tmp_path / "log"
    done = guarded(f"import socket; {attempt}", log)
    assert done.returncode != 0
    assert "the test refuses the network" in done.stderr
    assert log.read_text().startswith("socket.")


def test_an_attempt_that_is_caught_is_recorded_all_the_same(tmp_path):
    log = tmp_path / "log"
    attempt = "try:\n    socket.getaddrinfo('example.org', 80)\nexcept OSError:\n    print('went on')"
    done = guarded(f"import socket\n{attempt}", log)
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert "example.org" in log.read_text()


def test_lets_loopback_and_unix_sockets_through(tmp_path):
    log = tmp_path / "log"
    code = f"""
import os, socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(("localhost", server.getsockname()[1]))
os.chdir({str(tmp_path)!r})
unix = socket.socket(socket.AF_UNIX)
unix.bind("s")
one, two = socket.socketpair()
one.sendall(b"through")
print(two.recv(9).decode())
"""
    done = guarded(code, log)
    assert (done.returncode, done.stdout) == (0, "through\n"), done.stderr
    assert not log.exists()
