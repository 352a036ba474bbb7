"""Refuses every socket but loopback and unix ones, in each Python that has this folder on its PYTHONPATH.

Python runs this before anything else, in kernels and in what they start. An audit hook is asked before each
operation and cannot be taken off again. An attempt fails as it would with no network, and is written to the
file that `TLCOURSE_NETWORK_LOG` names: a lesson may not even try, though it might go on without.
"""

import errno
import ipaddress
import os
import socket
import sys
import traceback

ON_ADDRESS = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
ON_NAME = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def is_local(host) -> bool:
    """Return whether a host name or address means this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def watch(event, arguments):
    """Raise on what would leave the machine."""
    if event in ON_ADDRESS:
        used, address = arguments
        if used.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return  # a unix socket, or one that is connected already
        host = address[0]
    elif event in ON_NAME:
        host = arguments[0]
    else:
        return
    if is_local(host):
        return
    if log := os.environ.get("TLCOURSE_NETWORK_LOG"):
        with open(log, "a") as file:
            stack = "".join(traceback.format_stack(limit=6)[:-1])
            file.write(f"{event} {host!r} by {sys.argv[:3]}\n{stack}\n")
    raise OSError(errno.ENETUNREACH, f"the test refuses the network ({event} to {host!r})")


sys.addaudithook(watch)
