"""Unpacking archives that someone has prepared to do harm."""

import io
import random
import shutil
import stat
import string
import tarfile
import zipfile
from pathlib import Path, PureWindowsPath

import pytest
from fake_index import sdist, sha256, wheel
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.assets import AssetRefused, FetchFailed, unpack
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


def pax_sparse(key: str, value: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as package:
        info = tar_info("a.txt", size=512)
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", key: value}
        package.addfile(info, io.BytesIO(b"1\n0\n512\n".ljust(512, b"\0")))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("GNU.sparse.realsize", "many"),
        ("GNU.sparse.size", "-"),
        ("GNU.sparse.realsize", "9" * 5000),
        ("GNU.sparse.map", "0,x"),
        ("size", "1e9"),
        ("mtime", "yesterday"),
        ("GNU.sparse.realsize", "512"),
    ],
)
def test_a_tar_with_headers_for_files_with_holes_is_refused(tmp_path, key, value):
    with pytest.raises(AssetRefused):
        try_to_unpack(tmp_path, pax_sparse(key, value), {"a.txt": b"x" * 512})


def test_a_name_in_no_encoding_is_refused(tmp_path):
    content = bytearray(wheel({"ä.txt": b"a"}))  # in UTF-8, as a flag says
    for place in range(len(content) - 1):
        if content[place : place + 2] == "ä".encode():
            content[place : place + 2] = b"\xff\xff"
    with pytest.raises(AssetRefused):
        try_to_unpack(tmp_path, bytes(content), {"a.txt": b"a"})


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_file_where_a_folder_must_be(tmp_path, make):
    with pytest.raises(AssetRefused, match="would take the place of another"):
        try_to_unpack(tmp_path, make({"a": b"file", "a/b.txt": b"b"}), {"a": b"file", "a/b.txt": b"b"})


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_folder_where_a_file_must_be(tmp_path, make):
    with pytest.raises(AssetRefused, match="would take the place of another"):
        try_to_unpack(tmp_path, make({"a/b.txt": b"b", "a": b"file"}), {"a": b"file", "a/b.txt": b"b"})


def test_a_full_disk_is_not_the_archive_s_fault(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unpack.Path, "mkdir", full)
    archive = tmp_path / "archive"
    archive.write_bytes(wheel({"a.txt": b"a"}))
    with pytest.raises(FetchFailed, match=r"cannot be written to .* No space left"):
        unpack.unpack(archive, tmp_path / "target", {"a.txt": sha256(b"a")})


INSIDE = {
    "pkg/data/words.txt": b"some words\n" * 300,
    "pkg/data/deep/er/list.txt": b"one\ntwo\n",
    "pkg/code.py": b"exit(1)",
    "pkg/data/ünï.bin": bytes(range(256)) * 4,
}
USED = {name.removeprefix("pkg/data/"): data for name, data in INSIDE.items() if "/data/" in name}


def a_tar(mode: str, kind: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=kind) as package:
        for name, data in INSIDE.items():
            info = tar_info(name, size=len(data))
            if kind == tarfile.PAX_FORMAT:
                info.pax_headers = {"comment": "x" * 40, "GNU.sparse.name": name}
            package.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def a_zip(compression: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as package:
        for name, data in INSIDE.items():
            package.writestr(name, data)
    return buffer.getvalue()


ARCHIVES = {
    "zip": lambda: a_zip(zipfile.ZIP_STORED),
    "zip, deflated": lambda: a_zip(zipfile.ZIP_DEFLATED),
    "zip, bzip2": lambda: a_zip(zipfile.ZIP_BZIP2),
    "zip, lzma": lambda: a_zip(zipfile.ZIP_LZMA),
    "tar": lambda: a_tar("w", tarfile.GNU_FORMAT),
    "tar, pax": lambda: a_tar("w", tarfile.PAX_FORMAT),
    "tar.gz": lambda: a_tar("w:gz", tarfile.GNU_FORMAT),
    "tar.xz": lambda: a_tar("w:xz", tarfile.GNU_FORMAT),
    "tar.bz2": lambda: a_tar("w:bz2", tarfile.PAX_FORMAT),
}


def mutated(content: bytes, rng: random.Random) -> bytes:
    """One to four changes: bytes altered, cut out, or put in twice; headers are hit as often as content."""
    data = bytearray(content)
    marks = (b"PK", b"us", b"\x1f\x8b", b"BZ")
    heads = [place for place in range(len(data)) if data[place : place + 2] in marks]
    for _ in range(rng.randint(1, 4)):
        near = rng.choice(heads) + rng.randint(-160, 60) if heads and rng.random() < 0.5 else -1
        place = near if 0 <= near < len(data) else rng.randrange(len(data))
        length = rng.choice([1, 1, 2, 4, 8, 100])
        kind = rng.randrange(6)
        if kind == 0:
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[place : place + length] = rng.randbytes(length)
        elif kind == 2:
            data[place : place + length] = rng.choice([b"\xff", b"\0", b"9", b"-", b"/"]) * length
        elif kind == 3:
            del data[place : place + length]
        elif kind == 4:
            data[place:place] = data[place : place + length]
        else:
            del data[place:]
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("kind", ARCHIVES)
def test_of_mutated_archives_only_our_own_errors_come_out_and_no_file_escapes(tmp_path, kind):
    whole = ARCHIVES[kind]()
    archive, manifest = tmp_path / "archive", {name: sha256(data) for name, data in USED.items()}
    rng, messages = random.Random(kind), []
    for number in range(300):
        archive.write_bytes(whole if number == 0 else mutated(whole, rng))
        target = tmp_path / "target"
        target.mkdir()
        try:
            unpack.unpack(archive, target, manifest, root="pkg/data")
            assert {
                p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()
            } == USED
        except AssetRefused as error:
            messages.append(str(error))
        assert {path.name for path in tmp_path.iterdir()} == {"archive", "target"}
        assert not [path for path in target.rglob("*") if path.is_symlink()]
        shutil.rmtree(target)
    assert len(messages) > 50
    assert not any("\n" in message for message in messages)
