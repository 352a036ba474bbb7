"""`tlcourse serve`, started by a benchmark as a process of its own, and ended with it."""

import os
import re
import subprocess
import sys
import time

import psutil

START = 120.0  # seconds


class Served:
    """`with Served("minilm", workers=2) as served`: on ports that are free, HTTP among them.

    Attributes:
        ports, address: of ZeroMQ and of HTTP.
        seconds: from the command to its being ready.
    """

    def __init__(self, model: str, **options: object):
        asked = {"model": model, "port": 0, "port-out": 0, "http": 0, **options}
        words = [
            f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}")
            for name, value in asked.items()
        ]
        self._command = [sys.executable, "-m", "tlcourse", "serve", *words]

    def __enter__(self) -> "Served":
        self.started = time.perf_counter()
        environment = {**os.environ, "COLUMNS": "500"}
        self.process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True, env=environment)
        said = ""
        while "Ctrl-C" not in said:
            line = self.process.stderr.readline()
            if not line:
                raise RuntimeError(f"the server did not start: {said}")
            said += line
        self.seconds = time.perf_counter() - self.started
        port, port_out = re.search(r"port=(\d+), port_out=(\d+)", said).groups()
        self.ports = int(port), int(port_out)
        self.address = re.search(r"http://[\d.:]+", said)[0]
        self._tree = psutil.Process(self.process.pid)
        return self

    def workers(self) -> list[psutil.Process]:
        return self._tree.children(recursive=True)

    def memory(self) -> tuple[float, float]:
        """MB that the server has for itself, and that its workers have, together."""
        return _own(self._tree), sum(map(_own, self.workers()))

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()


def _own(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().uss / 1e6
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
