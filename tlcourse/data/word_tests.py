"""What people say about words: how similar two are (WordSim-353, SimLex-999), and Google's analogies."""

from pathlib import Path

import numpy as np

from tlcourse import assets

Pair = tuple[str, str]
Analogy = tuple[str, str, str, str]


def wordsim353() -> tuple[list[Pair], np.ndarray]:
    """353 pairs and their mean *relatedness* from 0 to 10, float64, (353,) (Finkelstein et al. 2002).

    Raises:
        AssetMissing: not fetched yet.
    """
    return _scored("wordsim353.tsv")


def simlex999() -> tuple[list[Pair], np.ndarray]:
    """999 pairs and their mean *similarity* from 0 to 10, float64, (999,) (Hill et al. 2015).

    Raises:
        AssetMissing: not fetched yet.
    """
    return _scored("simlex999.txt")


def analogies() -> dict[str, list[Analogy]]:
    """Google's 19,544 analogies by section: a is to b as c is to d (Mikolov et al. 2013, section 4.1).

    Words keep their case (`Athens`): lower them for vectors that have no capitals.

    Raises:
        AssetMissing: not fetched yet.
    """
    sections: dict[str, list[Analogy]] = {}
    for line in _lines("questions-words.txt"):
        if line.startswith(":"):
            section = sections.setdefault(line[1:].strip(), [])
        else:
            a, b, c, d = line.split()
            section.append((a, b, c, d))
    return sections


def _scored(name: str) -> tuple[list[Pair], np.ndarray]:
    rows = [line.split("\t") for line in _lines(name) if not line.startswith("#")]
    return [(left, right) for left, right, _ in rows], np.array([float(score) for _, _, score in rows])


def _lines(name: str) -> list[str]:
    file: Path = assets.path("word-tests") / name
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
