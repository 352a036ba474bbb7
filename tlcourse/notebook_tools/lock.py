"""Whether a running Jupyter server is locked: it listens on this machine alone, asks for its token, and does
not let pages of other sites use the cookie of one's browser.

What was asked for is one thing, what is in force another: Jupyter reads configuration from many folders, in
Python and JSON, for many classes, and the more special class wins. So the server itself is asked.
"""

import http.client
import json
import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import psutil

# What a user may read or start through Jupyter's own interface.
DOORS = ("/api/contents", "/api/kernels", "/api/terminals", "/api/sessions", "/api/kernelspecs")

# Traits that decide who may come in, and where: lines with them are worth showing.
_TRAITS = (
    "token|password|hashed_password|ip|sock|base_url|certfile|keyfile|port|identity_provider_class|"
    "login_handler_class|authorizer_class|allow_unauthenticated_access|auth_enabled|custom_display_url|"
    "jpserver_extensions|allow_origin|allow_origin_pat"
)

ELSEWHERE = "http://elsewhere.invalid"  # a site that is none of ours


def addresses() -> set[str]:
    """Return the addresses that this process listens on."""
    process = psutil.Process()
    connections = (
        getattr(process, "net_connections", None) or process.connections
    )  # the latter before psutil 6
    return {one.laddr.ip for one in connections("inet") if one.status == psutil.CONN_LISTEN}


def open_to_others() -> str:
    """Say on which addresses other machines reach this process; "" if on none."""
    outside = sorted(ip for ip in addresses() if not ip_address(ip).is_loopback)
    return f"it listens on {', '.join(outside)}, where other machines reach it" if outside else ""


def unlocked(host: str, port: int, token: str) -> str:
    """Ask the server at `host`:`port` without its token, with a wrong and with the right one.

    Returns:
        What it lets through, or does not; "" if it opens to its token and to nothing else.
    """
    try:
        for door in DOORS:
            for secret, how in (("", "no token"), (token[:-1], "a wrong token")):
                status = _ask(host, port, door, secret)
                if status not in (401, 403) and not (status == 404 and door == "/api/terminals"):
                    return f"it answers {status} for {door} with {how}, not 403"
        if allowed := _allowed_origin(host, port):
            return f"it lets pages of other sites use it (its allow_origin is {allowed})"
        status = _ask(host, port, DOORS[0], token)
    except (OSError, http.client.HTTPException) as error:
        return f"it cannot be asked at http://{host}:{port} ({type(error).__name__}: {error})"
    return (
        "" if status == 200 else f"it answers {status} for {DOORS[0]} with the token that is printed, not 200"
    )


def _ask(host: str, port: int, path: str, secret: str) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=20)
    try:
        connection.request("GET", f"{path}?token={quote(secret)}")
        return connection.getresponse().status
    finally:
        connection.close()


def _allowed_origin(host: str, port: int) -> str:
    """Return the sites whose pages may use the server, as it tells a page from elsewhere; "" if none may."""
    connection = http.client.HTTPConnection(host, port, timeout=20)
    try:
        # The version may be asked without a token; with one, a page is answered wherever it comes from.
        connection.request("GET", "/api", headers={"Origin": ELSEWHERE})
        return connection.getresponse().getheader("Access-Control-Allow-Origin") or ""
    finally:
        connection.close()


def suspects(files: list[str]) -> str:
    """Name the configuration files with what they set of who may come in; all files where none does."""
    named = []
    for name in sorted(set(files)):
        try:
            text = Path(name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        settings = _in_json(text) if name.endswith(".json") else _in_python(text)
        if settings:
            named.append(f"{name} ({', '.join(settings[:3])})")
    return ", ".join(named or sorted(set(files)))


def _in_python(text: str) -> list[str]:
    """Return the traits that the lines name; not their values, which may be secret."""
    found = (re.match(rf"[^#]*?\b((?:\w+\.)*(?:{_TRAITS}))\b", line) for line in text.splitlines())
    return [line[1] for line in found if line]


def _in_json(text: str) -> list[str]:
    try:
        sections = json.loads(text)
    except ValueError:
        return []
    if not isinstance(sections, dict):
        return []
    return [
        f"{section}.{trait}"
        for section, traits in sections.items()
        if isinstance(traits, dict)
        for trait in traits
        if re.fullmatch(_TRAITS, trait)
    ]
