"""The settings for a JupyterHub (docs/jupyterhub): read by a hub, and at work for two learners at once.

Neither JupyterHub nor its proxy comes with the course; where they are missing, this is skipped:

    pip install jupyterhub jupyterhub-idle-culler && npm install --global configurable-http-proxy
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pytest

from tlcourse import assets

jupyterhub = pytest.importorskip("jupyterhub")

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "docs" / "jupyterhub"
NOBODY = 65534
STARTS_IN = 180  # seconds, for a hub or a server on a machine that runs other tests
DATA = "bbc-news"
LEARNERS = ("ada", "grace")

# What a learner's kernel is asked: where things are, what is made of them, and whether it could write there
ASKED = f"""
import json, os, pathlib
from tlcourse import assets
from tlcourse.data import bbc_news

def can_write(folder):
    try:
        (pathlib.Path(folder) / "mine").write_text("")
        return True
    except OSError:
        return False

print(json.dumps(dict(
    assets=str(assets.path({DATA!r})), texts=len(bbc_news.load().texts), memory=os.environ["MEM_LIMIT"],
    writes=[can_write(os.environ[name]) for name in ("TLCOURSE_ASSETS", "TLCOURSE_CACHE", "HOME")],
    threads=os.environ["OMP_NUM_THREADS"], where=os.getcwd())))
"""


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub that has read a file of settings and started nothing."""
    from jupyterhub.app import JupyterHub

    def read(*names: str) -> JupyterHub:
        config = tmp_path / "jupyterhub_config.py"
        lines = "\n".join(f"load_subconfig({str(SETTINGS / name)!r})" for name in names)
        config.write_text(f"c = get_config()\nc.Spawner.environment = {{'BEFORE': '1'}}\n{lines}\n")
        JupyterHub.clear_instance()
        app = JupyterHub()
        app.load_config_file(str(config))
        return app

    monkeypatch.setenv("TLCOURSE_SHARED", "/srv/elsewhere")
    yield read
    JupyterHub.clear_instance()


def test_the_settings_are_those_of_a_spawner(hub):
    from jupyterhub.spawner import LocalProcessSpawner

    spawner = LocalProcessSpawner(config=hub("tlcourse.py").config)
    assert spawner.mem_limit == 2.5 * 2**30
    assert spawner.environment["TLCOURSE_ASSETS"] == "/srv/elsewhere/assets"
    assert spawner.environment["TLCOURSE_CACHE"] == "/srv/elsewhere/cache"
    assert spawner.environment["BEFORE"] == "1", "what an earlier file has set stays"
    assert "--MappingKernelManager.cull_idle_timeout=1200" in spawner.args
    assert spawner.default_url.endswith("00_start_here.ipynb")


def test_the_culler_has_no_more_rights_than_it_needs(hub):
    app = hub("culler.py")
    (service,), (role,) = app.services, app.load_roles
    assert role["services"] == [service["name"]]
    assert service["command"][1:3] == ["-m", "jupyterhub_idle_culler"]
    assert not any(scope.startswith("admin") for scope in role["scopes"])


