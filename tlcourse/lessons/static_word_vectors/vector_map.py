"""A map of word vectors with hover and search (lesson 03): inline SVG, no script."""

import html
from collections.abc import Collection, Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from tlcourse.lessons.static_word_vectors.label_places import beside
from tlcourse.probe.word_vectors import Neighbour, WordSpace
from tlcourse.show.explorer import Explorer, NotShown, text_box
from tlcourse.show.figure_style import COLOURS, cycle

WIDTH, HEIGHT, MARGIN = 860, 560, 30
# Shapes of 1 unit around (0, 0), one a group: colour never stands alone
SHAPES = (
    '<circle r="5"/>',
    '<rect x="-4.5" y="-4.5" width="9" height="9"/>',
    '<path d="M0-6L5.5 4.5H-5.5Z"/>',
    '<path d="M0-6.5L6.5 0 0 6.5-6.5 0Z"/>',
    '<path d="M0 6L5.5-4.5H-5.5Z"/>',
    '<path d="M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z"/>',
    '<path d="M-5-5L5 5M5-5L-5 5" stroke-width="3"/>',
    '<path d="M0-7L2-2 7-2 3 1 4.5 6 0 3-4.5 6-3 1-7-2-2-2Z"/>',
)

THEMES = {
    name: tuple(words.split())
    for name, words in {
        "animals": (
            "dog cat horse cow pig sheep goat lion tiger wolf bear fox rabbit mouse rat elephant monkey "
            "snake frog fish shark whale dolphin bird eagle owl duck chicken turkey bee ant spider "
            "butterfly turtle"
        ),
        "food": (
            "apple orange banana pear lemon grape bread cheese butter milk rice pasta soup salad meat beef "
            "pork potato tomato onion garlic sugar salt pepper chocolate cake coffee tea wine beer juice "
            "egg honey corn"
        ),
        "places": (
            "france germany italy spain portugal greece poland russia china japan india brazil mexico "
            "canada egypt kenya nigeria iran iraq israel paris berlin rome madrid london moscow tokyo "
            "beijing cairo chicago"
        ),
        "work": (
            "doctor nurse teacher lawyer judge engineer scientist farmer soldier pilot driver cook waiter "
            "actor singer writer painter journalist carpenter plumber secretary manager programmer dentist "
            "librarian"
        ),
        "computing": (
            "computer software hardware internet web microsoft google ibm intel linux windows server "
            "database keyboard screen laptop virus code programming network email browser amazon oracle java"
        ),
        "sport": (
            "football soccer tennis golf baseball basketball hockey cricket rugby boxing swimming skiing "
            "cycling team coach player goal match league championship olympic medal race stadium score"
        ),
        "feelings": (
            "happy sad angry afraid proud ashamed jealous lonely love hate fear joy anger grief hope "
            "disappointed surprised excited bored nervous calm guilty grateful cheerful worried"
        ),
        "money": (
            "bank loan money credit debt dollar euro market stock shares bond investment profit loss tax "
            "budget inflation currency price trade economy insurance mortgage savings fund"
        ),
    }.items()
}


