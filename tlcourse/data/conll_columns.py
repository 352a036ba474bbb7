"""Files of the CoNLL shared tasks: one word per line with its columns, a blank line between sentences."""

from collections.abc import Iterator, Sequence

BETWEEN = "-DOCSTART-"  # stands where an article begins, or ends


def sentences(text: str) -> Iterator[tuple[int, list[list[str]]]]:
    """(number of the article, a list of columns for each word) of each sentence.

    Raises ValueError if a line has another number of columns than the first.
    """
    article, rows, width = 0, [], 0
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        columns = line.split()
        if columns and columns[0] == BETWEEN:
            article += 1
        elif columns:
            width = width or len(columns)
            if len(columns) != width:
                raise ValueError(
                    f"line {number} has {len(columns)} columns ({line!r}), the first has {width}"
                )
            rows.append(columns)
        elif rows:
            yield article, rows
            rows = []


def as_bio(tags: Sequence[str]) -> list[str]:
    """Tags of a sentence with a B- at each beginning, whether or not they had it there.

    CoNLL-2003 as it was published has B- only where a name follows another of its kind at once (IOB1 in
    Ramshaw and Marcus 1995); WikiGold has I- alone, so that two such names are one.
    """
    found, before = [], "O"
    for tag in tags:
        goes_on = tag.startswith("I-") and before[2:] == tag[2:]
        found.append(f"B-{tag[2:]}" if tag.startswith("I-") and not goes_on else tag)
        before = tag
    return found
