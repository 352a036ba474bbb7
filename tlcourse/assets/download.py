"""Download one pinned archive from the Python package index, and carry on where a killed download stopped.

The index is the one that `PIP_INDEX_URL` names, else the default of the `pypi-simple` library, which
finds the file there. What arrives goes to a `.part` file; a second try asks for the rest of it with a Range
request. The archive is accepted only with the sha256 of the catalogue, whatever the index says about it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tlcourse.assets.cache import file_sha256
from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetRefused, FetchFailed, PackageGone

if TYPE_CHECKING:
    import requests
    from pypi_simple import PyPISimple

TRIES = 4
PAUSE = 1.0  # seconds before the second try; doubled before each further one
TIMEOUT = (15, 60)  # seconds to connect, and to wait for the next bytes
CHUNK = 1 << 16
PASSING = (
    408,
    416,
    429,
)  # answers that pass: too slow, a part longer than the file (it is deleted), too many

GONE = (404, 410)

OnBytes = Callable[[int], None]  # told how many bytes are there by now


def download(asset: Asset, part: Path, on_bytes: OnBytes) -> None:
    """Make `part` the whole, verified archive of `asset`; what it holds already is kept and continued.

    Raises:
        FetchFailed: the index cannot be reached, or lacks the file. What came is kept for the next try.
        AssetRefused: what the index has is not what the catalogue pins. What came is deleted.
    """
    from pypi_simple import PyPISimple

    endpoint = {"endpoint": os.environ["PIP_INDEX_URL"]} if os.environ.get("PIP_INDEX_URL") else {}
    with PyPISimple(**endpoint) as client:
        client.s.verify = os.environ.get("PIP_CERT") or True
        continued = part.exists()
        found = _complete(client, asset, part, on_bytes)
        if found != asset.sha256 and continued:  # what was left from before may be what is wrong
            found = _complete(client, asset, part, on_bytes)
    if found != asset.sha256:
        raise AssetRefused(
            f"{asset.name}: {asset.archive} has the sha256 {found}, but the catalogue pins {asset.sha256}; "
            f"it was deleted. If PIP_INDEX_URL names a mirror, try another index"
        )


def _complete(client: "PyPISimple", asset: Asset, part: Path, on_bytes: OnBytes) -> str:
    """Download what `part` lacks, with some patience, and return its sha256; a wrong one is deleted."""

    def once() -> None:
        if not part.exists() or part.stat().st_size != asset.size:
            _receive(client, asset, part, on_bytes)

    patiently(once, lambda error: _explain(asset, client.endpoint, error))
    found = file_sha256(part)
    if found != asset.sha256:
        part.unlink()
    return found


def patiently(once: Callable[[], None], explain: Callable[[Exception], str]) -> None:
    """Call `once` up to four times, as long as its errors are of a kind that may pass.

    Raises:
        FetchFailed: with what `explain` says of the last error.
    """
    import requests

    for attempt in range(TRIES):
        try:
            return once()
        except requests.RequestException as error:
            if _is_final(error) or attempt == TRIES - 1:
                gone = error.response is not None and error.response.status_code in GONE
                raise (PackageGone if gone else FetchFailed)(explain(error)) from error
            time.sleep(PAUSE * 2**attempt)
    return None


def _is_final(error: "requests.RequestException") -> bool:
    """Whether asking once more would be pointless."""
    if error.response is None:
        return isinstance(error, ValueError)  # not an address at all
    return 400 <= error.response.status_code < 500 and error.response.status_code not in PASSING


def _receive(client: "PyPISimple", asset: Asset, part: Path, on_bytes: OnBytes) -> None:
    """Append to `part` what it lacks of the archive."""
    import requests

    have = receive(client.s, _address(client, asset), part, asset.size, on_bytes)
    if have < asset.size:
        raise requests.ConnectionError(f"only {have:,} of {asset.size:,} bytes came")


def receive(session: "requests.Session", url: str, part: Path, most: int, on_bytes: OnBytes) -> int:
    """Append to `part` what it lacks of `url`, or write all of it where the server cannot continue.

    Args:
        most: bytes; what is longer is not what was pinned, and is left off there.

    Returns:
        How many bytes `part` has now.

    Raises:
        requests.RequestException: the server refused, or fewer bytes came than it had said.
    """
    import requests

    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if 0 < have < most:
        headers["Range"] = f"bytes={have}-"
    with session.get(url, stream=True, timeout=TIMEOUT, headers=headers) as response:
        if response.status_code == 416:  # the file there is shorter than what we have
            part.unlink()
        response.raise_for_status()
        if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            have = 0
        whole = have + int(response.headers.get("Content-Length", 0))
        with part.open("ab" if have else "wb") as sink:
            on_bytes(have)
            for chunk in response.iter_content(CHUNK):
                sink.write(chunk)
                have += len(chunk)
                on_bytes(min(have, most))
                if have > most:  # not what was pinned: the hash will say so
                    return have
    if have < whole:
        raise requests.ConnectionError(f"only {have:,} of {whole:,} bytes came")
    return have


def download_file(
    session: "requests.Session",
    url: str,
    digest: str,
    part: Path,
    most: int,
    on_bytes: OnBytes,
    explain: Callable[[Exception], str],
) -> str:
    """Make `part` the file at `url`, and return its sha256; what it holds already is continued.

    What is left from before and does not lead to `digest` is fetched anew; a wrong file is deleted.

    Raises:
        FetchFailed: with what `explain` says of the last error. What came is kept for the next try.
    """
    continued = part.exists()
    if continued and file_sha256(part) == digest:
        return digest
    for _ in range(2 if continued else 1):
        patiently(lambda: receive(session, url, part, most, on_bytes), explain)
        found = file_sha256(part)
        if found == digest:
            break
        part.unlink()
    return found


def _address(client: "PyPISimple", asset: Asset) -> str:
    """Where the index has the archive."""
    from pypi_simple import NoSuchProjectError, UnsupportedContentTypeError

    try:
        packages = client.get_project_page(asset.package, timeout=TIMEOUT).packages
    except (NoSuchProjectError, UnsupportedContentTypeError):
        packages = []
    package = next((package for package in packages if package.filename == asset.archive), None)
    if package is None:
        raise PackageGone(
            f"{asset.name}: the package index at {_host(client.endpoint)} has no {asset.archive} "
            f"({asset.package} {asset.version}); set PIP_INDEX_URL to an index that has it"
        )
    if package.is_yanked and asset.second:  # without another source, right bytes are right bytes
        raise PackageGone(f"{asset.name}: {asset.package} {asset.version} has been withdrawn by its owner")
    published = (package.digests or {}).get("sha256", asset.sha256)
    if published != asset.sha256:
        raise AssetRefused(
            f"{asset.name}: the package index at {_host(client.endpoint)} offers {asset.archive} with the "
            f"sha256 {published}, but the catalogue pins {asset.sha256}; nothing was downloaded"
        )
    return package.url


def _host(endpoint: str) -> str:
    """The host of the index: the rest of its address may hold a password."""
    return urlsplit(endpoint).hostname or "PIP_INDEX_URL"


def _explain(asset: Asset, endpoint: str, error: Exception) -> str:
    import requests

    if isinstance(error, requests.HTTPError):
        return (
            f"{asset.name}: the package index at {_host(endpoint)} answered {error.response.status_code}; "
            f"try again later, or set PIP_INDEX_URL to another index"
        )
    return (
        f"{asset.name}: cannot reach the package index at {_host(endpoint)} ({type(error).__name__}). "
        f"Without a network: run `TLCOURSE_ASSETS=/some/folder tlcourse fetch` on a machine that has one, "
        f"copy that folder here, and set TLCOURSE_ASSETS to it"
    )
