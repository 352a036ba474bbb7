"""A search box: what is typed becomes a vector in the server, and the articles most alike to it are shown."""

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.feature_extraction.text import TfidfVectorizer

from tlcourse.lessons.serving_embeddings import nearest, service
from tlcourse.lessons.serving_embeddings.articles import Articles
from tlcourse.serve.refusals import Refused
from tlcourse.serve.server import Server
from tlcourse.show.explorer import Explorer, NotShown, chooser, text_box
from tlcourse.show.figure_style import COLOURS

SHOWN = 4
QUERIES = (
    "a singer wins a prize",
    "how do I protect my computer from criminals?",
    "footballer hurt, out for weeks",
    "people cannot afford a house",
    "the prime minister",
)


@dataclass(frozen=True)
class Hit:
    """An article that was found, and how alike it is."""

    place: int
    cosine: float


class SearchBox(Explorer):
    """Made by `search_box`."""

    in_html = True

    def __init__(self, server: Server, articles: Articles, vectors: np.ndarray, queries: Sequence[str]):
        self.server, self.articles, self.vectors, self.queries = server, articles, vectors, list(queries)
        self.shared = TfidfVectorizer(sublinear_tf=True)
        self.table = self.shared.fit_transform(articles.paragraphs)
        self.first = self.queries[0]
        self.alt = f"A search box. {self.told(self.first)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.chooser = chooser("Examples:", self.queries, self.first, width="40em")
        self.chooser.observe(self.guard(self._take_example), "value")
        return {"query": text_box("Search:", self.first, "type what you look for, press Enter", width="40em")}

    def rows(self) -> list[ipywidgets.Widget]:
        return [self.chooser, *self.controls.values()]

    def _take_example(self, _change: object = None) -> None:
        self.controls["query"].value = self.chooser.value

    def hits(self, query: str) -> dict[str, list[Hit]]:
        """The articles found by vectors, and by shared words. Raises NotShown: no text, or no server."""
        if not query.strip():
            raise NotShown("Type a word or a sentence, and press Enter.")
        try:
            (vector,) = service.vectors(self.server, [query])
        except (RuntimeError, Refused) as error:
            raise NotShown(str(error)) from None
        by_vectors = nearest.exact(self.vectors, vector, SHOWN)
        shared = np.asarray((self.table @ self.shared.transform([query]).T).todense())[:, 0]
        by_words = [i for i in np.argsort(-shared, kind="stable")[:SHOWN] if shared[i] > 0]
        return {
            "by its vector": [Hit(int(i), float(self.vectors[i] @ vector)) for i in by_vectors],
            "by shared words": [Hit(int(i), float(shared[i])) for i in by_words],
        }

    def told(self, query: str) -> str:
        parts = []
        for way, hits in self.hits(query).items():
            names = "; ".join(f"{self.articles.headlines[h.place]} ({h.cosine:.2f})" for h in hits)
            parts.append(f"{way}: {names or 'no article has one of these words'}")
        return f"“{query}”, {'. '.join(parts)}."

    def told_html(self, query: str) -> str:
        self.hits(query)
        return f"Found for “{html.escape(query)}”; in brackets the cosine with it, and the topic."

    def draw(self, query: str) -> str:
        columns = []
        for way, hits in self.hits(query).items():
            items = "".join(
                f"<li><b>{html.escape(self.articles.headlines[h.place])}</b> ({h.cosine:.2f}, "
                f"{self.articles.topics[h.place]})<br>{html.escape(_short(self.articles.paragraphs[h.place]))}"
                "</li>"
                for h in hits
            )
            columns.append(
                f'<div style="flex:1; min-width:18em"><p><b>{way}</b></p>'
                f"<ol>{items or '<li>no article has one of these words</li>'}</ol></div>"
            )
        return (
            '<div style="display:flex; flex-wrap:wrap; gap:1.5em; max-width:60em; line-height:1.35">'
            f"{''.join(columns)}</div>"
        )

    def static(self) -> Figure:
        fig, axes = plt.subplots(1, 2, figsize=(12.5, 3.4))
        for ax, (way, hits) in zip(axes, self.hits(self.first).items(), strict=True):
            names = ["\n".join(textwrap.wrap(self.articles.headlines[h.place], 26)) for h in hits]
            ax.barh(range(len(hits)), [h.cosine for h in hits], color=COLOURS["sky"], edgecolor="black")
            ax.set_yticks(range(len(hits)), names)
            ax.set(xlim=(0, 1), xlabel="cosine with the query", title=way)
            ax.invert_yaxis()
        fig.suptitle(f"“{self.first}”", fontsize=14)
        return fig


def _short(text: str, most: int = 150) -> str:
    return textwrap.shorten(text, most, placeholder=" …")


def search_box(
    server: Server, articles: Articles, vectors: np.ndarray, queries: Sequence[str] = QUERIES
) -> SearchBox:
    """Search the paragraphs of `articles`, whose vectors `server` made.

    Args:
        vectors: float32, (N, W), of length 1.
        queries: examples to choose from; the first is shown first.

    Raises:
        ValueError: vectors that are not of these articles.
    """
    if len(vectors) != len(articles):
        raise ValueError(f"there are {len(vectors)} vectors for {len(articles)} articles: expected one each")
    return SearchBox(server, articles, vectors, queries)