class VectorMap(Explorer):
    """Words in the plane; a search marks a word, its true neighbours, and where the map puts them."""

    words_first = True
    in_html = True

    def __init__(
        self, space: WordSpace, groups: Mapping[str, Sequence[str]], xy: np.ndarray, find: str, n: int
    ):
        self.space, self.n, self.find = space, n, find
        self.on_map = [word for words in groups.values() for word in words]
        self.group = np.repeat(np.arange(len(groups)), [len(words) for words in groups.values()])
        self.names = list(groups)
        low, high = xy.min(0), xy.max(0)
        self.xy = (xy - low) / np.where(high > low, high - low, 1)  # (n, 2) in [0, 1]
        self.points = MARGIN + self.xy * (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)  # pixels
        self.place = {word: i for i, word in enumerate(self.on_map)}
        self.directions = np.stack([space[word] for word in self.on_map])
        self.alt = (
            f"A map of {len(self.on_map)} words in {len(groups)} groups ({', '.join(groups)}); each group "
            f"lies mostly together. Lines join {find!r} to its {n} nearest words among them: "
            f"{', '.join(word for word, _ in self.nearest(find))}. In small print, words that lie apart from "
            f"their group: {', '.join(self.strays()) or 'none'}."
        )

    def nearest(self, word: str) -> list[Neighbour]:
        """Return the `n` words of the map that are nearest to `word` by cosine, in all dimensions."""
        cosine = self.directions @ self.space[word]
        order = [i for i in np.argsort(-cosine, kind="stable") if self.on_map[i] != word][: self.n]
        return [(self.on_map[i], float(cosine[i])) for i in order]

    def kept(self, word: str) -> int:
        """Return how many of the `n` nearest words are also among the `n` nearest on the map."""
        distance = ((self.xy - self.xy[self.place[word]]) ** 2).sum(1)
        flat = {self.on_map[i] for i in np.argsort(distance, kind="stable")[1 : self.n + 1]}
        return len(flat & {w for w, _ in self.nearest(word)})

    def share_kept(self) -> float:
        """Return the share of nearest words that the map keeps near, over all its words."""
        return float(np.mean([self.kept(word) for word in self.on_map])) / self.n

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {"word": text_box("Find a word:", self.find)}

    def draw(self, word: str) -> str:
        word = word.strip().lower()
        if word and word not in self.space:
            raise NotShown(f"{word!r} has no vector.")
        return self.svg(word)

    def told(self, word: str) -> str:
        word = word.strip().lower()
        if not word:
            return ""
        near = ", ".join(f"{w} {cosine:.2f}" for w, cosine in self.nearest(word))
        if word not in self.place:
            return f"{word} is not on the map; nearest to it of what is: {near}"
        return f"Nearest in all dimensions: {near}. The map keeps {self.kept(word)} of these {self.n} near."

    def svg(self, word: str = "") -> str:
        """Return the map as SVG: hovering shows a word (and its <title>), `word` and its neighbours are
        marked.
        """
        marked = {word, *(w for w, _ in self.nearest(word))} if word else set()
        points, labels, strays = self.points, self._labels(marked), set(self.strays())
        styles = cycle(len(self.names))
        parts = [
            f'<svg class="tlc-map" width="{WIDTH}" height="{HEIGHT + 30}" viewBox="0 0 {WIDTH} '
            f'{HEIGHT + 30}" role="img" '
            f'aria-label="{html.escape(self.alt)}" style="background:white; max-width:100%; height:auto">'
            "<style>.tlc-map .w text{visibility:hidden; font:bold 15px sans-serif; fill:#000; stroke:#fff; "
            "stroke-width:4px; paint-order:stroke; pointer-events:none} .tlc-map .w:hover text,.tlc-map .on "
            "text,.tlc-map .stray text{visibility:visible} .tlc-map .stray text{font:12px sans-serif} "
            ".tlc-map .off{opacity:.35} .tlc-map .w:hover,.tlc-map .stray{opacity:1}</style>"
        ]
        if word in self.place:
            x, y = points[self.place[word]]
            parts.extend(
                f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{points[self.place[w]][0]:.0f}" '
                f'y2="{points[self.place[w]][1]:.0f}" '
                'stroke="#000" stroke-width="1.2" stroke-dasharray="4 3"/>'
                for w in marked - {word}
            )
        for i in sorted(
            range(len(self.on_map)), key=lambda i: self.on_map[i] in marked
        ):  # marked ones on top
            name, colour = self.on_map[i], styles[self.group[i]]["color"]
            state = "on" if name in marked else "stray" if name in strays else "off" if marked else ""
            x, y = points[i]
            dx, dy = labels.get(name, (9 if x < WIDTH - 120 else -9, 5))
            parts.append(
                f'<g class="w {state}" transform="translate({x:.0f} {y:.0f})" fill="{colour}" '
                f'stroke="{colour}">'
                f"<title>{html.escape(name)} "
                f"({html.escape(self.names[self.group[i]])})</title>{SHAPES[self.group[i] % len(SHAPES)]}"
                f"{_leader(dx, dy)}"
                f'<text x="{dx:.0f}" y="{dy:.0f}" text-anchor="{"start" if dx > 0 else "end"}">'
                f"{html.escape(name)}</text></g>"
            )
        for g, name in enumerate(self.names):
            x = MARGIN + g * (WIDTH - MARGIN) / len(self.names)
            parts.append(
                f'<g transform="translate({x:.0f} {HEIGHT + 15})" fill="{styles[g]["color"]}" '
                f'stroke="{styles[g]["color"]}">{SHAPES[g % len(SHAPES)]}<text x="10" y="5" font-size="14" '
                f'stroke="none" '
                f'fill="#000">{html.escape(name)}</text></g>'
            )
        return "".join([*parts, "</svg>"])

    def strays(self, n: int = 5) -> list[str]:
        """Return the words that have none of their group among the `n` nearest on the map."""
        apart = np.linalg.norm(self.xy[:, None] - self.xy[None], axis=-1)
        near = np.argsort(apart, axis=1, kind="stable")[:, 1 : n + 1]
        alone = (self.group[near] != self.group[:, None]).all(1)
        return [word for word, is_alone in zip(self.on_map, alone, strict=True) if is_alone]

    def _labels(self, marked: Collection[str]) -> dict[str, tuple[float, float]]:
        """Where the labels of `marked` words and of strays go, in pixels from their points, so that none
        covers another.
        """
        strays = self.strays()
        words = [w for w in self.on_map if w in marked or w in strays]
        if not words:
            return {}
        at = np.stack([self.points[self.place[w]] for w in words])
        places = beside(at, [10 * len(w) + 12 for w in words], 20, WIDTH, self.points)
        return {w: (side, shift + 5) for w, (side, shift) in zip(words, places, strict=True)}

    def static(self) -> Figure:
        fig, ax = plt.subplots(figsize=(11, 7.2))
        for g, (name, style) in enumerate(zip(self.names, cycle(len(self.names)), strict=True)):
            chosen = self.points[self.group == g]
            ax.scatter(*chosen.T, s=34, color=style["color"], marker=style["marker"], label=name, alpha=0.75)
        near = [word for word, _ in self.nearest(self.find)]
        here = self.points[self.place[self.find]]
        for word in near:
            both = np.stack([here, self.points[self.place[word]]])
            ax.plot(*both.T, color=COLOURS["black"], linestyle=":", linewidth=1.2, marker="")
        for word, (dx, dy) in self._labels({self.find, *near}).items():
            x, y = self.points[self.place[word]]
            ax.plot([x, x + dx], [y, y + dy - 5], color=COLOURS["grey"], lw=0.8, linestyle="-", marker="")
            bold = word == self.find or word in near
            ax.text(
                x + dx, y + dy, word, ha="left" if dx > 0 else "right", va="baseline",
                fontweight="bold" if bold else "normal", fontsize=13 if bold else 10,
                path_effects=[withStroke(linewidth=3, foreground="white")],
            )  # fmt: skip
        ax.set(
            xlim=(0, WIDTH), ylim=(HEIGHT, 0), xticks=[], yticks=[]
        )  # y grows downwards, as in the live map
        ax.grid(False)
        ax.spines[["left", "bottom"]].set_visible(False)
        fig.legend(loc="outside lower center", ncols=len(self.names))
        return fig


