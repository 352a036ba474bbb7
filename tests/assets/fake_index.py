"""A package index on loopback that can be slow, break off, forget, lie; and small packages for it."""

import hashlib
import io
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tlcourse.assets.entries import Asset

CHUNK = 4096


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class FakeIndex:
    """Serves `/simple/<package>/` and `/files/<name>`; the attributes say what goes wrong."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.published: dict[str, str] = {}  # the sha256 that the index claims, where it is not the true one
        self.ranges = True  # answers Range requests with 206
        self.speed = 0.0  # bytes per second; 0: as fast as it goes
        self.cuts: list[int] = []  # break off the next downloads after so many bytes
        self.statuses: list[int] = []  # answer the next downloads with these
        self.downloads: list[tuple[str, str]] = []  # (file name, Range header) of each request
        self.pages = 0
        self.yanked = False  # what the index has is marked as withdrawn
        index = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                index._answer(self)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/simple/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        kind, name = request.path.strip("/").split("/")
        if kind == "simple":
            self.pages += 1
            self._page(request, name)
        else:
            self.downloads.append((name, request.headers.get("Range", "")))
            self._file(request, self.files[name])

    def _page(self, request: BaseHTTPRequestHandler, package: str) -> None:
        names = [name for name in self.files if name.lower().replace("_", "-").startswith(f"{package}-")]
        links = "".join(
            f'<a href="/files/{name}#sha256={self.published.get(name, sha256(self.files[name]))}"'
            f"{' data-yanked' if self.yanked else ''}>{name}</a>"
            for name in names
        )
        body = f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
        request.send_response(200 if names else 404)
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _file(self, request: BaseHTTPRequestHandler, data: bytes) -> None:
        if self.statuses:
            request.send_response(self.statuses.pop(0))
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        start, status = 0, 200
        asked = request.headers.get("Range", "")
        if asked and self.ranges:
            start, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
        if start >= len(data) > 0 and status == 206:
            request.send_response(416)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        request.send_response(status)
        request.send_header("Content-Length", str(len(data) - start))
        if status == 206:
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        request.end_headers()
        stop = start + self.cuts.pop(0) if self.cuts else len(data)
        try:
            for position in range(start, min(stop, len(data)), CHUNK):
                request.wfile.write(data[position : min(position + CHUNK, stop)])
                if self.speed:
                    time.sleep(CHUNK / self.speed)
        except (BrokenPipeError, ConnectionResetError):
            pass
        if stop < len(data):
            request.close_connection = True


class FakeFiles(FakeIndex):
    """Serves each path that is in `files`, as a server of repositories does."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        self.downloads.append((request.path, request.headers.get("Range", "")))
        if request.path not in self.files:
            self.statuses.insert(0, 404)
        self._file(request, self.files.get(request.path, b""))


def wheel(files: dict[str, bytes]) -> bytes:
    """A zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in files.items():
            package.writestr(name, data)
    return buffer.getvalue()


def sdist(files: dict[str, bytes]) -> bytes:
    """A tar.gz with these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as package:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            package.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def packaged(name: str, content: bytes, used: dict[str, bytes], **fields) -> Asset:
    """A packaged asset whose archive is `content`; `used` are the files of its manifest, relative to its
    root.
    """
    file = fields.pop("archive", f"{name}-1.0-py3-none-any.whl")
    asset = Asset(
        name=name,
        tier="packaged",
        title=name,
        licence="none",
        citation="none",
        homepage="none",
        package=name,
        version="1.0",
        archive=file,
        **{"sha256": sha256(content), "size": len(content), "root": "inside", **fields},
    )
    with_manifest(asset, {path: sha256(data) for path, data in used.items()})
    return asset


def with_manifest(asset: Asset, digests: dict[str, str]) -> Asset:
    """Give `asset` a manifest without a file in the package."""
    vars(asset)["manifest_text"] = "".join(f"{digest}  {path}\n" for path, digest in digests.items())
    return asset
