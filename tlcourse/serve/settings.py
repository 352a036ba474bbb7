"""What a server is asked to do, and what it refuses to: what is wrong is said before anything is loaded."""

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

POOLING = ("NONE", "REDUCE_MEAN", "REDUCE_MAX", "REDUCE_MEAN_MAX", "CLS_TOKEN", "LAST_TOKEN")
LOOPBACK = "127.0.0.1"
LEAST_TOKEN = 16  # characters: a shorter one can be guessed


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Raises ValueError, with what to do, for values that do not fit, or that would open the server to
    strangers.

    Attributes:
        model: a name that `encoders.load` knows, or the folder of a model.
        workers: processes that compute, one thread each.
        host, port, port_out: where ZeroMQ takes texts and gives vectors; port 0 is any that is free.
        http_host, http_port: where HTTP is spoken; None for nowhere.
        layers: whose states are pooled, −1 the last; of several, the vectors stand side by side.
        normalise: vectors of length 1, as sentence-transformers gives them.
        max_seq_len: tokens of a text that are read, marks among them; None for what the encoder can.
        max_batch, max_wait: texts computed at once, and the seconds that a lone one waits for company.
        max_waiting: texts in the house; beyond it, clients are told to come back.
        max_texts, max_bytes: of one request.
        timeout: seconds after which a request is given up.
        token: what HTTP asks for, as `Authorization: Bearer …`.
        curve: folder of the keys of ZeroMQ, see `tlcourse.serve.keys`.
    """

    model: str = "minilm"
    workers: int = 1
    host: str = LOOPBACK
    port: int = 5555
    port_out: int = 5556
    http_host: str = LOOPBACK
    http_port: int | None = None
    layers: tuple[int, ...] = (-2,)
    pooling: str = "REDUCE_MEAN"
    normalise: bool = False
    max_seq_len: int | None = None
    show_tokens: bool = False
    max_batch: int = 32
    max_wait: float = 0.003
    max_waiting: int = 16384
    max_texts: int = 4096
    max_bytes: int = 4_000_000
    timeout: float = 60.0
    token: str | None = None
    curve: Path | None = None

    def __post_init__(self) -> None:
        for name in ("workers", "max_batch", "max_waiting", "max_texts", "max_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, expected 1 or more.")
        for name in ("port", "port_out", "http_port"):
            if not 0 <= (getattr(self, name) or 0) < 2**16:
                raise ValueError(f"{name} is {getattr(self, name)}, expected 0 to 65535.")
        if self.port and self.port == self.port_out:
            raise ValueError(f"port and port_out are both {self.port}: texts and vectors need one each.")
        if self.pooling not in POOLING:
            raise ValueError(f"pooling is {self.pooling!r}, but it is one of {', '.join(POOLING)}.")
        if not self.layers:
            raise ValueError("layers is empty: name one at least, such as -2.")
        if self.timeout <= 0 or self.max_wait < 0:
            raise ValueError(f"timeout is {self.timeout} and max_wait {self.max_wait}: both are seconds.")
        if self.pooling == "NONE" and self.normalise:
            raise ValueError("normalise is for one vector of each text: not with pooling NONE.")
        if self.pooling == "NONE" and self.http_port is not None:
            raise ValueError(
                "HTTP gives one vector of each text, and pooling NONE has one of each token: choose another "
                "strategy, or leave --http out."
            )
        self._refuse_strangers()

    def _refuse_strangers(self) -> None:
        if self.token is not None and (len(self.token) < LEAST_TOKEN or not self.token.isprintable()):
            raise ValueError(
                f"the token has {len(self.token)} characters; it takes {LEAST_TOKEN} or more that can be "
                "printed: python -c 'import secrets; print(secrets.token_urlsafe())' makes one."
            )
        if self.token is not None and not self.token.isascii():
            raise ValueError("the token has letters that no HTTP header holds: use A-Z a-z 0-9 _ -.")
        if self.http_port is not None and self.token is None and not is_loopback(self.http_host):
            raise ValueError(
                f"on {self.http_host} anybody who reaches this machine could use the server over HTTP: give "
                f"a --token (or TLCOURSE_TOKEN), or stay on {LOOPBACK}."
            )
        if self.curve is None and not is_loopback(self.host):
            raise ValueError(
                f"on {self.host} anybody who reaches this machine could send texts and read all answers, for "
                "ZeroMQ asks for no password. Give keys: `python -m tlcourse.serve.keys FOLDER` makes them, "
                f"--curve FOLDER uses them. Or stay on {LOOPBACK} and tunnel both ports from the client's "
                "machine, which bert-serving-client needs as it knows no keys: "
                f"ssh -L {self.port}:{LOOPBACK}:{self.port} "
                f"-L {self.port_out}:{LOOPBACK}:{self.port_out} server"
            )


def is_loopback(host: str) -> bool:
    """Whether all that `host` stands for is this machine alone. False for a name that nobody knows."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback for *_, address in found)
