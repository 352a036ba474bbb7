"""The server's sockets: two ports for clients, one place for the workers, and a bell for threads of this
process."""

import os
import shutil
import tempfile
import threading

import zmq

from tlcourse.serve import keys, wire
from tlcourse.serve.settings import Settings

AT_ONCE = 64  # messages of clients that are read before the workers are looked after
LARGEST_FRAME = 16  # times `max_bytes`: who sends more is cut off, up to there he is told


class Sockets:
    """Open all of them.

    Raises OSError if a port is taken, or if there is no such address.

    Attributes:
        front, out: where clients push texts, and where they listen.
        back: a ROUTER, each worker by its name.
        heard: has something to read once `ring` was called.
        ports: of `front` and `out`.
    """

    def __init__(self, settings: Settings):
        self.context = zmq.Context()
        self._folder = tempfile.mkdtemp(prefix="tlcourse-serve-")  # ours alone: nobody else is a worker
        self._authenticator = None
        self._lock = threading.Lock()
        try:
            self._open(settings)
        except BaseException:
            self.close()
            raise

    def _open(self, settings: Settings) -> None:
        context = self.context
        if settings.curve is not None:
            self._authenticator = keys.authenticator(context, settings.curve)
        self.front, self.out = context.socket(zmq.PULL), context.socket(zmq.XPUB)
        self.front.setsockopt(zmq.MAXMSGSIZE, LARGEST_FRAME * settings.max_bytes)
        self.front.setsockopt(zmq.RCVHWM, AT_ONCE)
        self.out.setsockopt(zmq.MAXMSGSIZE, 2 * wire.LONGEST_IDENTITY)
        for socket in (self.front, self.out):
            socket.setsockopt(zmq.IPV6, ":" in settings.host)
            if settings.curve is not None:
                keys.secure(socket, settings.curve)
        self.ports = (
            _bind(self.front, settings.host, settings.port),
            _bind(self.out, settings.host, settings.port_out),
        )
        self.back = context.socket(zmq.ROUTER)
        self.back.setsockopt(zmq.ROUTER_MANDATORY, 1)  # tell, if a worker is gone
        self.back.bind(f"ipc://{self._folder}/workers" if os.name == "posix" else "tcp://127.0.0.1:*")
        self.workers_address = self.back.getsockopt_string(zmq.LAST_ENDPOINT)
        self._bell, self.heard = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        self.heard.bind("inproc://bell")
        self._bell.connect("inproc://bell")

    def ring(self) -> None:
        """Wake the loop, from any thread; nothing once the sockets are closed."""
        with self._lock:
            if not self.context.closed:
                self._bell.send(b"")

    def still(self) -> None:
        """Hear what was rung."""
        while self.heard.poll(0):
            self.heard.recv()

    def close(self) -> None:
        """What was sent before still goes out, within a second."""
        with self._lock:
            if self._authenticator is not None:
                self._authenticator.stop()
            self.context.destroy(linger=1000)
        shutil.rmtree(self._folder, ignore_errors=True)


def _bind(socket: zmq.Socket, host: str, port: int) -> int:
    try:
        socket.bind(f"tcp://[{host}]:{port or '*'}" if ":" in host else f"tcp://{host}:{port or '*'}")
    except zmq.ZMQError as error:
        raise OSError(
            f"port {port} of {host} cannot be opened ({error.strerror}): another server may have it. Choose "
            "others with --port and --port-out, another address with --host."
        ) from None
    return int(socket.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])
