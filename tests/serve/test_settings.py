"""What a server refuses to do is said before it starts."""

import pytest

from tlcourse.serve.settings import Settings, is_loopback

TOKEN = "a-token-that-nobody-guesses"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"workers": 0}, "workers is 0, expected 1 or more"),
        ({"port": 70000}, "port is 70000"),
        ({"port": 5556}, "both 5556"),
        ({"pooling": "MEAN"}, "pooling is 'MEAN', but it is one of"),
        ({"layers": ()}, "layers is empty"),
        ({"pooling": "NONE", "http_port": 8000}, "HTTP gives one vector of each text"),
        ({"pooling": "NONE", "normalise": True}, "one vector of each text"),
        ({"timeout": 0}, "timeout is 0"),
        ({"token": "short"}, "5 characters; it takes 16"),
        ({"token": "ein-Schlüssel-für-uns"}, "letters that no HTTP header holds"),
        ({"http_host": "0.0.0.0", "http_port": 8000}, "anybody .* over HTTP: give a --token"),
        ({"http_host": "::", "http_port": 8000}, "anybody"),
        ({"host": "0.0.0.0"}, "ZeroMQ asks for no password.*tlcourse.serve.keys.*ssh -L 5555"),
        ({"host": "192.0.2.1", "token": TOKEN}, "ZeroMQ asks for no password"),
        ({"host": "no-such-host.invalid"}, "anybody"),
    ],
)
def test_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        Settings(**asked)


def test_open_to_others_with_a_token_and_with_keys(tmp_path):
    Settings(http_host="0.0.0.0", http_port=8000, token=TOKEN)
    Settings(host="0.0.0.0", curve=tmp_path)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)],
)
def test_loopback(host, alone):
    assert is_loopback(host) == alone
