"""`tlcourse serve` as it is typed."""

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import psutil
import pytest
from bert_serving.client import BertClient


def typed(*arguments, **env):
    return [sys.executable, "-m", "tlcourse", "serve", *map(str, arguments)], {**os.environ, **env}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", "0.0.0.0"), "ZeroMQ asks for no password"),
        (("--http", "0", "--http-host", "0.0.0.0"), "give a --token"),
        (("--model", "no-such-model", "--port", "0", "--port-out", "0"), "no-such-model"),
        (("--layer", "-40", "--port", "0", "--port-out", "0"), "layer is -40"),
    ],
)
def test_what_cannot_be_served(arguments, said):
    command, env = typed(*arguments)
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert said in done.stderr


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        command, env = typed("--port", other.getsockname()[1], "--port-out", "0")
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "Choose others with --port" in done.stderr


def test_it_serves_until_it_is_terminated_and_answers_what_was_asked(tiny):
    command, env = typed("--model", tiny, "--workers", "2", "--port", 0, "--port-out", 0, "--http", 0)
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, bufsize=1) as served:
        said = ""
        while "Ctrl-C" not in said:
            line = served.stderr.readline()
            assert line, said
            said += line
        port, port_out = map(int, re.search(r"port=(\d+), port_out=(\d+)", said.replace("\n", "")).groups())
        address = re.search(r"http://[\d.]+:\d+", said)[0]
        workers = []
        while len(workers) < 2:  # the second comes when the first is ready
            workers = psutil.Process(served.pid).children(recursive=True)
        ports = {"port": port, "port_out": port_out, "timeout": 60_000}
        with BertClient(**ports) as client, BertClient(**ports) as other:
            for _ in range(20):
                client.encode(["the river"] * 50, blocking=False)
            while other.server_status["statistic"]["num_data_request"] == 0:  # the first is answered
                pass
            served.send_signal(signal.SIGTERM)
            assert client.fetch_all(concat=True).shape == (1000, 32)
        assert served.wait(60) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/healthz")
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive


def test_killed_it_leaves_no_worker_behind(tiny):
    command, env = typed("--model", tiny, "--port", 0, "--port-out", 0)
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as served:
        while "Ctrl-C" not in served.stderr.readline():
            pass
        workers = psutil.Process(served.pid).children(recursive=True)
        served.kill()
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive
