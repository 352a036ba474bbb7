"""With keys, those who have one are answered and nobody else is heard."""

import json

import pytest
import zmq

from tlcourse.serve import keys


def answered(server, folder=None, name="client", patience=10_000):
    """Whether a client, with the keys in `folder` if there are some, gets an answer."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as sender, context.socket(zmq.SUB) as receiver:
        for socket, port in ((receiver, server.ports[1]), (sender, server.ports[0])):
            socket.setsockopt(zmq.LINGER, 0)
            if folder is not None:
                keys.introduce(socket, folder, name)
            socket.connect(f"tcp://127.0.0.1:{port}")
        receiver.setsockopt(zmq.SUBSCRIBE, name.encode())
        if sender.poll(patience, zmq.POLLOUT):
            sender.send_multipart([name.encode(), b'["a"]', b"1", b"1"])
        return bool(receiver.poll(patience)) and "error" not in json.loads(receiver.recv_multipart()[1])


def test_with_a_key_and_without(serving, tmp_path):
    keys.make(tmp_path / "ours")
    keys.make(tmp_path / "theirs")
    (tmp_path / "theirs" / "server.key").write_text((tmp_path / "ours" / "server.key").read_text())
    with serving(curve=tmp_path / "ours", host="0.0.0.0") as server:
        assert answered(server, tmp_path / "ours")
        assert not answered(server, tmp_path / "theirs", patience=700)
        assert not answered(server, patience=700)


def test_keys_are_for_their_owner(tmp_path):
    for path in keys.make(tmp_path / "keys", "me"):
        assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError, match="is there already"):
        keys.make(tmp_path / "keys", "me")
    before = (tmp_path / "keys" / "server.key_secret").read_bytes()
    keys.make(tmp_path / "keys", "another")
    assert (tmp_path / "keys" / "server.key_secret").read_bytes() == before


def test_a_folder_without_keys(serving, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m tlcourse\.serve\.keys"):
        serving(curve=tmp_path, host="0.0.0.0").start()
