"""The same encoder on a local Ray: the published client works, also while a replica is killed."""

import contextlib
import os
import signal
import socket
import threading

import numpy as np
import openai
import pytest

from tlcourse.serve.embedding import Embedder

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'tlcourse[ray]'")
serve = pytest.importorskip("ray.serve")

TEXTS = ["The old house.", "Mary saw the river, and the quiet teacher liked the early winter story.", "a"]
CLIENTS, REQUESTS = 8, 15


@pytest.fixture(scope="module")
def address(tiny):
    from tlcourse.serve import on_ray

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    patch = pytest.MonkeyPatch()
    patch.setenv("RAY_AUTH_MODE", "disabled")  # else it writes a token into the user's home
    patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100_000_000, log_to_driver=False)
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        serve.run(on_ray.build({"model": tiny, "replicas": 2}))
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        with contextlib.suppress(Exception):
            serve.shutdown()
        ray.shutdown()
        patch.undo()


def pids():
    """The processes of the replicas that answer."""
    encoder = serve.get_deployment_handle("Encoder", app_name="default")
    return {encoder.pid.remote().result(timeout_s=60) for _ in range(20)}


@pytest.mark.timeout(600)
def test_a_replica_is_killed_while_clients_ask(address, tiny):
    found, wrong = {}, []

    def send(number):
        client = openai.OpenAI(base_url=address, api_key="any", max_retries=0, timeout=120)
        try:
            for request in range(REQUESTS):
                texts = TEXTS[: 1 + (number + request) % 3]
                made = client.embeddings.create(model=tiny, input=texts)
                found[number, request] = [one.embedding for one in made.data]
        except Exception as error:
            wrong.append(f"client {number}: {error!r}")

    before = pids()
    assert len(before) == 2
    threads = [threading.Thread(target=send, args=(i,)) for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while len(found) < CLIENTS * REQUESTS // 4 and not wrong:
        threads[0].join(0.01)
    os.kill(min(before), signal.SIGKILL)
    for thread in threads:
        thread.join(240)
    assert not wrong
    assert len(found) == CLIENTS * REQUESTS
    expected = Embedder(tiny)(TEXTS).vectors
    for vectors in found.values():
        np.testing.assert_allclose(vectors, expected[: len(vectors)], atol=1e-5)


@pytest.mark.timeout(300)
def test_its_errors_are_those_of_the_server(address, tiny):
    client = openai.OpenAI(base_url=address, api_key="any", max_retries=0)
    with pytest.raises(openai.NotFoundError, match="this server has"):
        client.embeddings.create(model="ada", input="a")
    with pytest.raises(openai.BadRequestError, match="empty string"):
        client.embeddings.create(model=tiny, input=["a", ""])


def test_beyond_this_machine_it_asks_for_a_token_too(tiny):
    from tlcourse.serve import on_ray

    with pytest.raises(ValueError, match="give a --token"):
        on_ray.build({"model": tiny, "http_host": "0.0.0.0"})
    with pytest.raises(ValueError, match="workers is no option"):
        on_ray.build({"workers": 2})
