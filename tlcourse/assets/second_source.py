"""Where the very same bytes are public elsewhere: for the day on which the package index has lost a package.

The hashes in `sums/` are those of the files, so they hold wherever a file comes from. The catalogue says in
`[NAME.second]` which repository has them, at which commit.
"""

import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from tlcourse.assets import github_tier
from tlcourse.assets.download import download_file, patiently, receive
from tlcourse.assets.entries import Asset, SecondSource
from tlcourse.assets.errors import AssetRefused
from tlcourse.assets.install import Count, Filled, Progress, check_room
from tlcourse.assets.unpack import MAX_FILE, unpack

HUB = "https://huggingface.co"  # unless HF_ENDPOINT names a mirror
ARCHIVES = "https://codeload.github.com"  # <owner>/<name>/tar.gz/<commit>


def fill(asset: Asset, folder: Path, partial: Path, progress: Progress) -> Filled:
    """Put the files of `asset` into the empty `folder`, from its second source.

    Raises:
        FetchFailed: no network, or the files are not there either. What came is kept for the next try.
        AssetRefused: what came has another hash than the catalogue pins.
    """
    second = asset.second
    check_room(asset, partial, 3 * asset.size)
    if second.archive:
        _from_archive(asset, second, folder, partial, progress)
    else:
        _from_files(asset, second, folder, partial, progress)
    return Filled(asset.manifest_of_second, str(second))


def _from_files(asset: Asset, second: SecondSource, folder: Path, partial: Path, progress: Progress) -> None:
    import requests

    before = 0
    with requests.Session() as session:
        for name, digest in asset.manifest_of_second.items():
            part = partial / f"{asset.name}-{digest[:12]}.part"
            url = _address(second, f"{second.root}/{name}" if second.root else name)

            def on_bytes(done: int, before: int = before) -> None:
                progress(asset.name, "download", min(before + done, asset.size), asset.size)

            explain = _explanation(asset, second, url)
            found = download_file(session, url, digest, part, MAX_FILE, on_bytes, explain)
            if found != digest:
                raise AssetRefused(
                    f"{asset.name}: {name} of {second} has the sha256 {found}, but the catalogue pins "
                    f"{digest}; it was deleted"
                )
            before += part.stat().st_size
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, folder / name)


def _from_archive(
    asset: Asset, second: SecondSource, folder: Path, partial: Path, progress: Progress
) -> None:
    """The hash of an archive that GitHub makes of a repository may change; those of the files do not."""
    import requests

    part = partial / f"{asset.name}-{second.revision[:12]}.part"
    if second.archive == "*":
        url = f"{ARCHIVES}/{second.repo}/tar.gz/{second.revision}"
        root = f"{second.repo.partition('/')[2]}-{second.revision}/{second.root}"
    else:
        url, root = _address(second, second.archive), second.root

    def on_bytes(done: int) -> None:
        progress(asset.name, "download", min(done, asset.size), asset.size)

    with requests.Session() as session:
        patiently(lambda: receive(session, url, part, MAX_FILE, on_bytes), _explanation(asset, second, url))
    try:
        unpack(part, folder, asset.manifest_of_second, root, on_block=Count(asset, "unpack", progress))
    except AssetRefused as error:
        raise AssetRefused(f"{asset.name}: what came from {second} was deleted: {error}") from error
    finally:
        part.unlink()


def _address(second: SecondSource, path: str) -> str:
    if second.source == "huggingface":
        host = os.environ.get("HF_ENDPOINT") or HUB
        return f"{host.rstrip('/')}/{second.repo}/resolve/{second.revision}/{quote(path)}"
    return f"{github_tier.RAW}/{second.repo}/{second.revision}/{quote(path)}"


def _explanation(asset: Asset, second: SecondSource, url: str):
    def explain(error: Exception) -> str:
        answer, host = getattr(error, "response", None), urlsplit(url).hostname
        if answer is not None:
            why = f"{host} answered {answer.status_code} for {second.repo}"
        else:
            why = f"cannot reach {host} ({type(error).__name__})"
        return (
            f"{why}; try again later, or take {asset.name} from somebody who has it: "
            f"`tlcourse fetch {asset.name} --from FOLDER`"
        )

    return explain
