"""The maintainer's tool: a manifest from an archive."""

import subprocess

from fake_index import packaged, sha256, wheel

from tlcourse.assets import pin


def test_a_manifest_is_what_sha256sum_can_check(known, tmp_path, monkeypatch, capsys):
    used = {"a.txt": b"a", "deep/b.txt": b"b"}
    content = wheel(
        {f"inside/{name}": data for name, data in used.items()} | {"inside/c.py": b"", "d.txt": b""}
    )
    known["some"] = packaged("some", content, {}, use=("*.txt",))
    archive = tmp_path / "some.whl"
    archive.write_bytes(content)
    monkeypatch.setattr(pin, "SUMS", tmp_path)
    assert pin.main(["some", str(archive)]) == 0
    manifest = (tmp_path / "some.sha256").read_text()
    assert manifest == "".join(f"{sha256(data)}  {name}\n" for name, data in sorted(used.items()))
    for name, data in used.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert subprocess.run(["sha256sum", "-c", "--strict", "some.sha256"], cwd=tmp_path).returncode == 0


def test_an_archive_that_nobody_looked_at_is_not_pinned(known, tmp_path, monkeypatch, capsys):
    known["some"] = packaged("some", b"what the catalogue means", {})
    archive = tmp_path / "some.whl"
    archive.write_bytes(wheel({"inside/a.txt": b""}))
    monkeypatch.setattr(pin, "SUMS", tmp_path)
    assert pin.main(["some", str(archive)]) == 1
    assert "the catalogue says" in capsys.readouterr().err
    assert not (tmp_path / "some.sha256").exists()


def test_wrong_use_says_how(capsys):
    assert pin.main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert pin.main(["no-such", "file"]) == 1
    assert "no asset called 'no-such'" in capsys.readouterr().err
