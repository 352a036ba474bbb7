"""Keys for ZeroMQ's own encryption, CURVE: without one of them nobody beyond this machine is heard.

    python -m tlcourse.serve.keys FOLDER       # server.key_secret, and a first client's in FOLDER/clients
    tlcourse serve --host 0.0.0.0 --curve FOLDER

A client needs `server.key` and `clients/NAME.key_secret`; the server keeps `server.key_secret` and
`clients/NAME.key`, and forgets a client whose `NAME.key` is gone when it starts the next time.
"""

import sys
from pathlib import Path

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator

SERVER, CLIENTS = "server", "clients"


def make(folder: Path, client: str = "client") -> list[Path]:
    """Make the server's pair, unless it is there, and a client's. Returns the secret ones.

    Raises FileExistsError if the client has one.
    """
    clients = folder / CLIENTS
    clients.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    secret = clients / f"{client}.key_secret"
    if secret.exists():
        raise FileExistsError(f"{secret} is there already: give another name, or delete it.")
    if not (folder / f"{SERVER}.key_secret").exists():
        zmq.auth.create_certificates(folder, SERVER)
    zmq.auth.create_certificates(clients, client)
    for path in (folder / f"{SERVER}.key_secret", secret):
        path.chmod(0o600)
    return [folder / f"{SERVER}.key_secret", secret]


def authenticator(context: zmq.Context, folder: Path) -> ThreadAuthenticator:
    """What lets in the clients whose keys are in `folder`, and nobody else. Start it before a port is opened.

    Raises FileNotFoundError if there are no keys; the message says how to make them.
    """
    _server_pair(folder)
    found = ThreadAuthenticator(context)
    found.start()
    found.configure_curve(domain="*", location=str(folder / CLIENTS))
    return found


def secure(socket: zmq.Socket, folder: Path) -> None:
    """Make a socket of the server ask for keys."""
    socket.curve_publickey, socket.curve_secretkey = _server_pair(folder)
    socket.curve_server = True


def introduce(socket: zmq.Socket, folder: Path, client: str = "client") -> None:
    """Give a socket of a client its keys, before it connects."""
    socket.curve_serverkey, _ = zmq.auth.load_certificate(folder / f"{SERVER}.key")
    pair = zmq.auth.load_certificate(folder / CLIENTS / f"{client}.key_secret")
    socket.curve_publickey, socket.curve_secretkey = pair


def _server_pair(folder: Path) -> tuple[bytes, bytes]:
    path = folder / f"{SERVER}.key_secret"
    if not path.is_file() or not any((folder / CLIENTS).glob("*.key")):
        raise FileNotFoundError(
            f"{path} or the keys of clients are not there; `python -m tlcourse.serve.keys {folder}` makes "
            "them."
        )
    public, secret = zmq.auth.load_certificate(path)
    if secret is None:
        raise ValueError(f"{path} holds no secret key: make new ones in another folder.")
    return public, secret


if __name__ == "__main__":
    for made in make(Path(sys.argv[1]), *sys.argv[2:3]):
        print(made)
