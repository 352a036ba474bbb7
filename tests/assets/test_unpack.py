"""Unpacking archives that someone has prepared to do harm."""

import io
import stat
import string
import tarfile
import zipfile
from pathlib import Path, PureWindowsPath

import pytest
from fake_index import sdist, sha256, wheel
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.assets import AssetRefused, unpack
from tlcourse.assets.unpack import is_safe


def try_to_unpack(tmp_path: Path, content: bytes, manifest: dict[str, bytes], **where) -> Path:
    archive, target = tmp_path / "archive", tmp_path / "target"
    archive.write_bytes(content)
    target.mkdir()
    unpack.unpack(archive, target, {name: sha256(data) for name, data in manifest.items()}, **where)
    return target


def tar_of(*infos: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as package:
        for info in infos:
            package.addfile(info, io.BytesIO(b"x" * info.size))
    return buffer.getvalue()


def tar_info(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


UNSAFE = [
    "../evil.txt",
    "inside/../../evil.txt",
    "/etc/evil.txt",
    "C:/evil.txt",
    "C:evil.txt",
    "..\\evil.txt",
    "inside\\..\\evil.txt",
    "inside//evil.txt",
    "./evil.txt",
    "evil.txt:stream",
]


@pytest.mark.parametrize("make", [wheel, sdist])
@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_path_refuses_the_archive(tmp_path, make, name):
    # even where the manifest lists it, and even where it comes after the good files
    content = make({"good.txt": b"good", name: b"evil"})
    with pytest.raises(AssetRefused, match="unsafe path"):
        try_to_unpack(tmp_path, content, {"good.txt": b"good", name: b"evil"})
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize(
    "member",
    [
        tar_info("words.txt", tarfile.SYMTYPE, "/etc/passwd"),
        tar_info("words.txt", tarfile.LNKTYPE, "good.txt"),
        tar_info("words.txt", tarfile.CHRTYPE),
        tar_info("words.txt", tarfile.FIFOTYPE),
    ],
    ids=["symbolic link", "hard link", "device", "pipe"],
)
def test_a_tar_with_a_link_or_a_device_is_refused(tmp_path, member):
    with pytest.raises(AssetRefused, match="link or a device"):
        try_to_unpack(tmp_path, tar_of(tar_info("good.txt"), member), {"good.txt": b""})


def test_a_folder_that_is_a_link_leads_nowhere(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    content = tar_of(tar_info("deep", tarfile.SYMTYPE, str(outside)), tar_info("deep/words.txt", size=3))
    with pytest.raises(AssetRefused, match="link"):
        try_to_unpack(tmp_path, content, {"deep/words.txt": b"xxx"})
    assert not list(outside.iterdir())


def test_a_zip_with_a_link_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        link = zipfile.ZipInfo("words.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, "/etc/passwd")
    with pytest.raises(AssetRefused, match="link"):
        try_to_unpack(tmp_path, buffer.getvalue(), {"words.txt": b"/etc/passwd"})


def test_an_absurd_size_is_refused_before_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_FILE", 1000)
    with pytest.raises(AssetRefused, match=r"claims 1,001 bytes, more than the 1,000 allowed"):
        try_to_unpack(tmp_path, wheel({"a.txt": b"x" * 1001}), {"a.txt": b"x" * 1001})


def test_an_absurd_inner_archive_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_INNER", 10)
    content = wheel({"inner.tar.gz": sdist({"a": b"a"})})
    with pytest.raises(AssetRefused, match="more than the 10 allowed"):
        try_to_unpack(tmp_path, content, {"a": b"a"}, inner="inner.tar.gz")


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path):
    content = bytearray(wheel({"a.txt": b"x" * 5000}))
    for place in range(len(content) - 4):  # both headers say that the file is shorter than it is
        if content[place : place + 4] == (5000).to_bytes(4, "little"):
            content[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(AssetRefused):
        try_to_unpack(tmp_path, bytes(content), {"a.txt": b"x" * 5000})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"\x1f\x8b nonsense", b"plain text" * 100])
def test_what_is_no_archive_is_refused(tmp_path, content):
    with pytest.raises(AssetRefused):
        try_to_unpack(tmp_path, content, {"a.txt": b""})


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_damaged_archive_is_refused(tmp_path, make):
    whole = make({"a.txt": bytes(range(256)) * 400})
    with pytest.raises(AssetRefused):
        try_to_unpack(tmp_path, whole[: len(whole) // 2], {"a.txt": bytes(range(256)) * 400})


def test_a_name_that_comes_twice_is_refused(tmp_path):
    with pytest.raises(AssetRefused, match="twice"):
        try_to_unpack(tmp_path, tar_of(tar_info("a.txt"), tar_info("a.txt")), {"a.txt": b""})


def test_only_what_the_manifest_lists_is_written(tmp_path):
    content = wheel({"pkg/data/a.txt": b"a", "pkg/data/b.py": b"b", "pkg/a.txt": b"c", "other/a.txt": b"d"})
    target = try_to_unpack(tmp_path, content, {"a.txt": b"a"}, root="pkg/data")
    assert [path.name for path in target.iterdir()] == ["a.txt"]
    assert (target / "a.txt").read_bytes() == b"a"


path_parts = st.lists(
    st.sampled_from(["a", "b c", "..", ".", "", "C:", "a\\b", "über", "...", "/"]), min_size=1, max_size=5
)


@given(path_parts)
def test_a_safe_name_stays_below_its_folder(parts):
    name = "/".join(parts)
    if is_safe(name):
        below = Path("/folder") / name
        assert Path("/folder") in below.parents
        assert ".." not in below.parts
        windows = PureWindowsPath("D:/folder") / name
        assert PureWindowsPath("D:/folder") in windows.parents


@given(st.lists(st.text(string.ascii_letters + string.digits + "-_ ,+é", min_size=1), min_size=1, max_size=4))
def test_ordinary_names_are_safe(parts):
    assert is_safe("/".join(parts))


@given(st.text())
def test_no_name_with_a_way_up_or_a_root_is_safe(name):
    if ".." in name.replace("\\", "/").split("/") or name.startswith(("/", "\\")) or name[1:2] == ":":
        assert not is_safe(name)
