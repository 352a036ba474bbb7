"""The second port: answers go to whom they are for, once it listens.

A client connects to both ports at once, and its first answer may be ready before its subscription has
arrived: what is published then is lost, and the client waits for ever. So an answer waits for the
subscription, for a few seconds. ZeroMQ itself drops what a client that listens does not fetch: beyond
`WAITING_FOR_ONE` answers.
"""

import zmq

PATIENCE = 5.0  # seconds
MOST_HELD = 64_000_000  # bytes of answers that wait for subscriptions
WAITING_FOR_ONE = 1000


class Outlet:
    """`socket` is an XPUB: to the clients a PUB, but it says who subscribes."""

    def __init__(self, socket: zmq.Socket):
        self.socket = socket
        self.listeners: set[bytes] = set()
        self._held: list[tuple[float, list]] = []
        self._size = 0

    def send(self, frames: list, now: float) -> None:
        """Send an answer whose first frame is the client, or keep it until the client listens."""
        if frames[0] in self.listeners:
            self.socket.send_multipart(frames, copy=False)
        elif self._size + _size(frames) <= MOST_HELD:
            self._held.append((now + PATIENCE, frames))
            self._size += _size(frames)

    def hear(self, now: float) -> None:
        """Take in what clients said since: that they listen, or no more. Then send what waited for it."""
        while self.socket.poll(0):
            said = self.socket.recv()
            if said[:1] == b"\x01":
                self.listeners.add(said[1:])
            elif said[:1] == b"\x00":
                self.listeners.discard(said[1:])
        self.let_go(now)

    def let_go(self, now: float) -> None:
        """Send what is held, if its client listens by now or never will."""
        held, self._held, self._size = self._held, [], 0
        for until, frames in held:
            if frames[0] in self.listeners or now >= until:
                self.socket.send_multipart(frames, copy=False)  # at last to nobody, or to whoever hears it
            else:
                self._held.append((until, frames))
                self._size += _size(frames)


def _size(frames: list) -> int:
    return sum(memoryview(frame).nbytes for frame in frames)
