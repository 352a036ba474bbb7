"""JupyterLab as `tlcourse lab` starts it, and a headless Chromium that uses it as a learner does."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tlcourse.notebook_tools.build import write
from tlcourse.notebook_tools.source import all_lessons, read

ROOT = Path(__file__).resolve().parents[2]
GUARD = ROOT / "tests" / "offline" / "guard"
STARTS_IN = 120  # seconds for a server or a kernel, on a machine that runs other tests

# What makes Chromium itself leave the network alone, and run as root in a container
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items):
    """Skip what needs Chromium where there is none, and say how to get it."""
    if chromium_path() is None:
        skip = pytest.mark.skip(reason="no Chromium here; on Debian or Ubuntu: apt-get install chromium")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)


class Lab:
    """A running `tlcourse lab` on a copy of the course, whose notebooks have no outputs yet."""

    def __init__(self, folder: Path):
        self.folder, self.network_log = folder, folder / "network.log"
        shutil.copy(ROOT / "pyproject.toml", folder)
        shutil.copytree(ROOT / "notebooks" / "src", folder / "notebooks" / "src")
        for lesson in all_lessons(folder):
            # Without stored outputs: else "every cell has run" is true before any has.
            write(read(lesson), lesson.built)
        if (ROOT / "data").is_dir():
            (folder / "data").symlink_to(ROOT / "data")
        # All cells stay in the page, so that those scrolled away can be asked too.
        settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
        settings.mkdir(parents=True)
        (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        env = {
            **os.environ,
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "PYTHONPATH": str(GUARD),  # neither the server nor a kernel may ask the network for anything
            "TLCOURSE_NETWORK_LOG": str(self.network_log),
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "tlcourse", "lab", "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = []  # the address comes last, once the lock was tried
        while not (address := re.search(r"token=([\w-]+)", said[-1] if said else "")):
            said.append(self.process.stdout.readline())
            assert said[-1], "the lab did not say its address:\n" + "".join(said)
        self.token = address[1]
        end = time.monotonic() + STARTS_IN
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2).close()
                return
            except OSError:
                assert self.process.poll() is None, self.process.stdout.read()
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.2)

    def end_kernels(self) -> None:
        """End the kernels that pages left running, each with a lesson's memory."""
        for session in json.load(self._ask("GET", "/api/sessions")):
            self._ask("DELETE", f"/api/sessions/{session['id']}").close()

    def _ask(self, method: str, path: str):
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", f"token {self.token}")
        return urllib.request.urlopen(request, timeout=30)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Learner:
    """A page with a lesson open, and what a learner does on it."""

    def __init__(self, page, lab: Lab, name: str):
        self.page, self.lab, self.errors = page, lab, []
        page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        page.on("console", lambda line: line.type == "error" and self.errors.append(f"console: {line.text}"))
        page.on("requestfailed", lambda r: self.errors.append(f"request failed ({r.failure}): {r.url}"))
        page.on("response", lambda r: r.status >= 400 and self.errors.append(f"status {r.status}: {r.url}"))
        page.on("request", self._stays_here)
        page.goto(f"{lab.url}/lab/tree/notebooks/{name}.ipynb?token={lab.token}&reset")
        self.wait_until_idle()  # a cell that is run sooner opens a dialog about the kernel

    def _stays_here(self, request):
        address = urlsplit(request.url)
        if address.scheme not in ("blob", "data") and address.netloc != f"127.0.0.1:{self.lab.port}":
            self.errors.append(f"request to another machine: {request.url}")

    def wait_until_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        idle = self.page.locator("#jp-main-statusbar").get_by_text(re.compile(r"\| Idle"))
        idle.wait_for(timeout=STARTS_IN * 1000)

    def run_all(self, seconds: float) -> None:
        """Run all cells and wait for the last."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile("^Run All Cells")).first.click()
        self.page.wait_for_function(
            """() => document.querySelector('[data-mime-type="application/vnd.jupyter.stderr"]')
                  || [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')]
                       .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))""",
            timeout=seconds * 1000,
        )
        wrong = self.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]')
        assert wrong.count() == 0, wrong.first.inner_text()

    def output_with(self, description: str):
        """Return the output that has a control with this description, and scroll to it."""
        controls = self.page.locator(".widget-label, .widget-button, .widget-label-basic")
        control = controls.get_by_text(description, exact=True)
        output = self.page.locator(".jp-OutputArea-child").filter(has=control).first
        output.wait_for(timeout=20_000)
        output.scroll_into_view_if_needed()
        # By a mark of its own it is found again when its texts have changed.
        mark = re.sub(r"\W", "-", description)
        output.evaluate("(node, mark) => node.dataset.tested = mark", mark)
        return self.page.locator(f'[data-tested="{mark}"]')

    def seen(self, output, what: str) -> str:
        """Return what a learner sees of an output: `"picture"`, as a digest of its bytes, or `"text"`."""
        if what == "text":
            return "\n".join(output.locator(".widget-html-content").all_inner_texts())
        return output.evaluate(
            """async (node) => {
                const digests = [];
                for (const picture of node.querySelectorAll('img.widget-image, .widget-image img')) {
                    const bytes = await (await fetch(picture.src)).arrayBuffer();
                    const digest = await crypto.subtle.digest('SHA-256', bytes);
                    digests.push([...new Uint8Array(digest)].slice(0, 8).join('-') + '/' + bytes.byteLength);
                }
                return digests.join(' ');
            }"""
        )

    def changes(self, output, what: str, before: str, seconds: float = 30) -> str:
        """Wait until what is seen differs from `before`, and return it."""
        end = time.monotonic() + seconds
        while (now := self.seen(output, what)) == before or not now:
            assert time.monotonic() < end, f"the {what} does not change"
            self.page.wait_for_timeout(100)
        self.wait_until_idle()
        return now


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The server, once for all browser tests."""
    running = Lab(tmp_path_factory.mktemp("a course"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium():
    """For one module: while Playwright's synchronous interface is open, an event loop runs in this thread,
    and `asyncio.run` is refused in every test of the same process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def learner(chromium, lab):
    """Opens a lesson: `learner("00_start_here")`."""
    contexts = []

    def open_lesson(name: str) -> Learner:
        context = chromium.new_context(viewport={"width": 1280, "height": 1000})
        contexts.append(context)
        return Learner(context.new_page(), lab, name)

    yield open_lesson
    for context in contexts:
        context.close()
    lab.end_kernels()


@pytest.fixture
def pictures() -> Path:
    """Where screenshots go, to be looked at."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
