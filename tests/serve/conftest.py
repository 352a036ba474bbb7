"""A server of a tiny encoder, on free ports, and its clients."""

import pytest
from bert_serving.client import BertClient

from tlcourse.serve.server import Server
from tlcourse.serve.settings import Settings

PATIENCE = 60_000  # milliseconds: a client that gets no answer fails instead of waiting for ever


@pytest.fixture(scope="session")
def tiny(tiny_zoo) -> str:
    """The folder of a BERT with random weights."""
    return str(tiny_zoo / "bert-mini")


@pytest.fixture(scope="session")
def serving(tiny):
    """`with serving(workers=2) as server`: the tiny encoder unless a model is named, on ports that are
    free."""

    def made(**asked) -> Server:
        return Server(Settings(**{"model": tiny, "port": 0, "port_out": 0, **asked}))

    return made


@pytest.fixture(scope="session")
def client_of():
    """`with client_of(server) as client`: the published client, as it comes."""

    def made(server: Server, **asked) -> BertClient:
        port, port_out = server.ports
        return BertClient(port=port, port_out=port_out, timeout=PATIENCE, **asked)

    return made
