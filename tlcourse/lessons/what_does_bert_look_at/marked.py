"""Sentences with some pairs of words marked by hand: who depends on whom, and as what.

They were written for the lesson, so that heads that were found in the treebank can be tried where nothing
but the packaged models is at hand. Each marked word occurs once in its sentence. The relations are those of
Universal Dependencies: a preposition depends on its noun (`case`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tlcourse.lessons.what_does_bert_look_at.one_row import OneRow
from tlcourse.lessons.what_does_bert_look_at.relations import Found
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import attention_maps, head_parsers
from tlcourse.show.records import Records

# A sentence, and then: relation, dependent, head.
_WRITTEN = """
The chef cooked a large pot of soup . | nsubj chef cooked | obj pot cooked | case of soup | amod large pot
Yesterday my sister finally sold her old car . | nsubj sister sold | obj car sold | nmod:poss my sister | nmod:poss her car | amod old car
The man with the red hat lost every game . | nsubj man lost | obj game lost | case with hat | amod red hat
Nobody in the village remembered the terrible storm . | nsubj Nobody remembered | obj storm remembered | case in village | amod terrible storm
Their new teacher quickly wrote three long words on the board . | nsubj teacher wrote | obj words wrote | case on board | nmod:poss Their teacher | amod new teacher | amod long words
After dinner , we washed all the dirty plates . | nsubj we washed | obj plates washed | case After dinner | amod dirty plates
The letters that she found under the bed made him very sad . | nsubj letters made | nsubj she found | case under bed
Children from many countries sing these songs . | nsubj Children sing | obj songs sing | case from countries | amod many countries
Our neighbours bought a small house near the river . | nsubj neighbours bought | obj house bought | amod small house | case near river | nmod:poss Our neighbours
The company will not publish its final report before June . | nsubj company publish | obj report publish | nmod:poss its report | amod final report | case before June
Some critics of the film praised the young actress . | nsubj critics praised | obj actress praised | case of film | amod young actress
He carefully read the first page to his children . | nsubj He read | obj page read | amod first page | case to children | nmod:poss his children
The storm destroyed dozens of wooden boats along the coast . | nsubj storm destroyed | obj dozens destroyed | case along coast | case of boats | amod wooden boats
A guard behind the gate stopped the two boys . | nsubj guard stopped | obj boys stopped | case behind gate
Your answer surprised everyone at the meeting . | nsubj answer surprised | obj everyone surprised | nmod:poss Your answer | case at meeting
The old woman gave the hungry dog some bread . | nsubj woman gave | obj bread gave | amod old woman | amod hungry dog
During the war , her grandfather hid several families in his barn . | nsubj grandfather hid | obj families hid | nmod:poss her grandfather | nmod:poss his barn | case in barn | case During war | amod several families
The minister , who had just arrived , answered no questions . | nsubj minister answered | obj questions answered
Both teams played a boring match without goals . | nsubj teams played | obj match played | amod boring match | case without goals
The roof of the church needs a good painter . | nsubj roof needs | obj painter needs | case of church | amod good painter
"""  # noqa: E501


_SHOWN = {"its head": "network's head", "its best offset": "best offset"}


@dataclass(frozen=True)
class Pair:
    """Word `dependent` of a sentence depends on word `head`; both are places, from 0."""

    relation: str
    dependent: int
    head: int


def sentences() -> list[tuple[list[str], list[Pair]]]:
    """Words, and the marked pairs of each sentence."""
    found = []
    for line in _WRITTEN.strip().split("\n"):
        text, *marks = (part.split() for part in line.split("|"))
        found.append((text, [Pair(name, text.index(one), text.index(other)) for name, one, other in marks]))
    return found


@dataclass(frozen=True)
class Clearest:
    """The marked sentence in which a relation's head is most right, if it is right in any.

    Attributes:
        looks: attention of the word that looks, to its partner.
        to_marks: what the same word gives to the marks, which are left out when the parser picks.
        picked: the word that the parser picks for the head in the tree.
        right: whether the parser picks the head in the tree.
        forward: the dependent looks at its head in the tree; else the other way round.
    """

    words: list[str]
    pair: Pair
    looks: float
    to_marks: float
    picked: str
    right: bool
    forward: bool

    @property
    def sentence(self) -> str:
        return " ".join(self.words)

    @property
    def looking(self) -> str:
        """The word that looks: of the pair the dependent, or its head in the tree."""
        return self.words[self.pair.dependent if self.forward else self.pair.head]

    @property
    def told(self) -> str:
        dependent, head = self.words[self.pair.dependent], self.words[self.pair.head]
        looking, seen = (dependent, head) if self.forward else (head, dependent)
        most = "more than to any other word" if self.right else "though it gives another word more"
        ways = ("head in the tree looks at its dependents", "dependent looks at its head in the tree")
        return (
            f"*{dependent}* hangs on *{head}*. This head was chosen as one in which the "
            f"{ways[self.forward]}: "
            f"*{looking}* gives *{seen}* {self.looks:.0%} of its attention, {most}. To [CLS] and [SEP] it "
            f"gives {self.to_marks:.0%}: they are left out when the parser picks."
        )


def view(encoder: TextEncoder, clearest: Clearest, found: Found) -> OneRow:
    """The attention of the word that looks, in the head that was found for its relation."""
    return OneRow(encoder, clearest.sentence, found.layer + 1, found.number + 1, clearest.looking)


def asked(encoder: TextEncoder, chosen: Records, relation: str, sentence: str, pair: tuple[str, str]) -> str:
    """Whether the head of `relation` is right in another sentence, and how often it is in the treebank.

    Args:
        chosen: as for `measure`.
        pair: dependent and its head in the tree, words that `sentence` has once.
    """
    words = sentence.split()
    places = Pair(relation, *(words.index(word) for word in pair))
    found = _looked(encoder, chosen.where(relation=relation, reader="head")[0], [(words, places)])[0]
    verdict = "right" if found.right else f"wrong, it hangs on *{pair[1]}*"
    share = chosen.where(relation=relation, reader="head")[0]["score"]
    return (
        f"And *{pair[0]}* in “{sentence}”? *{found.looking}* gives [CLS] and [SEP] {found.to_marks:.0%}. "
        f"Of the words, the parser picks *{found.picked}*: {verdict}. In the treebank's test sentences "
        f"this head finds {share:.0%} of what it was chosen for, not all."
    )


def clearest(encoder: TextEncoder, chosen: Records, relation: str) -> Clearest:
    """Of the marked sentences the one in which the head of `relation` gives the right word most.

    If there is one, it is a sentence in which the best fixed offset fails.

    Args:
        chosen: as for `measure`.
    """
    head = chosen.where(relation=relation, reader="head")[0]
    offset = chosen.where(relation=relation, reader="offset")[0]["offset"]
    some = [(words, pair) for words, pairs in sentences() for pair in pairs if pair.relation == relation]
    found = _looked(encoder, head, some)
    return max(found, key=lambda one: (one.right, one.pair.head - one.pair.dependent != offset, one.looks))


def _looked(
    encoder: TextEncoder, head: Mapping[str, Any], some: Sequence[tuple[list[str], Pair]]
) -> list[Clearest]:
    """What a head, a row of the results, does in each of some sentences."""
    direction = head_parsers.DIRECTIONS.index(head["direction"])
    maps = attention_maps.of_sentences(encoder, [words for words, _ in some])
    found = []
    for one, (words, pair) in zip(maps, some, strict=True):
        between = one.between_words[head["layer"], head["head"]]
        places = (pair.dependent, pair.head)
        looking, seen = places if direction == 0 else places[::-1]
        picked = int(head_parsers.most_attended(between)[direction, pair.dependent])
        looks, to_marks = float(between[looking, seen]), 1 - float(between[looking].sum())
        found.append(
            Clearest(words, pair, looks, to_marks, words[picked], picked == pair.head, direction == 0)
        )
    return found


def rows(found: Records) -> list[dict[str, str]]:
    """A table's rows: each relation with what its head and its offset find."""
    return [
        {"relation": relation}
        | {_SHOWN[row["reader"]]: f"{row['score'] * row['pairs']:.0f} of {row['pairs']}" for row in some}
        for relation, some in found.by("relation").items()
    ]


