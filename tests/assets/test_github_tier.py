"""The github tier: files at a commit, from a local server that serves the real ones, or from a folder."""

import hashlib
import lzma

import pytest
from fake_index import FakeFiles, with_manifest

from tlcourse import assets
from tlcourse.assets import download, entries, github_tier, own_files

GITHUB = [asset for asset in entries.catalogue().values() if asset.tier == "github"]


class FakeGitHub(FakeFiles):
    """Serves `/<owner>/<name>/<commit>/<path>`; what goes wrong, the attributes of FakeIndex say."""

    def add(self, asset, contents):
        for name, content in contents.items():
            folder = f"{asset.root}/" if asset.root else ""
            self.files[f"/{asset.repo}/{asset.revision}/{folder}{name}"] = content


@pytest.fixture
def github(monkeypatch, cache):
    server = FakeGitHub()
    monkeypatch.setattr(github_tier, "RAW", server.url)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.delenv(own_files.VARIABLE, raising=False)
    yield server
    server.close()


@pytest.fixture
def trees(github, known):
    """An asset of two files in a folder of a repository."""
    contents = {"dev.txt": b"a tree\n" * 30_000, "test.txt": b"another\n" * 10_000}
    asset = assets.Asset(
        "trees", "github", "Trees", "none", "none", "none", repo="some/trees", revision="ab" * 20,
        root="deep/er", use=(*contents,), size=sum(map(len, contents.values())),
    )  # fmt: skip
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    known["trees"] = with_manifest(asset, digests)
    github.add(asset, contents)
    return contents


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def gold(gold_folder):
    """sha256 → content of the real files."""
    whole = [lzma.decompress(path.read_bytes()) for path in sorted(gold_folder.glob("*.xz"))]
    return {hashlib.sha256(one).hexdigest(): one for one in whole}


@pytest.mark.parametrize("asset", GITHUB, ids=lambda asset: asset.name)
def test_the_real_files_are_those_of_the_catalogue(asset, gold, github):
    contents = {name: gold[digest] for name, digest in asset.manifest.items()}
    assert sum(map(len, contents.values())) == asset.size
    github.add(asset, contents)
    folder = assets.fetch([asset.name])[asset.name]
    assert content(folder) == contents
    assert assets.path(asset.name) == folder
    assert len(github.downloads) == len(contents)


@pytest.mark.parametrize("asset", GITHUB, ids=lambda asset: asset.name)
def test_the_real_files_are_taken_from_a_folder(asset, gold, gold_folder, github, monkeypatch):
    monkeypatch.setenv(own_files.VARIABLE, str(gold_folder))
    assert content(assets.path(asset.name)) == {name: gold[d] for name, d in asset.manifest.items()}
    assert not github.downloads


def test_it_is_fetched_when_asked_for(trees, github):
    with pytest.raises(assets.AssetMissing, match=r"run `tlcourse fetch trees`, or set TLCOURSE_FILES"):
        assets.path("trees")
    assets.fetch()  # the packaged tier alone
    assert not github.downloads
    told = []
    folder = assets.fetch(tier="github", progress=lambda *report: told.append(report))["trees"]
    assert content(folder) == trees
    assert [d for _, stage, d, _ in told if stage == "download"][-1] == sum(map(len, trees.values()))
    assert assets.fetch(["trees"]) == {"trees": folder}
    assert len(github.downloads) == 2


def test_a_download_that_breaks_off_goes_on_where_it_was(trees, github):
    github.cuts = [200_000]
    assert content(assets.fetch(["trees"])["trees"]) == trees
    assert [asked for _, asked in github.downloads] == ["", "bytes=196608-", ""]  # in steps of 64 KiB


