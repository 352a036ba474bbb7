"""The sentences of lesson Serving embeddings on batches, queues and clients, each for what came out."""

from collections.abc import Mapping, Sequence

import numpy as np

from tlcourse.lessons.serving_embeddings.batches import Cost
from tlcourse.lessons.serving_embeddings.clients import Visits
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

LITTLE = 0.1  # how far apart, as a share, the two sides may be to be called the same
LOOP = "loop over"


def sentence(note: str) -> str:
    """What a results file notes, as a sentence."""
    return f"{note[:1].upper()}{note[1:]}."


def of_found(served: Sequence[bool], shared: Sequence[bool]) -> str:
    """How many headlines find their article, by vectors and by shared words."""
    a, b = (np.asarray(some, dtype=float) for some in (served, shared))
    gap = difference(a, b, ("the vectors", "shared words"))
    verdict = gap.says(
        above="more, and by more than luck",
        below="fewer, and by more than luck",
        luck="so many headlines cannot tell the two apart",
    )
    return (
        f"Of {len(a)} headlines, **{a.mean():.0%}** find their own paragraph as the first hit by its "
        f"vector, and {b.mean():.0%} by the words that they share with it (TF-IDF): {verdict}. That is an "
        "easy question: a headline was written for this very article. What you type need not share a word "
        "with it."
    )


def of_gain(costs: Mapping[int, Cost], size: int) -> str:
    """For which length a batch gains the most."""
    gains = {length: cost.gain(size) for length, cost in costs.items()}
    best, worst = max(gains, key=gains.get), min(gains, key=gains.get)
    falls = [*gains.values()] == sorted(gains.values(), reverse=True)
    trend = "the shorter, the more" if falls else "though not in strict order of the lengths"
    return (
        f"{size} texts at once gain the most with {best} tokens ({gains[best]:.1f} times as many texts a "
        f"second) and the least with {worst} ({gains[worst]:.1f} times), by the fit: {trend}. But a batch "
        "is done "
        "when all of it is done: each of its texts waits as long as the batch takes."
    )


def of_tiny(found: Mapping[int, Visits], n_clients: int) -> str:
    """What gathering is worth to clients that wait."""
    few, many = found[min(found)], found[max(found)]
    ratio = many.per_second / few.per_second
    if ratio > 1.1:
        worth = (
            f"{ratio:.1f} times as many texts a second with batches of up to {max(found)}, and each text "
            f"waits {many.waits.mean() / few.waits.mean():.0%} as long: to compute a batch takes longer, but "
            "the queue before it is shorter, and with so many clients that counts for more. (A lone client "
            "would only wait longer.)"
        )
    else:
        worth = (
            f"{ratio:.1f} times as many texts a second with batches: hardly worth it on this machine today."
        )
    return f"{n_clients} clients: {worth}"


def of_padding(records: Records, size: int) -> str:
    """What sorting saves, of a batch of `size`."""

    def cell(measure: str, way: str) -> Records:
        return records.where(**{"measure": measure, "way": way, "at once": size})

    padded = [cell("padded", way).mean for way in ("as they come", "by length")]
    speed = [cell("texts a second", way) for way in ("as they come", "by length")]
    gap = difference(speed[1], speed[0], ("sorted", "as they come"), share=False)
    ratio = speed[1].mean / speed[0].mean
    verdict = gap.says(
        above=f"{ratio:.1f} times as many texts a second",
        below=f"only {ratio:.1f} times as many texts a second",
        luck=f"{ratio:.1f} times as many texts a second, which is within luck",
        once=f"{ratio:.1f} times as many texts a second",
    )
    return (
        f"In batches of {size}, {padded[0]:.0%} of what is computed is padding as the sentences come, and "
        f"{padded[1]:.0%} when they are sorted: {verdict}. (It need "
        "not be just the padding: attention's work grows with the square of the length.)"
    )


def of_little(found: Visits) -> str:
    """The law, on texts that came at random moments: both sides, and what the server counted."""
    product = found.per_second * found.waits.mean()
    told = (
        f"{len(found.waits)} texts, {found.per_second:.1f} a second, waited "
        f"{1000 * found.waits.mean():.0f} ms "
        f"on average: {found.per_second:.1f} × {found.waits.mean():.4f} = **{product:.2f}**. The area "
        f"under the curve, divided by the time, gives {found.inside:.2f}."
    )
    if not len(found.counted):
        return told
    counted = float(found.counted.mean())
    off = counted / product - 1
    close = "about the same" if abs(off) <= LITTLE else "not quite the same"
    return (
        f"{told} And the server itself, asked {len(found.counted)} times how many it has, said "
        f"**{counted:.2f}** "
        f"on average: {close}, {abs(off):.0%} {'more' if off > 0 else 'less'}. (It renews its count "
        "twenty times "
        "a second.)"
    )