def measure(encoder: TextEncoder, chosen: Records) -> Records:
    """How many marked pairs the chosen head and the chosen offset of each relation find.

    Args:
        chosen: of one model, as `relations.json` has them: by relation and reader, layers and heads from 0.
    """
    some = sentences()
    maps = attention_maps.of_sentences(encoder, [words for words, _ in some])
    looked = [head_parsers.most_attended(one.between_words) for one in maps]  # (2, L, A, W) each
    rows = []
    for relation in dict.fromkeys(pair.relation for _, pairs in some for pair in pairs):
        head = chosen.where(relation=relation, reader="head")[0]
        offset = chosen.where(relation=relation, reader="offset")[0]["offset"]
        place = (head_parsers.DIRECTIONS.index(head["direction"]), head["layer"], head["head"])
        asked = [
            (most, pair)
            for most, (_, pairs) in zip(looked, some, strict=True)
            for pair in pairs
            if pair.relation == relation
        ]
        hits = {
            "its head": [most[(*place, pair.dependent)] == pair.head for most, pair in asked],
            "its best offset": [pair.dependent + offset == pair.head for _, pair in asked],
        }
        rows += [
            {"relation": relation, "reader": reader, "pairs": len(asked), "score": np.mean(hit)}
            for reader, hit in hits.items()
        ]
    return Records(rows)
