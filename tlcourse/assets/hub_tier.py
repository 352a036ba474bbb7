"""The hub tier: full-size models and data sets, each fetched by the library of the place that keeps it.

- Hugging Face: `snapshot_download` of the files that the catalogue names, at its commit. What arrives is
  compared with the hashes that the hub publishes for that commit.
- torchvision: the address and the hash in the name of the file are torchvision's own.
- gensim-data: gensim's downloader, which compares MD5 sums; only the data is kept, not the code beside it.

Where we know a file's sha256 (`sums/<name>.sha256`) it must match too. Nothing that is kept is a pickle:
weights that exist only as one are read with `weights_only=True` and saved as safetensors.
"""

import hashlib
import io
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

from tlcourse import files
from tlcourse.assets.cache import file_sha256
from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetError, AssetRefused, FetchFailed
from tlcourse.assets.install import Filled, Progress, check_room, install

LOOK_EVERY = 0.5  # seconds


def fetch(asset: Asset, verify: bool, progress: Progress) -> Path:
    """Make sure that a hub `asset` is in the cache, and return its folder.

    Raises:
        FetchFailed: no network, or the place does not have it.
        AssetRefused: what came has another hash than published or pinned.
    """
    get = {"huggingface": _from_huggingface, "torchvision": _from_torchvision, "gensim-data": _from_gensim}[
        asset.source
    ]

    def fill(folder: Path, partial: Path) -> Filled:
        download = partial / f"{asset.name}-{asset.edition}.download"
        if asset.source != "huggingface":  # which alone continues what a kill has left
            shutil.rmtree(download, ignore_errors=True)
        download.mkdir(exist_ok=True)
        check_room(asset, partial, 2 * asset.size)
        try:
            with _watched(asset, download, progress):
                get(asset, download)
        except AssetError:
            raise
        except Exception as error:  # the libraries share no base class; gensim raises a bare Exception
            why = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
            raise FetchFailed(
                f"{asset.name}: cannot fetch {asset.repo} from {asset.source} ({why}). Without a network: "
                f"run `TLCOURSE_ASSETS=/some/folder {asset.command}` on a machine that has one, copy that "
                f"folder here, and set TLCOURSE_ASSETS to it"
            ) from error
        _unpickle(asset, download)
        digests = _move(download, folder)
        for name, digest in asset.manifest.items():
            if digests.get(name) != digest:
                raise AssetRefused(
                    f"{asset.name}: {name} has the sha256 {digests.get(name)}, but {digest} is "
                    f"pinned; it was deleted"
                )
        return Filled(digests, f"{asset.repo} at {asset.source}")

    return install(asset, fill, verify, progress)


def _from_huggingface(asset: Asset, folder: Path) -> None:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    where = {"repo_id": asset.repo, "repo_type": asset.kind, "revision": asset.revision or None}
    silent = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        snapshot_download(**where, local_dir=folder, allow_patterns=list(asset.use))
        published = HfApi().repo_info(**where, files_metadata=True).siblings
    finally:
        if not silent:
            enable_progress_bars()
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    for file in published:
        local = folder / file.rfilename
        if not local.is_file():
            continue
        if file.lfs:
            _check(asset, local, "sha256", file.lfs.sha256, "the hub publishes")
        elif file.blob_id:  # what is small is kept in git itself
            _check(asset, local, "git hash", file.blob_id, "the hub publishes")


def _from_torchvision(asset: Asset, folder: Path) -> None:
    import torch
    from torchvision.models import get_weight

    url = get_weight(asset.repo).url
    file = folder / url.rpartition("/")[2]
    torch.hub.download_url_to_file(url, str(file), progress=False)
    first_digits = file.stem.rpartition("-")[2]  # resnet50-0676ba61.pth
    _check(asset, file, "sha256", first_digits, "its name says")


def _git_hash(file: Path) -> str:
    """The name that git gives to the content of a file."""
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _check(asset: Asset, file: Path, kind: str, digest: str, says: str) -> None:
    """Refuse `file` unless its hash begins with `digest`; a refused download is deleted."""
    found = file_sha256(file) if kind == "sha256" else _git_hash(file)
    if not found.startswith(digest):
        shutil.rmtree(file.parent)
        raise AssetRefused(
            f"{asset.name}: {file.name} has the {kind} {found}, but {says} {digest}; it was deleted"
        )


def _from_gensim(asset: Asset, folder: Path) -> None:
    from gensim import downloader

    before, base = downloader.BASE_DIR, folder / "gensim-data"
    downloader.BASE_DIR = str(base)
    try:
        with redirect_stdout(io.StringIO()):
            file = Path(downloader.load(asset.repo, return_path=True))  # runs none of the code it fetches
        os.replace(file, folder / file.name)
    finally:
        downloader.BASE_DIR = before
    shutil.rmtree(base)


def _unpickle(asset: Asset, folder: Path) -> None:
    """Replace each PyTorch pickle by safetensors with the same tensors."""
    for file in [*folder.rglob("*.bin"), *folder.rglob("*.pth")]:
        stem = "model" if file.name == "pytorch_model.bin" else file.stem
        target = file.with_name(f"{stem}.safetensors")
        files.sweep(file.parent)  # under the lock of the asset: nobody else writes here
        if not target.exists():
            _to_safetensors(asset, file, target)
        file.unlink()


def _to_safetensors(asset: Asset, file: Path, target: Path) -> None:
    from pickle import UnpicklingError  # only the name of an error: nothing here unpickles

    import torch
    from safetensors.torch import save_file

    try:
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        shutil.rmtree(file.parent)
        raise AssetRefused(f"{asset.name}: {file.name} holds more than tensors; it was deleted") from error
    # safetensors refuses tensors that share memory, such as tied embeddings
    copies = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    with files.new_file(target) as beside:
        save_file(copies, beside, metadata={"format": "pt"})


def _move(download: Path, folder: Path) -> dict[str, str]:
    """Move all files over, and return the sha256 of each."""
    digests = {}
    for file in sorted(path for path in download.rglob("*") if path.is_file()):
        target = folder / file.relative_to(download)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)
        digests[target.relative_to(folder).as_posix()] = file_sha256(target)
    shutil.rmtree(download)
    return digests


@contextmanager
def _watched(asset: Asset, folder: Path, progress: Progress) -> Iterator[None]:
    """Report the size of `folder` while a library downloads into it."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_EVERY):
            with suppress(OSError):  # a file was renamed between two looks
                size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                progress(asset.name, "download", min(size, asset.size), asset.size)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