def test_what_a_killed_process_left_is_continued(trees, github, cache):
    (cache / ".partial").mkdir(parents=True)
    digest = hashlib.sha256(trees["dev.txt"]).hexdigest()
    part = cache / ".partial" / f"{digest[:12]}-dev.txt.part"
    part.write_bytes(trees["dev.txt"][:1000])
    assert content(assets.fetch(["trees"])["trees"]) == trees
    assert github.downloads[0][1] == "bytes=1000-"
    assert not part.exists()


@pytest.mark.parametrize("left", [b"something else", b"x" * 210_000, b"y" * 280_000])
def test_what_was_left_and_is_wrong_is_fetched_anew(trees, github, cache, left):
    (cache / ".partial").mkdir(parents=True)
    digest = hashlib.sha256(trees["dev.txt"]).hexdigest()
    (cache / ".partial" / f"{digest[:12]}-dev.txt.part").write_bytes(left)
    assert content(assets.fetch(["trees"])["trees"]) == trees


def test_other_content_is_refused(trees, github, cache):
    path = next(path for path in github.files if path.endswith("test.txt"))
    github.files[path] = b"not what was pinned"
    with pytest.raises(assets.AssetRefused, match=r"trees: test\.txt has the sha256 .* pins .* deleted"):
        assets.fetch(["trees"])
    with pytest.raises(assets.AssetMissing):
        assets.path("trees")


def test_a_refusal_and_no_network_say_what_to_do(trees, github, monkeypatch):
    github.files.clear()
    with pytest.raises(assets.FetchFailed) as raised:
        assets.fetch(["trees"])
    assert "127.0.0.1 answered 404 for dev.txt of some/trees" in str(raised.value)
    assert len(github.downloads) == 1  # asking again is no use
    monkeypatch.setattr(github_tier, "RAW", "http://127.0.0.1:9")
    with pytest.raises(assets.FetchFailed, match=r"cannot reach 127\.0\.0\.1 .* set TLCOURSE_FILES"):
        assets.fetch(["trees"])


def test_a_damaged_file_is_found_and_replaced(trees, github):
    folder = assets.fetch(["trees"])["trees"]
    (folder / "dev.txt").write_bytes(trees["dev.txt"][:-1])
    with pytest.raises(assets.AssetCorrupt, match="tlcourse fetch --verify trees"):
        assets.path("trees")
    assert content(assets.fetch(["trees"], verify=True)["trees"]) == trees


def test_ones_own_files_may_have_any_name_and_be_compressed(trees, github, tmp_path, monkeypatch):
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
    (first / "a.bin").write_bytes(trees["dev.txt"])
    (first / "damaged.xz").write_bytes(b"no xz")
    (first / "folder").mkdir()
    monkeypatch.setenv(own_files.VARIABLE, str(first))
    with pytest.raises(assets.AssetMissing, match=rf"in {first} no file has their sha256"):
        assets.path("trees")  # one of the two is not enough
    (second / "b.xz").write_bytes(lzma.compress(trees["test.txt"]))
    monkeypatch.setenv(own_files.VARIABLE, f"{first}{own_files.os.pathsep}{second}")
    assert content(assets.path("trees")) == trees
    assert content(assets.fetch(["trees"])["trees"]) == trees
    assert not github.downloads


def test_a_longer_file_is_not_read_to_its_end(trees, tmp_path, monkeypatch):
    with lzma.open(tmp_path / "large.xz", "wb", preset=0) as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
    monkeypatch.setenv(own_files.VARIABLE, str(tmp_path))
    blocks = []
    opened = own_files.opened

    def watched(file):
        stream = opened(file)
        read = stream.read
        stream.read = lambda n: blocks.append(n) or read(n)
        return stream

    monkeypatch.setattr(own_files, "opened", watched)
    assert own_files.find(["0" * 64], most=3 << 20) == {}
    assert len(blocks) == 4


def test_a_folder_that_is_not_there_is_no_error(trees, monkeypatch, tmp_path):
    monkeypatch.setenv(own_files.VARIABLE, str(tmp_path / "gone"))
    assert own_files.find(["0" * 64], 10) == {}