def _leader(dx: float, dy: float) -> str:
    """A thin line from a point to its label, where the label had to go elsewhere."""
    return f'<path d="M0 0L{dx:.0f} {dy - 5:.0f}" stroke="#555" fill="none"/>' if abs(dy - 5) > 8 else ""


def word_map(
    space: WordSpace, groups: Mapping[str, Sequence[str]], xy: np.ndarray, find: str, n: int = 6
) -> VectorMap:
    """Show words in the plane: hover for their names, search for one to see its true neighbours.

    Args:
        space: the vectors.
        groups: name → words; one colour and shape each.
        xy: (number of words, 2), in the order of `groups`, from any projection.
        find: the word that is marked at first, and in the static twin; one of the map.
        n: how many neighbours to mark.

    Raises:
        ValueError: `xy` does not have one row per word, a word occurs twice, or `find` is not on the map.
    """
    words = [word for chosen in groups.values() for word in chosen]
    if np.shape(xy) != (len(words), 2):
        raise ValueError(
            f"xy has the shape {np.shape(xy)}, expected {(len(words), 2)}: one row for each word"
        )
    if len(set(words)) < len(words):
        raise ValueError(f"{next(w for w in words if words.count(w) > 1)!r} is in the groups twice")
    if find not in words:
        raise ValueError(f"{find!r} is not on the map; find has to be one of its words")
    return VectorMap(space, groups, np.asarray(xy, dtype=float), find, n)