def of_turns(found: Mapping[int, Visits]) -> list[dict[str, object]]:
    """Rows of a table: clients, texts a second, mean wait, and their product."""
    return [
        {
            "clients": n,
            "texts a second": f"{some.per_second:.1f}",
            "a text waits, s": f"{some.waits.mean():.4f}",
            "product": f"{some.per_second * some.waits.mean():.2f}",
            "slowest twentieth waits, s": f"{np.percentile(some.waits, 95):.4f} or more",
        }
        for n, some in found.items()
    ]


def of_saturation(found: Mapping[int, Visits]) -> str:
    """What more clients bring, in the last step most of all."""
    *_, before, many = sorted(found)
    rate = found[many].per_second / found[before].per_second
    wait = found[many].waits.mean() / found[before].waits.mean()
    limit = (
        "That is about the limit: more clients would only wait longer."
        if rate < 1.15
        else "The limit is not reached yet: larger batches still bring something."
    )
    return (
        f"The last step, from {before} to {many} clients, brings {rate:.1f} times as many answers a "
        "second, and "
        f"a wait {wait:.1f} times as long. {limit} The product is the number of clients: each has one text "
        "inside, all the time (a little less, as they begin and stop one by one)."
    )


def of_slowest(found: Visits) -> str:
    """The wait that people remember, where texts come at random."""
    mean, slow = found.waits.mean(), np.percentile(found.waits, 95)
    return (
        "The mean is not what people complain about: they remember the slowest twentieth. Of the texts "
        "that came "
        f"at random, it waited {1000 * slow:.0f} ms or more, {slow / mean:.1f} times the mean of "
        f"{1000 * mean:.0f} ms."
    )


def of_ways(speed: Records, clients: Sequence[int] = (1, 8, 64)) -> list[dict[str, object]]:
    """Rows of a table: texts a second of the server and of what one would do without it."""
    some = speed.where(measure="texts a second")
    loops = [way for way in some.values("way") if way.startswith(LOOP)]
    best = max((some.where(way=way, threads=t) for way in loops for t in _threads(some, way)),
               key=lambda rows: rows.mean)  # fmt: skip
    names = {
        "plain HTTP": "plain HTTP handler, no batches",
        "served, HTTP": "this server, HTTP",
        "served, ZeroMQ": "this server, ZeroMQ",
    }
    rows: list[dict[str, object]] = [{"way": "a loop in one program", f"{clients[0]} client": best}]
    for way, name in names.items():
        row: dict[str, object] = {"way": name}
        for n in clients:
            row[f"{n} client{'s' if n > 1 else ''}"] = some.where(way=way, clients=n)
        rows.append(row)
    return rows


def _threads(speed: Records, way: str) -> list[int]:
    return speed.where(way=way).values("threads")


def of_batching(speed: Records, clients: int = 64) -> str:
    """The server beside a handler without batches, in the same run."""
    rows = speed.where(measure="of the plain handler", way="served, HTTP", clients=clients)
    low, high = min(rows.scores), max(rows.scores)
    span = f"{low:.1f}" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f}"
    waits = speed.where(measure="milliseconds")
    told = ", ".join(
        f"{p}% within {waits.where(percentile=p).mean:.0f} ms" for p in sorted(waits.values("percentile"))
    )
    noted = f" {sentence(speed.about['note'])}" if "note" in speed.about else ""
    return (
        f"For {clients} clients, round by round, the server gives {span} times what a plain handler gives, "
        "over the same HTTP: one process, which reads each text by itself, several at a time in threads. "
        "(So it "
        "is not batches alone: the server has two processes.) When texts come at random, 70% as many as it "
        f"could embed, it answers {told}.{noted}"
    )


def of_faults(faults: Records) -> str:
    """What the server stands."""

    def score(measure: str) -> float:
        return faults.where(measure=measure).mean

    (seconds,), (clients,) = faults.values("seconds"), faults.values("clients")
    lost, twice, wrong = (
        score(f"{m}") for m in ("requests lost", "requests answered twice", "answers wrong")
    )
    bad = lost + twice + wrong
    end = "none was lost, answered twice or wrong" if bad == 0 else (
        f"{lost:.0f} were lost, {twice:.0f} answered twice, {wrong:.0f} wrong"
    )  # fmt: skip
    return (
        f"In {seconds:.0f} seconds, {clients} clients sent {score('requests asked'):,.0f} requests while "
        f"a worker was killed every five seconds, {score('workers killed'):.0f} in all: {end}."
    )


def of_dial(load: Records) -> str:
    """How the dial was measured, and where the server is at its limit."""
    rates, limits = load.where(measure="texts a second"), []
    few, many = min(load.values("clients")), max(load.values("clients"))
    for length in sorted(load.values("length")):
        some = rates.where(length=length, **{"at once": min(load.values("at once"))})
        ratio = some.where(clients=many).mean / some.where(clients=few).mean
        limits.append(f"{length} tokens {ratio:.1f} times as many")
    noted = f" {sentence(load.about['note'])}" if "note" in load.about else ""
    return (
        f"What {many} clients get in place of {few}, each with one text: with {', '.join(limits)} texts a "
        "second. (One worker on one core, batches of at most 32 texts and about 2,000 tokens; means of "
        f"{len(load.values('seed'))} rounds.){noted}"
    )
