"""The lock is tried on real servers: one that lets all in, one that nobody can ask, one on all addresses."""

import http.server
import json
import socket
import threading

import pytest

from tlcourse.notebook_tools import lock

TOKEN = "sixteen-letters_"


@pytest.fixture
def server():
    """Starts a server that answers as `answer(path)` says; returns its port."""
    running = []

    def start(answer, **headers):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(answer(self.path))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()

            def log_message(self, *args):
                pass

        made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        running.append(made)
        return made.server_port

    yield start
    for made in running:
        made.shutdown()
        made.server_close()


def locked(path: str) -> int:
    return 200 if path.endswith(f"?token={TOKEN}") else 403


def test_one_that_opens_to_its_token_alone_is_locked(server):
    assert lock.unlocked("127.0.0.1", server(locked), TOKEN) == ""


@pytest.mark.parametrize("door", lock.DOORS)
def test_one_open_door_is_enough(server, door):
    port = server(lambda path: 200 if path.startswith(door) else locked(path))
    assert lock.unlocked("127.0.0.1", port, TOKEN) == f"it answers 200 for {door} with no token, not 403"


def test_a_server_that_takes_any_token_is_open(server):
    port = server(lambda path: 403 if path.endswith("=") else 200)
    assert "with a wrong token" in lock.unlocked("127.0.0.1", port, TOKEN)


def test_a_server_that_does_not_take_the_token_is_no_use(server):
    said = lock.unlocked("127.0.0.1", server(lambda path: 403), TOKEN)
    assert said == "it answers 403 for /api/contents with the token that is printed, not 200"


@pytest.mark.parametrize("sites", ["*", lock.ELSEWHERE])
def test_a_server_that_pages_of_other_sites_may_use_is_open(server, sites):
    port = server(locked, Access_Control_Allow_Origin=sites)
    said = lock.unlocked("127.0.0.1", port, TOKEN)
    assert said == f"it lets pages of other sites use it (its allow_origin is {sites})"


def test_one_without_terminals_is_fine(server):
    port = server(lambda path: 404 if "terminals" in path else locked(path))
    assert lock.unlocked("127.0.0.1", port, TOKEN) == ""


def test_one_that_cannot_be_asked_is_said():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert f"it cannot be asked at http://127.0.0.1:{port}" in lock.unlocked("127.0.0.1", port, TOKEN)


def test_addresses_are_those_that_others_reach():
    with socket.create_server(("127.0.0.1", 0)):
        assert "127.0.0.1" in lock.addresses()
        assert lock.open_to_others() == ""
        with socket.create_server(("0.0.0.0", 0)):
            assert lock.open_to_others() == "it listens on 0.0.0.0, where other machines reach it"


def test_suspects_are_files_that_say_who_may_come_in(tmp_path):
    python, plain, given = tmp_path / "a.py", tmp_path / "b.py", tmp_path / "c.json"
    python.write_text("c.ServerApp.theme = 1\n# c.ServerApp.token = ''\n  c.X.token = 'secret'  # mine\n")
    plain.write_text("# c.ServerApp.ip = ''\nc.ServerApp.shipped = 1\n")
    given.write_text(json.dumps({"LabApp": {"ip": "", "theme": "dark"}, "version": 1}))
    files = [str(path) for path in (python, plain, given)]
    assert lock.suspects(files) == f"{python} (c.X.token), {given} (LabApp.ip)"
    assert lock.suspects([str(plain), str(tmp_path / "gone")]) == f"{plain}, {tmp_path / 'gone'}"
    given.write_text("[]")
    python.write_bytes(b"\xff token = 1")
    assert str(python) in lock.suspects(files)