def test_the_folders_are_those_of_the_page():
    page = (ROOT / "docs" / "jupyterhub.md").read_text("utf-8")
    settings = (SETTINGS / "tlcourse.py").read_text("utf-8")
    assert '"/srv/tlcourse"' in settings
    for variable, folder in (("ASSETS", "assets"), ("CACHE", "cache")):
        assert f"TLCOURSE_{variable}=/srv/tlcourse/{folder}" in page
        assert f'"TLCOURSE_{variable}": str(SHARED / "{folder}")' in settings
    assert "limits.memory 2.5G" in page
    assert 'mem_limit = "2.5G"' in settings


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A hub on this machine, its learners' folders in `folder`; as nobody, if the tests run as root."""

    def __init__(self, folder: Path):
        self.folder, self.token = folder, uuid.uuid4().hex
        self.port, api, hub_port = port(), port(), port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = f"""
c = get_config()
c.JupyterHub.bind_url = "{self.url}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{sys.executable!r}, "-m", "jupyterhub.singleuser"]
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.JupyterHub.services = [{{"name": "teacher", "api_token": "{self.token}"}}]
scopes = ["admin:users", "admin:servers", "read:servers", "access:servers", "read:services"]
c.JupyterHub.load_roles = [{{"name": "teacher", "services": ["teacher"], "scopes": scopes}}]
load_subconfig({str(SETTINGS / "tlcourse.py")!r})
load_subconfig({str(SETTINGS / "culler.py")!r})
"""
        (folder / "jupyterhub_config.py").write_text(config)

    def start(self) -> None:
        as_root = os.geteuid() == 0
        if as_root:
            for path in (self.folder, *(self.folder / "home").rglob("*"), self.folder / "home"):
                os.chown(path, NOBODY, NOBODY)
        paths = [Path(sys.executable).parent, os.environ["PATH"]]
        env = {
            "PATH": os.pathsep.join(map(str, paths)),
            "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT)),
            "HOME": str(self.folder),
            "TLCOURSE_SHARED": str(self.folder / "shared"),
            "CONFIGPROXY_AUTH_TOKEN": uuid.uuid4().hex,
        }
        self.log = (self.folder / "hub.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(self.folder / "jupyterhub_config.py")],
            cwd=self.folder,
            env=env,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}),
        )
        self.until(lambda: self.ask("GET", "/hub/api/").ok, "the hub does not answer")

    def ask(self, method: str, path: str, **more):
        import requests

        headers = {"Authorization": f"token {self.token}"}
        return requests.request(method, self.url + path, headers=headers, timeout=60, **more)

    def until(self, there, complaint: str) -> None:
        end = time.monotonic() + STARTS_IN
        while True:
            try:
                if there():
                    return
            except OSError:
                pass
            log = (self.folder / "hub.log").read_text("utf-8", errors="replace")[-3000:]
            assert self.process.poll() is None, f"the hub has ended:\n{log}"
            assert time.monotonic() < end, f"{complaint}:\n{log}"
            time.sleep(0.5)

    def has_server(self, name: str) -> bool:
        servers = self.ask("GET", f"/hub/api/users/{name}").json()["servers"]
        return bool(servers) and servers[""]["ready"]

    def run(self, name: str, code: str) -> str:
        """What a new kernel of a learner's server prints."""
        import websocket

        made = self.ask("POST", f"/user/{name}/api/kernels", json={"path": "tlcourse"})
        made.raise_for_status()
        address = f"ws://127.0.0.1:{self.port}/user/{name}/api/kernels/{made.json()['id']}/channels"
        line = websocket.create_connection(
            address, header=[f"Authorization: token {self.token}"], timeout=STARTS_IN
        )
        message = {
            "header": {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"},
            "parent_header": {},
            "metadata": {},
            "content": {"code": code, "silent": False},
            "channel": "shell",
        }
        line.send(json.dumps(message))
        said = ""
        while True:
            reply = json.loads(line.recv())
            if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if reply["msg_type"] == "stream":
                said += reply["content"]["text"]
            elif reply["msg_type"] == "error":
                raise AssertionError("\n".join(reply["content"]["traceback"]))
            elif reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                line.close()
                return said

    def stop(self) -> None:
        for name in LEARNERS:
            self.ask("DELETE", f"/hub/api/users/{name}/server")
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


@pytest.fixture
def running(monkeypatch):
    """A hub with what the page has a teacher prepare: shared folders that only their owner can write."""
    if not shutil.which("configurable-http-proxy"):
        pytest.skip("no configurable-http-proxy here: npm install --global configurable-http-proxy")
    try:
        fetched = assets.path(DATA)
    except assets.AssetMissing as error:
        pytest.skip(str(error))
    folder = Path(tempfile.mkdtemp(prefix="hub-"))  # pytest's own folders are for their owner alone
    folder.chmod(0o755)
    shared = folder / "shared"
    shutil.copytree(fetched, shared / "assets" / fetched.relative_to(assets.cache_dir()))
    monkeypatch.setenv("TLCOURSE_ASSETS", str(shared / "assets"))
    monkeypatch.setenv("TLCOURSE_CACHE", str(shared / "cache"))
    from tlcourse.data import bbc_news

    bbc_news.load()  # finds what is there twice, and keeps it
    for name in LEARNERS:
        (folder / "home" / name / "tlcourse").mkdir(parents=True)
        shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", folder / "home" / name / "tlcourse")
    for path in (shared, *shared.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    hub = Running(folder)
    try:
        hub.start()
        yield hub
        hub.stop()
    finally:
        if hasattr(hub, "process") and hub.process.poll() is None:
            hub.process.kill()
        for path in (shared, *shared.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)


def test_two_learners_share_what_neither_can_write(running):
    shared = running.folder / "shared"
    before = {path: path.stat().st_mtime for path in shared.rglob("*")}
    for name in LEARNERS:
        assert running.ask("POST", f"/hub/api/users/{name}").ok
        assert running.ask("POST", f"/hub/api/users/{name}/server").ok
    for name in LEARNERS:
        running.until(lambda name=name: running.has_server(name), f"{name} gets no server")
        lesson = running.ask("GET", f"/user/{name}/api/contents/tlcourse/00_start_here.ipynb?content=0")
        assert lesson.json()["writable"]
        found = json.loads(running.run(name, ASKED))
        assert found["assets"].startswith(str(shared / "assets"))
        assert found["texts"] > 2000
        assert found["writes"] == [False, False, True]
        assert (found["memory"], found["threads"]) == (str(int(2.5 * 2**30)), "1")
        assert Path(found["where"]) == running.folder / "home" / name / "tlcourse"
    assert {path: path.stat().st_mtime for path in shared.rglob("*")} == before
    assert running.ask("GET", "/hub/api/services/idle-culler").json()["pid"], "the culler runs"
