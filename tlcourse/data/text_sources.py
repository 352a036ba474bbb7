"""The documents that the zoo is trained on, as anyone can get them, cleaned and cut to size.

- BBC news: the packaged asset, training split only.
- NLTK's corpora, from the folder that `nltk.download` fills: brown, movie_reviews, abc, webtext, state_union,
  inaugural. They are read from their zip files; the nltk package itself is not needed.
- IMDb's 50,000 reviews without labels (Maas et al. 2011): `stanfordnlp/imdb` of the Hugging Face hub.
- ELTeC-eng, a hundred English novels of 1840 to 1920: the GitHub repository COST-ELTeC/ELTeC-eng, level 1.
"""

import html
import lzma
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from tlcourse.data import bbc_news
from tlcourse.data.imdb import read as read_imdb
from tlcourse.data.text_index import Document

LONGEST = 1500  # words in a document; longer ones are cut between paragraphs
NLTK = ("brown", "movie_reviews", "abc", "webtext", "state_union", "inaugural")

_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "´": "'", "`": "'"})

# Spaces of all widths, control and format characters, private ones.
_BLANK = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ue000-\uf8ff]+"
)


def clean(text: str) -> str:
    """One paragraph: entities resolved, quotes straight, tags and control characters gone, single spaces."""
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = re.sub(r"</?[A-Za-z][^<>]{0,40}>", " ", text)
    text = unicodedata.normalize("NFC", text).translate(_STRAIGHT)
    return _BLANK.sub(" ", text).strip()


def sections(document: Document, longest: int = LONGEST) -> Iterator[Document]:
    """A long document in parts of up to `longest` words, `name#0`, `name#1` …; a short one as it is."""
    parts: list[list[str]] = [[]]
    n_words = 0
    for paragraph in document.paragraphs:
        n = paragraph.count(" ") + 1
        if parts[-1] and n_words + n > longest:
            parts.append([])
            n_words = 0
        parts[-1].append(paragraph)
        n_words += n
    if len(parts) == 1:
        yield document
        return
    for i, part in enumerate(parts):
        yield Document(document.source, f"{document.name}#{i}", part)


def _document(source: str, name: str, paragraphs: Iterable[str]) -> Document:
    return Document(source, f"{source}/{name}", [p for p in map(clean, paragraphs) if p])


def bbc(test: bool = False) -> Iterator[Document]:
    """The training split's articles, each with its headline as the first paragraph; or the test split's.

    Raises AssetMissing if the asset is not fetched.
    """
    news = bbc_news.load()
    for i in news.test_index if test else news.train_index:
        yield _document("bbc", news.names[i], [news.titles[i], *news.texts[i].split("\n")])


def nltk_files(folder: str | Path, corpus: str) -> Iterator[tuple[str, str]]:
    """(name, text) of each file of a corpus, from its zip file or its unpacked folder.

    Raises FileNotFoundError, with the command that gets it.
    """
    folder = Path(folder) / "corpora"
    packed, unpacked = folder / f"{corpus}.zip", folder / corpus
    if unpacked.is_dir():
        for path in sorted(unpacked.rglob("*")):
            if path.is_file() and "README" not in path.name:
                yield str(path.relative_to(unpacked)), path.read_bytes().decode("latin-1")
    elif packed.is_file():
        with zipfile.ZipFile(packed) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/") and "README" not in name:
                    yield name.removeprefix(f"{corpus}/"), archive.read(name).decode("latin-1")
    else:
        raise FileNotFoundError(
            f"NLTK's corpus {corpus} is not in {folder}: get it with "
            f"`python -m nltk.downloader -d {folder.parent} {corpus}`."
        )


def _utf8(text: str) -> str:
    """NLTK's files are in UTF-8 or in Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


def _untag(line: str) -> str:
    """Brown's `The/at jury/nn said/vbd ./.` → `The jury said.`"""
    return spaced(" ".join(token.rsplit("/", 1)[0] for token in line.split()))


def spaced(text: str) -> str:
    """Words and signs separated by spaces → running text, as far as the signs say where they belong."""
    text = re.sub(r"(?:`` | '')", '"', text.replace("``", "`` ").replace("  ", " "))
    text = re.sub(r" ([.,;:!?%)\]])", r"\1", text)
    return re.sub(r"([(\[$]) ", r"\1", text)


def brown(folder: str | Path) -> Iterator[Document]:
    """500 texts of American English of 1961."""
    for name, text in nltk_files(folder, "brown"):
        if re.fullmatch(r"c[a-r]\d\d", name):
            paragraphs = re.split(r"\n\s*\n", text)
            yield _document("brown", name, (_untag(" ".join(p.split())) for p in paragraphs))


def movie_reviews(folder: str | Path) -> Iterator[Document]:
    """2,000 reviews (Pang and Lee 2004): in lower case, one sentence per line."""
    for name, text in nltk_files(folder, "movie_reviews"):
        yield _document("movie_reviews", name, map(spaced, text.splitlines()))


def abc(folder: str | Path) -> Iterator[Document]:
    """Australian news of 2006. A line that does not end as a sentence does is the next item's headline."""
    for name, text in nltk_files(folder, "abc"):
        items: list[list[str]] = [[]]
        for line in text.splitlines():
            line = line.strip()
            if not line:
                continue
            if line[-1] not in ".!?\"'" and len(line.split()) < 15 and len(items[-1]) > 3:
                items.append([])
            items[-1].append(line)
        for i, item in enumerate(items):
            yield _document("abc", f"{name}-{i}", item)


def plain(folder: str | Path, corpus: str) -> Iterator[Document]:
    """A corpus with one paragraph per line: webtext, state_union, inaugural."""
    for name, text in nltk_files(folder, corpus):
        yield _document(corpus, name, _utf8(text).splitlines())


def imdb(folder: str | Path, split: str = "unsup") -> Iterator[Document]:
    """The reviews of a split, `unsup`, `train` or `test`, from parquet files of the hub or `.jsonl.xz` files.

    Raises FileNotFoundError, with the command that gets them.
    """
    texts, _ = read_imdb(folder, split)
    for i, text in enumerate(texts):
        yield _document("imdb", f"{split}/{i}", re.split(r"(?:<br\s*/?>\s*)+|\n", text))


def eltec(path: str | Path) -> Iterator[Document]:
    """The novels, from the repository's TEI files, or from one text file with one paragraph per line.

    Raises FileNotFoundError, with where to get them.
    """
    path = Path(path)
    if path.is_file():
        opened = lzma.open if path.suffix == ".xz" else open
        with opened(path, "rt", encoding="utf-8") as file:
            novels = re.split(r"\n\s*\n", file.read())
        for i, novel in enumerate(novels):
            yield _document("eltec", str(i), novel.split("\n"))
        return
    files = sorted(path.rglob("ENG*.xml"))
    if not files:
        raise FileNotFoundError(
            f"there are no novels in {path}: clone the GitHub repository COST-ELTeC/ELTeC-eng and give its "
            "folder level1."
        )
    for file in files:
        namespace = "{http://www.tei-c.org/ns/1.0}"
        body = ElementTree.parse(file).getroot().find(f".//{namespace}body")
        paragraphs = (" ".join("".join(p.itertext()).split()) for p in body.iter(f"{namespace}p"))
        yield _document("eltec", file.stem, paragraphs)
