"""Sentences with some pairs of words marked by hand: who depends on whom, and as what.

They were written for the lesson, so that heads that were found in the treebank can be tried where nothing
but the packaged models is at hand. Each marked word occurs once in its sentence. The relations are those of
Universal Dependencies: a preposition depends on its noun (`case`).
"""

from dataclasses import dataclass

import numpy as np

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


def rows(found: Records) -> list[dict[str, str]]:
    """A table's rows: each relation with what its head and its offset find."""
    return [
        {"relation": relation}
        | {row["reader"]: f"{row['score'] * row['pairs']:.0f} of {row['pairs']}" for row in some}
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
