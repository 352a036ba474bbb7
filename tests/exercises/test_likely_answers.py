"""What learners write first: likely wrong answers to each exercise, each of which gets its mistake named."""

import math
from collections import Counter
from importlib import import_module
from itertools import combinations, pairwise, permutations, product, takewhile

import numpy as np
import pytest
import torch
from scipy.interpolate import interp1d
from sklearn.metrics import f1_score
from torch.nn.functional import cross_entropy

from tlcourse.exercises import classroom
from tlcourse.exercises.verdicts import WRONG

inf = float("inf")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def kept_in_order(q, p, part=1):
    """The nucleus, not divided, at its places, and its sum; with part=0 without its last piece."""
    order = np.argsort(-q)
    kept = order[np.cumsum(q[order]) - part * q[order] < p]
    out = np.zeros_like(q)
    out[kept] = q[kept]
    return out, out.sum()


def tied(q, p):
    """Not divided: all that are as likely as the nucleus's last piece."""
    return np.where(q >= min(q[kept_in_order(q, p)[0] > 0]), q, 0)


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def taken(unit, order, budget, stop=False):
    """The places of the units that fit, as they are taken; with stop=True up to the first that does not."""
    hidden = []
    for u in order:
        places = [i for i, v in enumerate(unit) if v == u]
        if len(hidden) + len(places) <= budget:
            hidden += places
        elif stop:
            break
    return hidden


def front(scores, costs, pointless=lambda a, b, s, c: a >= s and b <= c and (a, b) != (s, c)):
    """The places on the Pareto front, ascending; `pointless`: does (a, b) make (s, c) so?"""
    points = list(zip(scores, costs, strict=True))
    return [i for i, one in enumerate(points) if not any(pointless(*other, *one) for other in points)]


def kept_out(scores):
    """For each task the system with the best mean over the others."""
    return [int(np.delete(scores, t, 0).mean(0).argmax()) for t in range(len(scores))]


def ends(values, low=2.5, high=97.5):
    return tuple(np.percentile(values, [low, high]))


def runs(text, n):
    words = text.lower().split()
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def shared(train, test, n, of=runs):
    known = set().union(*(of(text, n) for text in train))
    return [i for i, text in enumerate(test) if of(text, n) & known]


def rank(order):
    return list(permutations(range(len(order)))).index(tuple(int(i) for i in order))


def staged(n_tasks, n_steps, divided=None):
    """ERNIE 2.0's table of stages, its parts N / (T + 1), or divided by another number."""
    part = n_steps / (divided or n_tasks + 1)
    table = np.tril(np.full((n_tasks, n_tasks), part), -1)
    return table + np.diag(n_steps - table.sum(0))


def cut_where(values, new):
    """Places in lists; `new(list, place)` says whether a place begins another."""
    lists = [[]] if len(values) else []
    for place in range(len(values)):
        if lists[-1] and new(lists[-1], place):
            lists.append([])
        lists[-1].append(place)
    return lists


def parts_of(order, size):
    return [list(map(int, order[i : i + size])) for i in range(0, len(order), size)]


def real_mean(x, m):
    return (x * m[..., None]).sum(1) / m.sum(1, keepdim=True)


def real_max(x, m):
    return x.masked_fill(m[..., None] == 0, -inf).amax(1)


def side_by_side(a, b):
    return torch.cat([a, b], dim=-1)


def largest_of_rows(w):
    """(R,), 127 where a row is zero, so that its scale is 1."""
    found = abs(w).max(axis=1)
    return np.where(found > 0, found, 127.0)


def in_bytes(w, scale):
    return np.rint(w / np.reshape(scale, (-1, 1))).astype(np.int8), scale


# exercise → (answer, a word of what should be said)
LIKELY = {
    "start_here": {
        "soften": [
            (lambda s, t: np.exp(s) / np.exp(s).sum(), "temperature"),
            (lambda s, t: np.exp(s / t), "add up to 1"),
            (lambda s, t: np.exp(s / t) / np.exp(s / t).max(), "that same array"),
            (lambda s, t: np.exp(s / t) / np.exp(s / t).mean(), "that same array"),
            (lambda s, t: np.exp(s / t) / (s / t).sum(), "that same array"),
            (lambda s, t: np.exp(s / t) / np.exp(s).sum(), "without the temperature"),
            (lambda s, t: np.exp(s / t / np.exp(s / t).sum()), "bracket"),
            (lambda s, t: s / t / (s / t).sum(), "np.exp"),
            (lambda s, t: np.exp(s * t) / np.exp(s * t).sum(), "multiply"),
            (lambda s, t: torch.softmax(s / t, dim=0), "wants tensors"),
            (lambda s, t: math.exp(s / t) / sum(s), "array of many"),
            (lambda s, t: [math.exp(x / t) / sum(math.exp(y / t) for y in s) for x in s], "np.asarray"),
        ],
    },
    "what_is_transfer_learning": {
        "overtakes": [
            (0, "There is one"), (2, "counted from 0"), (25, "25"), (50, "one too early"),
            (0.72, "accuracy"), (100.5, "none of"), ("100", ""),
            (1000, "look at the interval"),
        ],
        "balanced_accuracy": [
            (lambda y, p: (y == p).mean(), "larger class"),
            (lambda y, p: (p[y == 1] == 1).mean(), "class 1 only"),
            (lambda y, p: (y[p == 0] == 0).mean() / 2 + (y[p == 1] == 1).mean() / 2, "precision"),
            (lambda y, p: (p[y == 0] == 0).mean() + (p[y == 1] == 1).mean(), "mean"),
            (lambda y, p: 100 * ((p[y == 0] == 0).mean() + (p[y == 1] == 1).mean()) / 2, "percentage"),
            (lambda y, p: (p[y == 0].mean() + p[y == 1].mean()) / 2, "share of ones"),
            (lambda y, p: (p[y == 0].mean() + 1 - p[y == 1].mean()) / 2, "wrong"),
            (lambda y, p: f1_score(y, p, average="macro"), "F1, averaged"),
            (lambda y, p: (p[y == 0] == 0).mean() ** 0.5 * p[y == 1].mean() ** 0.5, "geometric"),
        ],
        "transfer_gap": [
            (lambda s: s - np.diag(s), "sign"),
            (lambda s: np.diag(s)[:, None] - s, "row"),
            (lambda s: s.max(axis=0) - s, "best of the column"),
            (lambda s: np.diag(s) - s.mean(axis=0), "axis"),
            (lambda s: abs(np.diag(s) - s), "absolute"),
            (lambda s: (np.diag(s) - s) * 100, "percentage"),
            (lambda s: (np.diag(s) - s).T, "transposed"),
            (lambda s: s - np.diag(s)[:, None], "Two things"),
            (lambda s: 1 - s / np.diag(s), "relative"),
            (lambda s: s * np.eye(len(s)) - s, "0 beside them"),
            (lambda s: s.max(axis=1)[:, None] - s, "best of the row"),
        ],
        "mean_pool": [
            (lambda x, m: x.mean(dim=1), "padding"),
            (lambda x, m: (x * m[..., None]).mean(dim=1), "padded length"),
            (lambda x, m: (x * m).sum(dim=1), "axis"),
            (lambda x, m: (x * m[..., None]).sum(dim=1), "sum"),
            (lambda x, m: torch.stack([a[: n.sum()].mean(0) for a, n in zip(x, m, strict=True)]), "first n"),
            (lambda x, m: [a[n.bool()].mean(0) for a, n in zip(x, m, strict=True)], "torch.stack"),
            (lambda x, m: x[m.bool()].mean(dim=0), "axis"),
            (lambda x, m: np.mean(x * m, axis=1), ""),
            (lambda x, m: (x * m[..., None]).sum(1) / (m.sum(1, keepdim=True) + 1), "one too many"),
            (lambda x, m: torch.stack([a[b > 0][:-1].mean(0) for a, b in zip(x, m)]), "last real"),  # noqa: B905
            (lambda x, m: (x * ~m[..., None]).sum(1) / (~m).sum(1, keepdim=True), "`~1` is −2"),
        ],
        "labels_needed": [
            (lambda n, s, t: np.interp(t, s, n), "Two things"),
            (lambda n, s, t: inf if t > s[-1] else np.interp(t, s, n), "logarithm"),
            (lambda n, s, t: np.exp(np.interp(t, s, np.log(n))), "inf"),
            (lambda n, s, t: n[np.argmax(s >= t)] * 1.0, "next of `labels`"),
            (lambda n, s, t: inf if t > s[-1] else np.exp(np.interp(t, np.log(n), s)), "np.interp"),
            (lambda n, s, t: inf if s[-1] <= t else np.exp(np.interp(t, s, np.log(n))), "last score itself"),
            (lambda n, s, t: inf if t > s[-1] else np.interp(t, s, np.log(n)), "np.exp"),
            (lambda n, s, t: inf if t < s[0] or t > s[-1] else np.exp(np.interp(t, s, np.log(n))), "[0]"),
            (lambda n, s, t: inf if t > s[-1] else 1.0 * max([25, *n[s <= t]]), "`labels` before"),
            (lambda n, s, t: inf if t > s[-1] else 1.0 * max([25, *n[s < t]]), "`labels` before"),
            (lambda n, s, t: np.interp(t, s, np.log(n)), "np.exp"),
            (lambda n, s, t: None if t > s[-1] else np.interp(t, s, n), "over the labels themselves"),
            (lambda n, s, t: interp1d(s, n, fill_value="extrapolate")(t), "over the labels themselves"),
            (lambda n, s, t: inf if t > s[-1] else 1.0 * n[abs(s - t).argmin()], "nearest"),
            (lambda n, s, t: float(np.exp(interp1d(s, np.log(n), fill_value="extrapolate")(t))), "go on"),
        ],
    },
    "transfer_in_vision": {
        "classifier_size": [(5120, "bias"), (5123, "one too few"), (4, "classes"),
                      (1281000, "ImageNet"), (2562, "two classes"), (417284, "the head learn"),
                      (1022724, "upper depths"), (2675364, "upper depths"), (1281, "one score")],
        "normalise": [
            (lambda x: (x - 0.5) / 0.5, ""),
            (lambda x: np.repeat((x[:, None] - 127.5) / 0.5, 3, axis=1), "255 times"),
            (lambda x: (x / 255 - 0.5) / 0.5, "axis"),
            (lambda x: np.stack([(x / 255 - 0.5) / 0.5] * 3), "np.stack"),
            (lambda x: np.stack([(x / 255 - 0.5) / 0.5] * 3, axis=-1), "np.stack"),
            (lambda x: np.stack([(x / 255 - x.mean()) / 0.5] * 3, axis=1), "this batch"),
            (lambda x: np.stack([(x / x.max() - 0.5) / 0.5] * 3, axis=1), "brightest"),
            (lambda x: np.stack([x // 255 * 2.0 - 1] * 3, axis=1), "whole numbers"),
            (lambda x: np.stack([(x * 2 - 255) / 255] * 3, axis=1), "uint8"),
            (lambda x: np.repeat((x[:, None] / 256 - 0.5) / 0.5, 3, axis=1), "× the right one"),
            (lambda x: np.repeat(x[:, None] / 255, 3, axis=1), "0 to 1"),
        ],
        "batch_norm": [
            (lambda x, m, v, a, b: a * (x - m) / np.sqrt(v + 1e-3) + b, "shapes"),
            (lambda x, m, v, a, b: bn(x, x.mean((0, 2, 3)), x.var((0, 2, 3)), a, b), "training mode"),
            (lambda x, m, v, a, b: bn(x, m, v, a, b, eps=1e-5), "1e-5"),
            (lambda x, m, v, a, b: bn(x, m, v, a, b, eps=0.0), "ε is missing"),
            (lambda x, m, v, a, b: bn(x, m, (v + 1e-3) ** 2, a, b, eps=0.0), "by the variance"),
            (lambda x, m, v, a, b: bn(x, m, v, b, a), "changed places"),
            (lambda x, m, v, a, b: bn(x, m, v, a, b * 0), "shift"),
        ],
        "layer_rates": [
            (lambda r, n, f: [r / f**i for i in range(n)], "order"),
            (lambda r, n, f: [r * f**i for i in range(n)], "top"),
            (lambda r, n, f: [r / f ** (n - i) for i in range(n)], "one step too low"),
            (lambda r, n, f: [r - i * f for i in range(n)][::-1], "subtract"),
            (lambda r, n, f: [r / f**i for i in range(n - 1, 0, -1)], "one too few"),
            (lambda r, n, f: [r / f] * n, "the same"),
        ],
        "recall_at_precision": [
            (lambda p, y, t: ((p >= t) & (y == 1)).sum() / y.sum(), "threshold"),
            (lambda p, y, t: ((p >= 0.5) & (y == 1)).sum() / y.sum(), "0.5"),
            (lambda p, y, t: max(y[p >= c].mean() for c in p if y[p >= c].mean() >= t), "nothing to choose"),
            (
                lambda p, y, t: max(
                    [k for n in range(1, len(y) + 1) for k in [y[np.argsort(-p, kind="stable")][:n]]
                     if k.mean() >= t], key=len, default=y[:0]).sum() / y.sum(),
                "share a score",
            ),
            (lambda p, y, t: max(y[p >= c].sum() / y.sum() if (p >= c).any() and y[p >= c].mean() >= t else 0
                                 for c in np.arange(0, 1.001, 0.01)), "fixed grid"),
            (lambda p, y, t: max(y[p >= c].sum() / y.sum() if y[p >= c].mean() >= t else 0
                                 for c in np.unique(p.round(2)) if c <= p.max()), "fixed grid"),
            (lambda p, y, t: min([c for c in p if y[p >= c].mean() >= t], default=0), "return the threshold"),
            (lambda p, y, t: max([y[p >= c].sum() / len(y) for c in p if y[p >= c].mean() >= t], default=0),
             "all cells"),
            (lambda p, y, t: max([y[p >= c].sum() / y.sum() for c in p if ((p >= c) == y).mean() >= t],
                                 default=0), "accuracy"),
            (lambda p, y, t: max([y[p >= c].mean() for c in p if y[p >= c].sum() / y.sum() >= t]), "places"),
            (
                lambda p, y, t: max([y[p >= c].sum() for c in p if y[p >= c].mean() >= t], default=0),
                "too large",
            ),
        ],
    },
    "static_word_vectors": {
        "keep_probability": [
            (lambda f, t: np.sqrt(t / f), "larger than 1"),
            (lambda f, t: 1 - np.sqrt(t / f), "discard"),
            (lambda f, t: np.clip(1 - np.sqrt(t / f), 0, 1), "discarded"),
            (lambda f, t: np.minimum(1, t / f), "root"),
            (lambda f, t: min(1, np.sqrt(t / f)), "value by value"),
            (lambda f, t: np.minimum(1, np.sqrt(t / f) + t / f), "as it was run"),
        ],
        "negative_sampling_loss": [
            (lambda c, o, n: np.log(sigmoid(o @ c)) + np.log(sigmoid(-n @ c)).sum(), "objective"),
            (lambda c, o, n: -np.log(sigmoid(o @ c)) - np.log(sigmoid(n @ c)).sum(), "minus inside"),
            (lambda c, o, n: -np.log(sigmoid(o @ c)) - np.log(sigmoid(-n @ c)), "sum"),
            (lambda c, o, n: -np.log(sigmoid(o @ c)) - np.log(sigmoid(-n @ c)).mean(), "average"),
            (lambda c, o, n: -np.log(sigmoid(o @ c)) - np.log(sigmoid(-c @ n)).sum(), "matrix product"),
            (lambda c, o, n: -np.log(sigmoid(o @ c)) - np.log(sigmoid(-n @ o)).sum(), "against `context`"),
            (lambda c, o, n: -np.log(sigmoid(o @ c)) - np.log(sigmoid(-n @ c).sum()), "first the log"),
            (lambda c, o, n: -np.log(sigmoid(o * c)) - np.log(sigmoid(-n @ c)).sum(), ""),
        ],
        "ngrams": [
            (lambda w, a, b: {w[i : i + n] for n in range(a, b + 1) for i in range(len(w) - n + 1)}, "marks"),
            (lambda w, a, b: grams(f"<{w}>", a, b - 1), "longest"),
            (lambda w, a, b: grams(f"<{w}>", a, b) - {f"<{w}>"}, "marked word itself"),
            (lambda w, a, b: grams(f"<{w.lower()}>", a, b), "lower case"),
            (lambda w, a, b: list(grams(f"<{w}>", a, b)), "set"),
            (lambda w, a, b: {tuple(g) for g in grams(f"<{w}>", a, b)}, "tuple of letters"),
            (
                lambda w, a, b: {f"<{w}>"[i : i + n] for n in range(a, b + 1) for i in range(len(w) - n + 1)},
                "some are missing",
            ),
            (lambda w, a, b: grams(f"<{w}>", a, b) | {f"<{w}>"}, "do not belong"),
        ],
        "shifted_ppmi": [
            (lambda c, k: np.maximum(pmi(c), 0), "k has no effect"),
            (lambda c, k: np.maximum(pmi(c) - k, 0), "log k, not k"),
            (lambda c, k: np.maximum(pmi(c), 0) - np.log(k), "afterwards"),
            (lambda c, k: pmi(c) - np.log(k), "−∞"),
            (lambda c, k: np.maximum(pmi(c.T) - np.log(k), 0), "transposed"),
            (lambda c, k: np.maximum(np.log(c * c.sum() / (c.sum(0) * c.sum(1))) - np.log(k), 0), "np.outer"),
            (lambda c, k: np.maximum(np.log2(np.exp(pmi(c))) - np.log2(k), 0), "base 2"),
        ],
        "solve_analogy": [
            (lambda v, a, b, c: int(add3(v, a, b, c).argmax()), "ruled out"),
            (lambda v, a, b, c: best(v @ (v[b] - v[a] + v[c]), a, b, c), "length 1"),
            (lambda v, a, b, c: best(add3(v, b, a, c), a, b, c), "turned round"),
            (lambda v, a, b, c: best(add3(v, a, b, c), b, c), "`a` itself"),
            (lambda v, a, b, c: add3(v, a, b, c), "One number"),
            (lambda v, a, b, c: best(unit(v) @ (v[b] - v[a] + v[c]), a, b, c), "raw vectors"),
            (lambda v, a, b, c: v[best(add3(v, a, b, c), a, b, c)], "*number*"),
            (lambda v, a, b, c: int(np.delete(add3(v, a, b, c), [a, b, c]).argmax()), "another row"),
            (lambda v, a, b, c: best(v @ (unit(v)[b] - unit(v)[a] + unit(v)[c]), a, b, c), "candidates"),
        ],
    },
    "sequences_and_attention": {
        "causal_mask": [
            (lambda n: torch.ones(n, n).tril(), "True/False"),
            (lambda n: torch.ones(n, n, dtype=torch.bool).triu(), "future"),
            (lambda n: torch.ones(n, n, dtype=torch.bool).triu(1), "PyTorch"),
            (lambda n: torch.ones(n, n, dtype=torch.bool).tril(-1), "diagonal"),
            (lambda n: np.tril(np.ones((n, n), dtype=bool)), "torch"),
            (lambda n: torch.full((n, n), -inf).triu(1), "where is yours 0"),
        ],
        "masked_softmax": [
            (lambda s, m: s.softmax(-1) * m, "after the softmax"),
            (lambda s, m: s.masked_fill(m, -inf).softmax(-1), "wrong way round"),
            (lambda s, m: s.masked_fill(~m, 0).softmax(-1), "exp(0)"),
            (lambda s, m: s.masked_fill(~m, -inf).softmax(0), "columns"),
            (lambda s, m: (s + m.float() * -1e9).softmax(-1), "wrong way round"),
            (lambda s, m: s.masked_fill_(~m, -inf).softmax(-1), "in place"),
            (lambda s, m: s.masked_fill(-m, -inf).softmax(-1), "bool"),
            *((lambda s, m, x=x: s.masked_fill(~m, x).softmax(-1), "can be lower") for x in (-20, -50, -100)),
            (lambda s, m: s.exp() * m / (s.exp() * m).sum(-1, keepdim=True), "infinite"),
        ],
        "scaled_dot_product": [
            (lambda q, k, v: (q @ k.T).softmax(-1) @ v, "not divided"),
            (lambda q, k, v: (q @ k / math.sqrt(q.shape[-1])).softmax(-1) @ v, "transpose"),
            (lambda q, k, v: (q @ k.T / q.shape[-1]).softmax(-1) @ v, "divide by √D"),
            (lambda q, k, v: (q @ k.T / math.sqrt(len(q))).softmax(-1) @ v, "how many queries"),
            (lambda q, k, v: (q @ k.T / math.sqrt(q.shape[-1])).softmax(0) @ v, "over the queries"),
            (lambda q, k, v: (q @ k.T / math.sqrt(v.shape[-1])).softmax(-1) @ v, "value's length"),
        ],
        "split_heads": [
            (lambda x, h: x.view(h, len(x), -1), "mixed up"),
            (lambda x, h: x.view(len(x), h, -1), "front"),
            (lambda x, h: x.view(len(x), -1, h).permute(2, 0, 1), "one run"),
            (lambda x, h: x.chunk(h, dim=-1), "torch.stack"),
            (lambda x, h: list(x.split(x.shape[1] // h, dim=-1)), "torch.stack"),
            (lambda x, h: torch.stack(x.chunk(h, dim=0)), ""),
            (lambda x, h: x.view(len(x), h, -1).transpose(1, 2), "last two axes"),
        ],
        "beam_step": [
            (lambda t, p: (torch.arange(len(t)), p.argmax(-1)), "its own best"),
            (lambda t, p: places((t[:, None] + p).flatten().topk(len(t)).indices, p)[::-1], "swapped"),
            (lambda t, p: places(p.flatten().topk(len(t)).indices, p), "total"),
            (lambda t, p: places((t + p).flatten().topk(len(t)).indices, p), "axis"),
            (lambda t, p: places((t[:, None] + p.exp()).flatten().topk(len(t)).indices, p), "probability"),
            (lambda t, p: (t[:, None] + p).flatten().topk(len(t)).indices, "tuple"),
            (lambda t, p: places((t.exp()[:, None] + p.exp()).flatten().topk(len(t)).indices, p), "multiply"),
            (lambda t, p: places((t[:, None] * p).flatten().topk(len(t)).indices, p), "add"),
        ],
    },
    "elmo": {
        "spell": [
            (lambda w, r: [257, *(ord(c) + 1 for c in w), 258] + [0] * (r - len(w) - 2), "bytes"),
            (lambda w, r: [257, *w.encode(), 258] + [0] * (r - len(w.encode()) - 2), "shifted"),
            (lambda w, r: [257, *(b + 1 for b in w.encode()), 258], "zeros"),
            (lambda w, r: [b + 1 for b in w.encode()] + [0] * (r - len(w.encode())), "marks"),
            (lambda w, r: [257, *(b + 1 for b in w.encode()), 258] + [0] * (r - len(w) - 2), "two bytes"),
        ],
        "bilm_loss": [
            (lambda f, b, w: -f[range(len(w) - 1), w[1:]].sum(), "one direction"),
            (lambda f, b, w: -f[range(len(w)), w].sum() - b[range(len(w)), w].sum(), "read word k"),
            (lambda f, b, w: (f[range(len(w) - 1), w[1:]] + b[range(1, len(w)), w[:-1]]).sum(), "sign"),
            (lambda f, b, w: -(f[range(len(w) - 1), w[1:]] + b[range(1, len(w)), w[:-1]]).mean(), "sum"),
            (lambda f, b, w: -sum(f[k, w[k + 1]] + b[k, w[k - 1]] for k in range(len(w) - 1)), "last word"),
            (lambda f, b, w: -(f[:-1, w[1:]].sum() + b[1:, w[:-1]].sum()), "every row"),
            (lambda f, b, w: -(f[range(len(w) - 1), w[1:]].log() + b[range(1, len(w)), w[:-1]].log()).sum(),
             "already"),
            (lambda f, b, w: -(f.softmax(1)[range(len(w) - 1), w[1:]]
                               + b.softmax(1)[range(1, len(w)), w[:-1]]).sum(), "add up probabilities"),
            (lambda f, b, w: -torch.cat([f[range(len(w) - 1), w[1:]], b[range(1, len(w)), w[:-1]]]).mean(),
             "sum"),
            (lambda f, b, w: -sum(f[k + 1, w[k + 1]] + b[k + 1, w[k]] for k in range(len(w) - 1)),
             "Forward is off by one"),
        ],
        "reverse_words": [
            (lambda x, n: x.flip(1), "padding"),
            (lambda x, n: x.flip(0), "batch"),
            (lambda x, n: x, "turned round"),
            (lambda x, n: torch.stack([r[:k].flip(0) for r, k in zip(x, n, strict=True)]), ""),
            (lambda x, n: torch.nn.utils.rnn.pad_sequence(
                [r[:k].flip(0) for r, k in zip(x, n, strict=True)], batch_first=True), "not be 0"),
            (lambda x, n: x[:, ::-1], "flip"),
        ],
        "scalar_mix": [
            (lambda h, w, g: g * (w[:, None, None] * h).sum(0), "softmax"),
            (lambda h, w, g: (w.softmax(0)[:, None, None] * h).sum(0), "γ"),
            (lambda h, w, g: g * h.mean(0), "mean"),
            (lambda h, w, g: g * w.softmax(0)[:, None, None] * h, "summed"),
            (lambda h, w, g: g * h[-1], "top layer"),
            (lambda h, w, g: g * (w.softmax(0)[1:, None, None] * h[1:]).sum(0), "token layer"),
            (lambda h, w, g: g * (w[1:].softmax(0)[:, None, None] * h[1:]).sum(0), "token layer"),
        ],
        "nearest_use": [
            (lambda h, i: int((unit(h) @ unit(h)[i]).argmax()), "itself"),
            (lambda h, i: int((unit(h) @ unit(h)[i]).argmin()), "least like"),
            (lambda h, i: int(np.argsort(-(h @ h[i]))[1]), ""),
            (lambda h, i: int(np.argsort((u := h / np.linalg.norm(h)) @ u[i])[::-1][1]), "not all by one"),
            (lambda h, i: int(np.argsort(unit(h) @ unit(h)[i])[1]), "goes up"),
            (lambda h, i: int(np.delete(unit(h) @ unit(h)[i], i).argmax()), "deleted"),
            (lambda h, i: int(np.abs((unit(h) @ unit(h)[i]) * (np.arange(len(h)) != i)).argmax()), "in size"),
            (lambda h, i: int(((unit(h) @ unit(h)[i]) * (np.arange(len(h)) != i)).argmax()), "below 0"),
        ],
    },
    "openai_gpt": {
        "next_piece_loss": [
            (lambda x, i, m: cross_entropy(x[m.bool()], i[m.bool()]), "Shift by one"),
            (lambda x, i, m: cross_entropy(x[:, :-1].flatten(0, 1), i[:, 1:].flatten()), "Padding"),
            (lambda x, i, m: cross_entropy(x[:, :-1].transpose(1, 2), i[:, 1:]), "Padding"),
            (lambda x, i, m: cross_entropy(x[:, :-1][m[:, :-1].bool()], i[:, 1:][m[:, :-1].bool()]),
             "that is predicted"),
            (lambda x, i, m: -cross_entropy(x[:, :-1][m[:, 1:].bool()], i[:, 1:][m[:, 1:].bool()]), "sign"),
            (lambda x, i, m: cross_entropy(x[:, :-1][m[:, 1:].bool()].softmax(-1), i[:, 1:][m[:, 1:].bool()]),
             "done twice"),
        ],
        "nucleus": [
            (lambda q, p: np.where(q >= 1 - p, q, 0) / np.where(q >= 1 - p, q, 0).sum(), "together"),
            (lambda q, p: np.where(q > 1 - p, q, 0) / max(np.where(q > 1 - p, q, 0).sum(), 1e-9), "together"),
            (lambda q, p: (k := np.argsort(np.argsort(-q)) < round(p * len(q))) * q / q[k].sum(), "top-k"),
            (lambda q, p: tied(q, p) / tied(q, p).sum(), "the fewest"),
            (lambda q, p: np.where(np.cumsum(q) <= p, q, 0), ""),
            (lambda q, p: kept_in_order(q, p, part=0)[0] / kept_in_order(q, p, part=0)[1], "is missing"),
            (lambda q, p: kept_in_order(q, p)[0], "add up to 1"),
            (lambda q, p: np.sort(kept_in_order(q, p)[0])[::-1] / kept_in_order(q, p)[1], "sorted"),
            (lambda q, p: kept_in_order(q, p)[0] / p, "its own sum"),
            (lambda q, p: (kept_in_order(q, p)[0] > 0) / (kept_in_order(q, p)[0] > 0).sum(), "proportions"),
        ],
        "both_orders": [
            (lambda a, b, s, d, e: [[s, *a, d, *b, e]], "two sequences"),
            (lambda a, b, s, d, e: [[s, *a, *b, e], [s, *b, *a, e]], "delimiter is missing"),
            (lambda a, b, s, d, e: [[s, *a, d, *b, e], [s, *a, d, *b, e]], "exchange"),
            (lambda a, b, s, d, e: [[s, *a, d, *b, e], [e, *b[::-1], d, *a[::-1], s]], ""),
            (lambda a, b, s, d, e: [[s, *a, e], [s, *b, e]], "alone"),
            (lambda a, b, s, d, e: [[s, a, d, b, e], [s, b, d, a, e]], "*first"),
            (lambda a, b, s, d, e: [s, *a, d, *b, e], "both ways"),
            (lambda a, b, s, d, e: [[s, *a, d, *b, e], [e, *b, d, *a, s]], "changed places"),
            (lambda a, b, s, d, e: [s, *a, d, *b, e, s, *b, d, *a, e], "list of two"),
        ],
        "best_answer": [
            (lambda lp, c, n: int(np.argmax([r[c:k].sum() for r, k in zip(lp, n, strict=True)])), "the mean"),
            (lambda lp, c, n: int(np.argmax(lp[:, c:].mean(axis=1))), "Padding"),
            (lambda lp, c, n: int(np.argmax([r[:k].mean() for r, k in zip(lp, n, strict=True)])), "context"),
            (lambda lp, c, n: int(np.argmin([r[c:k].mean() for r, k in zip(lp, n, strict=True)])), "argmax"),
            (lambda lp, c, n: int(np.argmax([r[c + 1 : k].mean() for r, k in zip(lp, n, strict=True)])),
             "first piece"),
            (lambda lp, c, n: [r[c:k].mean() for r, k in zip(lp, n, strict=True)], ""),
            (lambda lp, c, n: int(np.argmax([r[c:k].sum() / k for r, k in zip(lp, n, strict=True)])),
             "counts the context"),
            (lambda lp, c, n: int(np.argmax([r[c : c + k].mean() for r, k in zip(lp, n, strict=True)])),
             "together"),
        ],
    },
    "bert": {
        "best_pair": [
            (lambda w: max((p := counted(w)[1]), key=lambda k: p[k]), "most frequent"),
            (lambda w: likeliest([(x, 1) for x, _ in w]), "as often as it occurs"),
            (lambda w: likeliest(w)[::-1], "turned round"),
            (lambda w: "".join(likeliest(w)).replace("##", ""), ""),
            (lambda w: likeliest(w, lambda both, a, b: both / a * b), "brackets"),
            (lambda w: likeliest(w, lambda both, a, b: both / (a + b)), "product"),
            (lambda w: "".join(likeliest(w)), "apart"),
            (lambda w: tuple(p.replace("##", "") for p in likeliest(w)), "keep their"),
        ],
        "wordpiece": [
            (lambda w, v: cut(w, v, inside=""), "`##`"),
            (lambda w, v: cut(w, v, longest=False), "shortest"),
            (lambda w, v: cut(w, v, unknown=None), "whole word"),
            (lambda w, v: [p.removeprefix("##") for p in cut(w, v)], "keep their"),
            (lambda w, v: cut(w, v)[:1], "first piece"),
            (lambda w, v: "[UNK]" if (found := cut(w, v)) == ["[UNK]"] else found, "a string"),
        ],
        "reach": [
            (lambda m, n: m, "one layer"),
            (lambda m, n: m.float() ** n > 0, "matrix product"),
            (lambda m, n: torch.linalg.matrix_power(m.double(), n), "numbers of ways"),
            (lambda m, n: torch.linalg.matrix_power(m.double(), n).T > 0, "swapped"),
            (lambda m, n: torch.linalg.matrix_power(m.double() + torch.eye(len(m)), n) > 0, "itself"),
        ],
        "corrupt": [
            (lambda i, c, f, o: np.where(c, 4, i), "below 0.8"),
            (lambda i, c, f, o: np.where(c & (f < 0.8), 4, i), "`others`"),
            (lambda i, c, f, o: np.where(f < 0.8, 4, np.where(f < 0.9, o, i)), "`chosen`"),
            (lambda i, c, f, o: np.where(c & (f < 0.8), 4, np.where(c, o, i)), "stays"),
            (lambda i, c, f, o: np.where(c & (f < 0.8), o, np.where(c & (f < 0.9), 4, i)), "swapped"),
        ],
        "masked_loss": [
            (lambda p, i, c: -p[range(len(i)), i].mean(), "Every place"),
            (lambda p, i, c: -p[range(len(i)), i][c].sum(), "mean"),
            (lambda p, i, c: p[range(len(i)), i][c].mean(), "sign"),
            (lambda p, i, c: -(p[range(len(i)), i] * c).mean(), "number of chosen"),
            (lambda p, i, c: torch.nn.functional.nll_loss(p, i), "Every place"),
            (lambda p, i, c: -torch.log(p[range(len(i)), i][c]).mean(), "already"),
            (lambda p, i, c: -p[c].max(1).values.mean(), "likeliest piece"),
        ],
    },
    "state_of_the_art_and_after": {
        "pareto_front": [
            (lambda s, c: front(s, c, lambda a, b, s, c: a > s and b < c), "one of them strict"),
            (lambda s, c: front(s, c, lambda a, b, s, c: a >= s and b <= c), "itself"),
            (lambda s, c: front(s, c, lambda a, b, s, c: a > s or b < c), "Both have to hold"),
            (lambda s, c: [int(np.argmax(s))], "several"),
            (lambda s, c: sorted(front(s, c), key=lambda i: c[i]), "from the lowest up"),
            (lambda s, c: [s[i] for i in front(s, c)], "At which places"),
        ],
        "regrets": [
            (lambda s: s.max(1) - s[:, s.mean(0).argmax()], "leave its row out"),
            (lambda s: s[range(len(s)), kept_out(s)], "How far"),
            (lambda s: np.array(kept_out(s)), "How far"),
            (lambda s: s.max(1) - s.max(1), "no regret"),
            (lambda s: np.mean(s.max(1) - s[range(len(s)), kept_out(s)]), "one for each task"),
            (lambda s: s.max(1) - s[range(len(s)), kept_out(s.argsort(1).argsort(1))], "by ranks"),
        ],
        "paired_bootstrap": [
            (lambda a, b, d: ends(a[d].mean(1) - b[d].mean(1), 5, 95), "2.5"),
            (lambda a, b, d: ends(a[d].mean(0) - b[d].mean(0)), "texts of a draw"),
            (lambda a, b, d: ends(b[d].mean(1) - a[d].mean(1)), "other way round"),
            (lambda a, b, d: ends(a[d].mean(1) - b[d].mean(1), 0.025, 0.975), "percent"),
            (lambda a, b, d: ends(a[d].mean(1)), "difference"),
            (lambda a, b, d: ends(a[d].mean(1) - b[d[::-1]].mean(1)), "*paired*"),
            (lambda a, b, d: ends(a[d].mean(1) - b.mean()), "the other on drawn ones"),
        ],
        "expected_best": [
            (lambda s, k: max(s), "only k"),
            (lambda s, k: np.mean(s), "best of k"),
            (lambda s, k: max(s[:k]), "any k"),
            (lambda s, k: np.mean([max(some) for some in product(s, repeat=k)]), "twice"),
            (lambda s, k: np.mean(sorted(s)[-k:]), "k best"),
            (lambda s, k: sum(max(some) for some in combinations(s, k)), "comb(N, k)"),
        ],
        "leaked": [
            (lambda train, test, n: [i for i, t in enumerate(test) if t in train], "whole texts"),
            (lambda train, test, n: shared([" ".join(train)], test, n), "from one text into the next"),
            (lambda train, test, n: [test[i] for i in shared(train, test, n)], "which places"),
            (lambda train, test, n: shared(train, test, n + 1), "too long"),
            (lambda train, test, n: shared(test, train, n), "which of the test texts"),
            (lambda train, test, n: [], "You find none"),
            (lambda train, test, n: shared(train, test, 3), "always 3 words"),
        ],
    },
    "ernie": {
        "whole_units": [
            (lambda u, o, b: sorted(taken(u, o, 99)[:b]), "whole or not at all"),
            (lambda u, o, b: [i for i, v in enumerate(u) if v in o[:b]], "not units"),
            (lambda u, o, b: sorted(u.index(v) for v in o[:b]), "One piece of each"),
            (lambda u, o, b: taken(u, o, b), "put them in order"),
            (lambda u, o, b: sorted(taken(u, o, b, stop=True)), "You stop at the first"),
            (lambda u, o, b: sorted(taken(u, o, b - 1)), "met exactly"),
            (lambda u, o, b: sorted(taken(u, sorted(o), b)), "order of `order`"),
        ],
        "capital_labels": [
            (lambda w, n: [int(x[0].isupper()) for x in w], "one label for each word"),
            (lambda w, n: [y for x, k in zip(w, n, strict=True) for y in k * [x.isupper()]], "all letters"),
            (lambda w, n: [int(x.istitle()) for x, k in zip(w, n, strict=True) for _ in range(k)], "BBC"),
            (lambda w, n: [int(x != x.lower()) for x, k in zip(w, n, strict=True) for _ in range(k)], "eBay"),
            (lambda w, n: [[int(x[0].isupper())] * k for x, k in zip(w, n, strict=True)], "one long list"),
        ],
        "recurs": [
            (lambda p, a, b: [int(x in p) for x in p[a:b]], "found in itself"),
            (lambda p, a, b: [int(p.count(x) > 1) for x in p[a:b]], "look outside it"),
            (lambda p, a, b: [int(x in p[:a]) for x in p[a:b]], "behind it, too"),
            (lambda p, a, b: [int(x in p[b:]) for x in p[a:b]], "before it, too"),
            (lambda p, a, b: [int(x not in p[:a] + p[b:]) for x in p[a:b]], "other way round"),
            (lambda p, a, b: np.isin(p[a:b], p).astype(int), "found in itself"),
            (lambda p, a, b: np.isin(p[a:b], p[:a] + p[b:]), "True and False"),
        ],
        "order_class": [
            (lambda o: list(permutations(range(len(o)))).index(tuple(o)), "those of fewer come before"),
            (lambda o: list(permutations(range(len(o)))).index(o), "tuple"),
            (lambda o: sum(math.factorial(n) for n in range(1, len(o) + 1)), "how many classes"),
            (lambda o: sum(math.factorial(n) for n in range(1, len(o))), "first class of so many"),
            (lambda o: sum(map(math.factorial, range(len(o)))) + rank(o), "0! = 1"),
            (lambda o: sum(map(math.factorial, range(1, len(o)))) + rank(np.argsort(o)), "where each"),
        ],
        "steps_by_stage": [
            (lambda t, n: np.eye(t) * n, "one after the other"),
            (lambda t, n: np.full((t, t), n / t), "all at once"),
            (lambda t, n: np.tril(np.full((t, t), n / (t + 1))), "what is left"),
            (lambda t, n: staged(t, n).T, "swapped"),
            (lambda t, n: staged(t, n) / n, "shares of N"),
            (lambda t, n: staged(t, n, t), "divide by T:"),
        ],
    },
    "probing_for_structure": {
        "tree_distances": [
            (lambda h: abs(np.arange(len(h))[:, None] - np.arange(len(h))), "in the sentence"),
            (lambda h: np.eye(len(h), dtype=int)[h] * 1.0 * (h >= 0)[:, None], "no more"),
            (lambda h: floyd(h, order="ijk"), "outermost"),
            (lambda h: floyd(h, far=999, order="ijk"), "outermost"),
            (lambda h: floyd(h, far=0), "begin with more"),
            (lambda h: floyd(h, start=None), "0 edges from itself"),
            (lambda h: floyd(h, is_head=lambda head: True), "last word"),
            (lambda h: floyd(h, is_head=lambda head: head > 0), "over word 0"),
            (lambda h: floyd(h, is_head=bool), "`if head`"),
            (lambda h: by_ways(h, lambda a, b: len(a) + len(b) - 2), "through the root"),
            (lambda h: by_ways(h, lambda a, b: len({*a} | {*b})), "`^`"),
            (lambda h: by_ways(h, lambda a, b: len({*a} - {*b})), "second word's"),
            (lambda h: by_ways(h, lambda a, b: abs(len(a) - len(b))), "deeper"),
            (lambda h: by_ways(h, lambda a, b: len({*a[1:]} ^ {*b[1:]})), "word itself"),
            (lambda h: by_ways(h, lambda a, b: len({*a} ^ {*b}) + 1), "too large"),
            (lambda h: [len(way(h, i)) - 1 for i in range(len(h))], "axis"),
            (lambda h: [way(h, i) for i in range(h)], "`len(…)`"),
        ],
        "probe_distances": [
            (lambda x, B: torch.cdist(x @ B.T, x @ B.T), "root"),
            (lambda x, B: torch.cdist(x, x) ** 2, "B comes first"),
            (lambda x, B: (x @ B.T) @ (x @ B.T).T, "dot products"),
            (lambda x, B: torch.cdist(x @ B.T, x @ B.T, p=1), "absolute"),
            (lambda x, B: ((x @ B.T)[:, None] - x @ B.T).square().mean(-1), "mean"),
            (lambda x, B: ((x @ B.T)[:, None] - x @ B.T).square().sum(1), "shape"),
            (lambda x, B: (x @ B.T).square().sum(-1), "each *pair*"),
            (lambda x, B: torch.cdist(x @ B.T @ B, x @ B.T @ B) ** 2, "B transposed"),
            (lambda x, B: (B @ x).square().sum(-1), "matrix product"),
        ],
        "distance_loss": [
            (lambda p, g: torch.nn.functional.mse_loss(p, g), "square"),
            (lambda p, g: torch.nn.functional.l1_loss(p, g, reduction="sum"), "sum"),
            (lambda p, g: (p - g).abs().sum() / len(p), "number of words"),
            (lambda p, g: (p - g).mean(), "cancel"),
            (lambda p, g: (p - g).abs()[np.triu_indices(len(p), 1)].mean(), "diagonal"),
            (lambda p, g: (p.sqrt() - g).abs().mean(), "squared already"),
            (lambda p, g: (p - g).abs().mean(-1), "each word"),
        ],
        "uuas": [
            (lambda d, e: len({*nearest_pairs(d)[: len(e)]} & e) / len(e), "circle"),
            (lambda d, e: len(in_order(nearest_to_each(d)) & e) / len(e), "nearest one"),
            (lambda d, e: len({*enumerate(d.argmin(1).tolist())} & e) / len(e), "joined to itself"),
            (lambda d, e: len({*grown(d)} & e) / len(e), "(inside, new)"),
            (lambda d, e: len(in_order(grown(-d)) & e) / len(e), "*least*"),
            (lambda d, e: len(in_order(grown(d)) & e), "how many there are"),
            (lambda d, e: len(in_order(grown(d)) & e) / len(d), "one edge less"),
            (lambda d, e: len(in_order(grown(d, from_last=True)) & e) / len(e), "get a line"),
            (lambda d, e: len({p for p in nearest_pairs(d) if d[p] < 1.5} & e) / len(e), "about 1"),
            (lambda d, e: len({p for p in nearest_pairs(d) if round(d[p]) == 1} & e) / len(e), "rounds to 1"),
            (lambda d, e: len({(i, i + 1) for i in range(len(e))} & e) / len(e), "in the sentence"),
        ],
        "expected_layer": [
            (lambda s: np.average(range(len(s) - 1), weights=np.diff(s)), "One too low"),
            (lambda s: np.average(range(len(s)), weights=s), "*adds*"),
            (lambda s: np.average(range(len(s)), weights=np.diff(s, prepend=0)), "embeddings"),
            (lambda s: sum(k * (s[k] - s[k - 1]) for k in range(1, len(s))), "not divided"),
            (lambda s: sum(k * (s[k] - s[k - 1]) for k in range(1, len(s))) / s[-1], "embeddings"),
            (lambda s: sum(k * (s[k] - s[k - 1]) for k in range(1, len(s))) / s[-1] - s[0], "brackets"),
            (lambda s: np.average(range(1, len(s)), weights=np.diff(s).clip(0)), "below 0"),
            (lambda s: int(np.argmax(s)), "best score"),
            (lambda s: np.average(range(1, len(s)), weights=s[1:] - s[0]), "just below"),
        ],
    },
    "gpt2": {
        "join_pair": [
            (lambda p, q: "|".join(p).replace("|".join(q), "".join(q)).split("|"), "letters"),
            (lambda p, q: [a + b for a, b in pairwise(p) if (a, b) == q], "all other pieces"),
            (lambda p, q: "".join(p), "one text"),
            (lambda p, q: [x for x in p if x not in q], "gone"),
            (lambda p, q: p, "as it came in"),
        ],
        "bits_per_byte": [
            (lambda n, t: n.sum() / len(t.encode()), "ln 2"),
            (lambda n, t: n.mean() / math.log(2), "per piece"),
            (lambda n, t: n.sum() / math.log(2) / len(t), "per letter"),
            (lambda n, t: n.sum() * math.log(2) / len(t.encode()), "multiply"),
            (lambda n, t: np.log2(n).sum() / len(t.encode()), "already"),
        ],
        "next_size": [
            (lambda n, y, m: np.polyval(np.polyfit(n, y, 1), m), "straight line"),
            (lambda n, y, m: np.polyval(np.polyfit(np.log(n), np.log(y), 1), np.log(m)), "np.exp"),
            (lambda n, y, m: np.exp(np.polyval(np.polyfit(np.log(n), np.log(y), 1), m)), "its logarithm"),
            (lambda n, y, m: 10 ** np.polyval(np.polyfit(np.log(n), np.log(y), 1), np.log(m)), "two bases"),
            (lambda n, y, m: np.exp(np.interp(np.log(m), np.log(n), np.log(y))), "np.interp"),
        ],
        "shared_mask": [
            (lambda n, k: np.tri(n + sum(k), dtype=bool), "plain causal"),
            (lambda n, k: np.tri(n + sum(k)), ""),
            (lambda n, k: ~np.tri(n + sum(k), dtype=bool), "Turned round"),
            (lambda n, k: np.tri(n + max(k, default=0), dtype=bool), "shape"),
        ],
        "ranks": [
            (lambda x, i: (x[:-1] > x[range(len(i) - 1), i[1:]][:, None]).sum(1), "begin at 1"),
            (lambda x, i: 1 + (x > x[range(len(i)), i][:, None]).sum(1), "t + 1"),
            (lambda x, i: np.argsort(-x[:-1], axis=1)[range(len(i) - 1), i[1:]] + 1, "argsort"),
            (lambda x, i: 1 + (x[:-1] < x[range(len(i) - 1), i[1:]][:, None]).sum(1), "other end"),
            (lambda x, i: (x[:-1] >= x[range(len(i) - 1), i[1:]][:, None]).sum(1), "better rank"),
        ],
    },
    "to_tune_or_not_to_tune": {
        "first_pieces": [
            (lambda w: [i for i, n in enumerate(w) if n is not None], "several pieces"),
            (lambda w: [i for i, n in enumerate(w) if n], "counts as false"),
            (lambda w: [i for i in range(len(w)) if i == 0 or w[i] != w[i - 1]], "[CLS]"),
            (lambda w: [w.index(n) for n in set(w) - {None} if n], "first word"),
            (lambda w: sorted(set(w) - {None}), "words' numbers"),
            (lambda w: [n for n in w if n is not None], "words' numbers"),
            (lambda w: [i for i in range(1, len(w) - 1) if w[i] != w[i - 1]], "elsewhere"),
            (lambda w: [i for i, n in enumerate(w) if n is not None and n != w[i - 1]], "place 0"),
            (lambda w: [n is not None and n not in w[:i] for i, n in enumerate(w)], "yes or no"),
            (lambda w: np.array([n is not None and n not in w[:i] for i, n in enumerate(w)]), "yes or no"),
            (lambda w: np.array([i for i, n in enumerate(w) if n is not None and n not in w[:i]]), "tolist"),
        ],
        "concat_last_four": [
            (lambda h: h[-4:].sum(0), "sum"),
            (lambda h: torch.cat([*h[-4:]]), "one below the other"),
            (lambda h: torch.cat([*h[:4]], dim=-1), "first four"),
            (lambda h: torch.cat([*h[1:5]], dim=-1), "from the end"),
            (lambda h: h[-4:].reshape(h.shape[1], -1), "mixes words"),
            (lambda h: torch.cat([h[-1], h[-2], h[-3], h[-4]], dim=-1), "lowest first"),
            (lambda h: torch.cat([*h[-5:-1]], dim=-1), "last layer is missing"),
            (lambda h: torch.cat([*h[:, -4:]], dim=-1), "four words"),
            (lambda h: torch.stack([*h[-4:]]), "`cat`"),
            (lambda h: torch.stack([*h[-4:]], dim=1), "three axes"),
            (lambda h: torch.stack([*h[-4:]], dim=-1), "`cat`"),
        ],
        "entity_f1": [
            (lambda t, g: sum(a == b for a, b in zip(t, g, strict=True)) / len(t), "most words are O"),
            (lambda t, g: f1_score(t, g, average="micro"), "most words are O"),
            (lambda t, g: 100 * bio_f1(t, g), "percentage"),
            (lambda t, g: bio_f1(*([x[:2] for x in tags] for tags in (t, g))), "kind"),
            (lambda t, g: len(bio(t) & bio(g)) / max(1, len(bio(t))), "recall"),
            (lambda t, g: bio_f1_of_overlaps(t, g), "overlap"),
            (lambda t, g: bio_f1(t, g, found=up_to_the_next_o), "one of them"),
            (lambda t, g: bio_f1(t, g, found=ended_by_another), "goes to the end"),
            (lambda t, g: bio_f1(t, g, found=lambda x: {t[2:] for t in x if t[0] == "B"}), "where they"),
            (lambda t, g: bio_f1(t, g, found=lambda x: {one[1:] for one in bio(x)}), "where they stand"),
        ],
        "best_answer": [
            (lambda a, b, n: (int(a.argmax()), int(b.argmax())), "Choose the pair"),
            (lambda a, b, n: (i := int(a.argmax()), int(i + b[i : i + n].argmax())), "fix"),
            (lambda a, b, n: (i := int(a.argmax()), max(i, min(int(b.argmax()), i + n - 1))), "cut"),
            (lambda a, b, n: np.array(best_pair(a, b, n)), "tuple"),
            (lambda a, b, n: best_pair(a, b, len(a)), "too long"),
            (lambda a, b, n: best_pair(a, b, n, least=1), "one piece"),
            (lambda a, b, n: best_pair(a, b, n + 1), "One piece too long"),
            (lambda a, b, n: tuple(sorted((int(a.argmax()), int(b.argmax())))), "in order"),
            (lambda a, b, n: best_pair(a, np.where(b == b.max(), b, -inf), n), "best last piece"),
            (lambda a, b, n: best_above_zero(a, b, n), "starts at 0"),
        ],
        "choose_way": [
            (lambda s, t, b: max(s, key=lambda w: np.mean(s[w])), "longer than the budget"),
            (lambda s, t, b: min((w for w in s if t[w] <= b), key=t.get, default=None), "cheapest"),
            (lambda s, t, b: max([w for w in s if t[w] <= b], key=lambda w: max(s[w])), "luckiest"),
            (lambda s, t, b: max((w for w in s if t[w] < b), key=lambda w: np.mean(s[w]), default=None), "≤"),
            (lambda s, t, b: max((np.mean(s[w]) for w in s if t[w] <= b), default=None), "Which way"),
            (lambda s, t, b: max((w for w in s if t[w] <= b), key=s.get, default=None), "first seed"),
            (lambda s, t, b: max((w for w in s if t[w] <= b), key=lambda w: np.median(s[w]), default=None),
             "medians"),
            (lambda s, t, b: w if t[w := max(s, key=lambda w: np.mean(s[w]))] <= b else None, "afterwards"),
            (lambda s, t, b: max((w for w in s if t[w] <= b and np.mean(s[w]) > 0),
                                 key=lambda w: np.mean(s[w]), default=None), "starts at 0"),
        ],
    },
    "what_does_bert_look_at": {
        "word_attention": [
            (lambda w, k: pieces_of(k) @ w @ pieces_of(k).T, "on both sides"),
            (lambda w, k: pieces_of(k) @ w @ share_of(k).T, "changed places"),
            (lambda w, k: share_of(k) @ w @ share_of(k).T, "average on both"),
            (lambda w, k: (share_of(k) @ w @ pieces_of(k).T).T, "transposed"),
            (lambda w, k: w[np.diff(k, prepend=-1) > 0] @ pieces_of(k).T, "first piece"),
            (lambda w, k: w[np.diff(k, prepend=-1) > 0][:, np.diff(k, prepend=-1) > 0], "every piece"),
            (lambda w, k: (share_of(k) @ w @ pieces_of(k).T)[:-1, :-1], "one too few"),
            (lambda w, k: added_at_once(w, k) / np.bincount(k)[:, None], "np.add.at"),
            (lambda w, k: [[w[k == a][:, k == b].sum(1).mean() for b in set(k)] for a in set(k)], "asarray"),
        ],
        "most_attended": [
            (lambda b: b.argmax(axis=1), "itself most"),
            (lambda b: (b - np.eye(len(b))).argmax(axis=0), "its row"),
            (lambda b: b.argmax(axis=0), "Two things"),
            (lambda b: np.fill_diagonal(b, 0) or b.argmax(axis=1), "in place"),
            (lambda b: (b - np.diag(b)).argmax(axis=1), "a row of numbers"),
            (lambda b: b.argsort(axis=1)[:, -2], "second largest"),
            (lambda b: (b - np.eye(len(b))).max(axis=1), "the weights"),
            (lambda b: np.array([np.delete(row, i).argmax() for i, row in enumerate(b)]), "one too low"),
            (lambda b: (b - np.eye(len(b))).argmax(), "whole table"),
            (lambda b: (b * (1 - np.eye(len(b)))).argmax(axis=1), "0 is a weight"),
            (lambda b: (b - np.eye(len(b))).argmax(axis=1), "0 is a weight"),
        ],
        "best_offset": [
            (lambda h: offsets(h).count(1) / len(offsets(h)), "next word"),
            (lambda h: (h - np.arange(len(h)) == 1).mean(), "Two things"),
            (lambda h: max(Counter((h - np.arange(len(h))).tolist()).values()) / len(h), "for a place"),
            (lambda h: max(Counter(offsets(h)).values()) / len(h), "of the other words"),
            (lambda h: max(Counter(offsets(h)).values()), "divide"),
            (lambda h: Counter(offsets(h)).most_common(1)[0][0], "Which share"),
            (lambda h: Counter(offsets(h)).most_common(1)[0], "a tuple"),
            (lambda h: ((c := Counter(offsets(h)).most_common(1)[0])[0], c[1] / len(offsets(h))),
             "share alone"),
            (lambda h: max(Counter(map(abs, offsets(h))).values()) / len(offsets(h)), "sign"),
            (lambda h: max(offsets(h).count(k + 1) for k in range(9)) / len(offsets(h)), "the right alone"),
        ],
        "head_importance": [
            (lambda g: np.abs(g).mean(axis=0), "ℓ2"),
            (lambda g: unit(np.abs(g.mean(axis=0))), "cancel"),
            (lambda g: unit(g.mean(axis=0)), "before the mean"),
            (lambda g: unit(np.linalg.norm(g, axis=0)), "mean square"),
            (lambda g: np.abs(g).sum(0) / np.abs(g).sum(0).sum(1, keepdims=True), "ℓ1"),
            (lambda g: np.abs(g).mean(0) / np.linalg.norm(np.abs(g).mean(0)), "whole table"),
            (lambda g: np.abs(g).mean(0) / np.linalg.norm(np.abs(g).mean(0), axis=0), "each column"),
            (lambda g: np.abs(g).mean(0) / np.linalg.norm(np.abs(g).mean(0), axis=1), "don't go together"),
            (lambda g: unit(np.abs(g).mean(axis=2)), "axis 0"),
            (lambda g: unit(np.abs(g).mean(axis=1)), "axis 0"),
        ],
        "keep_best": [
            (lambda i, s: i >= np.quantile(i, 1 - s), "quantile"),
            (lambda i, s: i >= s, "share of the heads"),
            (lambda i, s: i >= np.sort(i, axis=None)[-int(s * i.size)], "round down"),
            (lambda i, s: i >= np.sort(i, axis=None)[-round(s * i.size)], "everything"),
            (lambda i, s: i > np.sort(i, axis=None)[-max(1, round(s * i.size))], "One too few"),
            (lambda i, s: i <= np.sort(i, axis=None)[max(1, round(s * i.size)) - 1], "least important"),
            (lambda i, s: np.stack([r >= np.sort(r)[-max(1, round(s * len(r)))] for r in i]), "each layer"),
            (lambda i, s: np.argsort(i, axis=None)[-max(1, round(s * i.size)) :], "places"),
            (lambda i, s: i.argsort(None).reshape(i.shape) >= i.size - max(1, round(s * i.size)), "rank"),
            (lambda i, s: i >= np.sort(i, axis=None)[-max(1, round(s * i.size))], "equally important"),
            (lambda i, s: i.argsort()[-max(1, round(s * i.size)) :], "axis=None"),
        ],
    },
    "geometry_of_bert": {
        "pythagorean": [
            (lambda p: np.eye(len(p)), "one too many"),
            (lambda p: edges_on_ways(p), "column of zeros"),
            (lambda p: edges_on_ways(p)[:, 1:], "first column"),
            (lambda p: edges_on_ways(p)[:, np.array(p) >= 0].tolist(), "np.asarray"),
            (lambda p: edges_on_ways(p)[:, np.array(p) >= 0].astype(int), "floating-point"),
            (lambda p: edges_on_ways(p).sum(axis=1), "depths"),
            (lambda p: edges_on_ways(p, most=1)[:, np.array(p) >= 0], "own edge alone"),
            (lambda p: edges_on_ways(p, most=2)[:, np.array(p) >= 0], "up one step"),
            (lambda p: np.zeros((len(p), len(p) - 1)), "nothing gets through"),
        ],
        "squared_distances": [
            (lambda x: np.linalg.norm(x[:, None] - x, axis=-1), "no root"),
            (lambda x: np.abs(x[:, None] - x).sum(-1), "absolute"),
            (lambda x: (x[:, None] - x).sum(-1) ** 2, "square each"),
            (lambda x: (x[:, None] - x) ** 2, "add them up"),
            (lambda x: ((x[:, None] - x) ** 2).sum(1), ""),
            (lambda x: ((x - x) ** 2).sum(-1), ""),
            (lambda x: x @ x.T, "subtract first"),
            (lambda x: (x**2).sum(1)[:, None] + (x**2).sum(1) - x @ x.T, "the 2 is missing"),
            (lambda x: [[((a - b) ** 2).sum() for b in x] for a in x], "np.asarray"),
        ],
        "first_sense": [
            (lambda a, b: (b == np.bincount(b).argmax()).mean(), "not known"),
            (lambda a, b: (a == np.bincount(a).argmax()).mean(), "in training"),
            (lambda a, b: (b == np.bincount(a).max()).mean(), "which it is"),
            (lambda a, b: (b == 0).mean(), "is no number"),
            (lambda a, b: (b == a[0]).mean(), "first use"),
            (lambda a, b: np.bincount(a).argmax(), "That is the sense"),
            (lambda a, b: (b == np.bincount(a).argmax()).sum(), "how many it gets right"),
            (lambda a, b: b == np.bincount(a).argmax(), "a sum, a mean"),
            (lambda a, b: 100 * (b == np.bincount(a).argmax()).mean(), "percentage"),
            (lambda a, b: f1_score(b, b * 0 + np.bincount(a).argmax(), average="macro"), "averaged"),
        ],
        "nearest_centroid": [
            (lambda s, c: (s @ c.T).argmax(axis=1), "by its length"),
            (lambda s, c: ((s[:, None] - c) ** 2).sum(-1).argmin(axis=1), "Euclidean"),
            (lambda s, c: (unit(s) @ c.T).argmax(axis=1), "by its length"),
            (lambda s, c: (unit(s) @ unit(c).T).argmin(axis=1), "farthest"),
            (lambda s, c: (unit(s) @ unit(c).T).argmax(axis=0), "for each state"),
            (lambda s, c: (unit(s) @ unit(c).T).max(axis=1), "`argmax`"),
            (lambda s, c: (unit(s) @ unit(c).T).argmax(), "axis"),
            (lambda s, c: (unit(s) @ unit(c)).argmax(axis=1), "transpose"),
            (lambda s, c: c[(unit(s) @ unit(c).T).argmax(axis=1)], "the centroid itself"),
        ],
        "similarity_ratio": [
            (lambda s, a, b: cosine(s, b) / cosine(s, a), "upside down"),
            (lambda s, a, b: cosine(s, a) - cosine(s, b), "difference"),
            (lambda s, a, b: s @ a / (s @ b), "grow with"),
            (lambda s, a, b: cosine(s, a), "divide it by"),
            (lambda s, a, b: np.linalg.norm(s - a) / np.linalg.norm(s - b), "distances"),
            (lambda s, a, b: (1 - cosine(s, a)) / (1 - cosine(s, b)), "1 − cosine"),
            (lambda s, a, b: cosine(s, a) / (cosine(s, a) + cosine(s, b)), "0.5 in the middle"),
            (lambda s, a, b: cosine(s, a) / cosine(a, b), "two centroids"),
            (lambda s, a, b: cosine(s, a) > cosine(s, b), "how much"),
        ],
    },
    "xlnet": {
        "content_mask": [
            (lambda o: np.tri(len(o), dtype=bool), "does not count"),
            (lambda o: np.tri(len(o), k=-1, dtype=bool), ""),
            (lambda o: np.asarray(o)[None] <= np.asarray(o)[:, None], "compare the numbers"),
            (lambda o: np.argsort(o)[None] < np.argsort(o)[:, None], "diagonal"),
            (lambda o: np.argsort(o)[None] >= np.argsort(o)[:, None], "swapped"),
            (lambda o: np.tri(len(o), dtype=bool)[np.argsort(o)], "column j"),
            (lambda o: (np.argsort(o)[None] <= np.argsort(o)[:, None]).astype(int), "bool"),
            (lambda o: np.ones((len(o), len(o)), dtype=bool), ""),
        ],
        "query_mask": [
            (lambda o, n: np.argsort(o)[None] < np.argsort(o)[:, None], "row for each place"),
            (lambda o, n: np.argsort(o)[None] <= np.argsort(o)[o[-n:]][:, None], "its own place"),
            (lambda o, n: np.argsort(o)[None] < np.argsort(o)[-n:][:, None], "last places of the text"),
            (lambda o, n: np.argsort(o)[None] < np.argsort(o)[o[:n]][:, None], "first of the order"),
            (lambda o, n: np.argsort(o)[None] < np.argsort(o)[sorted(o[-n:])][:, None], "sorted by place"),
            (lambda o, n: np.array([[j not in o[-n:] for j in range(len(o))]] * n), "how BERT does it"),
            (lambda o, n: np.tri(len(o), k=-1, dtype=bool)[-n:], "column j"),
            (lambda o, n: (np.argsort(o)[None] <= np.argsort(o)[:, None])[-n:], "Two things"),
        ],
        "predicted": [
            (lambda o, k: o[: max(1, len(o) // k)], "come first"),
            (lambda o, k: o[-k:], "last k"),
            (lambda o, k: sorted(o[-max(1, len(o) // k) :]), "sort by place"),
            (lambda o, k: o[-(len(o) // k) :], "1 at least"),
            (lambda o, k: max(1, len(o) // k), "how many"),
            (lambda o, k: list(range(len(o)))[-max(1, len(o) // k) :], "last places of the text"),
            (lambda o, k: o[k - 1 :: k], "every k-th"),
            (lambda o, k: o[-math.ceil(len(o) / k) :], "round up"),
            (lambda o, k: o[-max(1, len(o) // k) :][::-1], "reverse"),
        ],
        "joint": [
            (lambda a, g: a.sum(1), ""),
            (lambda a, g: a + g, "the *same* word"),
            (lambda a, g: np.stack([a.sum(1), a.sum(1)], axis=1), "so BERT does"),
            (lambda a, g: (a + g[:, ::-1]).mean(axis=1), "a column for each"),
            (lambda a, g: g + a[:, ::-1], "columns are swapped"),
            (lambda a, g: np.exp(a) * np.exp(g[:, ::-1]), "probabilities"),
            (lambda a, g: np.log(np.exp(a) + np.exp(g[:, ::-1])), ""),
            (lambda a, g: a[:, 0] + g[:, 1], ""),
        ],
        "by_key": [
            (lambda s, n: s[:, :n], "depends on the query"),
            (lambda s, n: s[:, len(s) :], "the first query"),
            (lambda s, n: np.stack([s[i, i : i + n] for i in range(len(s))]), "wrong side"),
            (lambda s, n: np.stack([s[i, len(s) - i - 1 :][:n] for i in range(len(s))]), "too early"),
            (lambda s, n: np.stack([np.roll(s[i], i)[:n] for i in range(len(s))]), ""),
            (lambda s, n: np.stack([s[i, len(s) - i :][:n][::-1] for i in range(len(s))]), "in reverse"),
        ],
    },
    "ulmfit": {
        "perplexity": [
            (lambda ps: np.exp(-np.mean([p.mean() for p in ps])), "each text first"),
            (lambda ps: np.mean([np.exp(-p.mean()) for p in ps]), "texts' perplexities"),
            (lambda ps: np.exp(np.concatenate(ps).mean()), "sign is missing"),
            (lambda ps: -np.concatenate(ps).mean(), "loss in nats"),
            (lambda ps: 2 ** -np.concatenate(ps).mean(), "natural"),
            (lambda ps: np.exp(-sum(p.sum() for p in ps)), "the mean"),
            (lambda ps: np.exp(-sum(p.sum() for p in ps) / len(ps)), "number of texts"),
        ],
        "slanted": [
            (lambda t, n, c, r: t / (n * c) if t < n * c else 1 - (t - n * c) / (n - n * c), "That is p"),
            (lambda t, n, c, r: (1 + t / (n * c) * (r - 1)) / r, "goes on rising"),
            (lambda t, n, c, r: (1 + min(t / (n * c), (n - t) / (n - n * c)) * r) / r, "(ratio − 1)"),
            (lambda t, n, c, r: 1 + min(t / (n * c), (n - t) / (n - n * c)) * (r - 1), "divided by ratio"),
            (lambda t, n, c, r: np.interp(t, [0, n * c, n], [0, 1, 0]), "not 0"),
            (lambda t, n, c, r: np.interp(t, [0, c, n], [1 / r, 1, 1 / r]), "share of the steps"),
            (lambda t, n, c, r: 0.01 * np.interp(t, [0, n * c, n], [1 / r, 1, 1 / r]), "the share of it"),
            (lambda t, n, c, r: np.interp(t, [0, n * c, n - 1], [1 / r, 1, 1 / r]), "a step early"),
            (lambda t, n, c, r: max(1 / r, np.interp(t, [0, n * c, n], [0, 1, 0])), "cut p off"),
            (lambda t, n, c, r: 1 + min(t / (n * c), (n - t) / (n - n * c)) * (r - 1) / r, "The 1 has not"),
            (lambda t, n, c, r: (1 + (t / n / c if t < n * c else 1 - t / n) * (r - 1)) / r, "since the"),
        ],
        "layer_rates": [
            (lambda h, n, e, f: np.outer([e / f**k for k in range(n)][::-1], h), "ever frozen"),
            (lambda h, n, e, f: unfreeze(h, n, np.full(n, e)), "same rate"),
            (lambda h, n, e, f: unfreeze(h, n, e / f ** np.arange(n)[::-1])[::-1], "upside down"),
            (lambda h, n, e, f: unfreeze(h, n, e * f ** np.arange(n)[::-1]), "learn faster"),
            (lambda h, n, e, f: unfreeze(h**0, n, e / f ** np.arange(n)[::-1]), "triangle is missing"),
            (lambda h, n, e, f: unfreeze(h, n, e / f ** np.arange(n)[::-1], 2), "first half"),
            (lambda h, n, e, f: unfreeze(h, n, e / f ** np.arange(n)[::-1], (n - 1) / n), "too long"),
            (lambda h, n, e, f: np.array([
                np.where(np.arange(len(h)) * n >= (i - 1) * len(h), e / f**i * h, 0) for i in range(n)
            ])[::-1], "Two layers learn"),
            (lambda h, n, e, f: np.array([
                np.where((np.arange(len(h)) * n > i * len(h)) | (i == 0), e / f**i * h, 0) for i in range(n)
            ])[::-1], "not after it"),
        ],
        "concat_pool": [
            (lambda x, m: pooled(x, m, last=x[:, 0]), "first state"),
            (lambda x, m: torch.cat([x[:, -1], x.amax(1), x.mean(1)], 1), "padding counts"),
            (lambda x, m: pooled(x, m, last=x[:, -1]), "longest"),
            (lambda x, m: pooled(x, m, largest=(x * m[..., None]).amax(1)), "zeros win"),
            (lambda x, m: pooled(x, m, mean=(x * m[..., None]).mean(1)), "padded length"),
            (lambda x, m: pooled(x, m, mean=(x * m[..., None]).sum(1)), "divide by the lengths"),
            (lambda x, m: pooled(x, m, dim=0), "one below"),
            (lambda x, m: pooled(x, m, last=x[:, -1] * m[:, -1:]), "0 for the shorter"),
            (lambda x, m: pooled(x, m, mean=x.masked_fill(m[..., None] == 0, -1e9).mean(1)), "fill with 0"),
            (lambda x, m: pooled(x, m, last=x[:, m.sum(1) - 1]), "one of each"),
            (lambda x, m: pooled(x, m, largest=x.max(1)), "`amax`"),
        ],
    },
    "serving_embeddings": {
        "gathered": [
            (lambda a, b, w: cut_where(a, lambda s, i: len(s) == b or a[i] - a[i - 1] > w), "last text"),
            (lambda a, b, w: cut_where(a, lambda s, i: len(s) == b), "Look at the clock"),
            (lambda a, b, w: cut_where(a, lambda s, i: a[i] - a[s[0]] > w), "ever full"),
            (lambda a, b, w: cut_where(a, lambda s, i: len(s) == b or a[i] - a[s[0]] >= w), "still comes"),
            (lambda a, b, w: cut_where(a, lambda s, i: len(s) > b or a[i] - a[s[0]] > w), "text too many"),
            (lambda a, b, w: [[i] for i in range(len(a))], "Each text is alone"),
        ],
        "sorted_batches": [
            (lambda n, k: parts_of(range(len(n)), k), "order of arrival"),
            (lambda n, k: parts_of(sorted(n)[::-1], k), "lengths"),
            (lambda n, k: parts_of(np.argsort(n, kind="stable"), k), "shortest come first"),
            (lambda n, k: parts_of(np.argsort(n, kind="stable")[::-1], k), "its ties"),
            (lambda n, k: sorted(range(len(n)), key=lambda i: -n[i]), "cut it into batches"),
            (lambda n, k: [s.tolist() for s in np.array_split(np.argsort(-np.array(n), kind="stable"), k)],
             "how many texts"),
        ],
        "mean_inside": [
            (lambda a, b: (b - a).mean(), "mean wait"),
            (lambda a, b: len(a) / (b.max() - a.min()), "in a second"),
            (lambda a, b: (b - a).sum() / (b[-1] - a[0]), "not always the last"),
            (lambda a, b: (b - a).sum() / b.max(), "begins at 0"),
            (lambda a, b: np.mean([((a <= m) & (b > m)).sum() for m in a]), "arriving text"),
            (lambda a, b: max(float(((a <= m) & (b > m)).sum()) for m in a), "ever inside"),
        ],
        "mean_max": [
            (lambda x, m: side_by_side(x.mean(1), x.amax(1)), "in both"),
            (lambda x, m: side_by_side(real_mean(x, m), (x * m[..., None]).amax(1)), "became 0"),
            (lambda x, m: side_by_side((x * m[..., None]).mean(1), real_max(x, m)), "divided by T"),
            (lambda x, m: side_by_side(real_max(x, m), real_mean(x, m)), "other order"),
            (lambda x, m: torch.stack([real_mean(x, m), real_max(x, m)], dim=1), "new axis"),
        ],
        "int8_rows": [
            (lambda w: in_bytes(w, np.full(len(w), abs(w).max() / 127)), "whole table"),
            (lambda w: in_bytes(w, largest_of_rows(w) / 127)[0], "scales are missing"),
            (lambda w: in_bytes(w, largest_of_rows(w)), "divided by 127"),
            (lambda w: ((w / (largest_of_rows(w) / 127)[:, None]).astype(np.int8), largest_of_rows(w) / 127),
             "cuts off"),
            (lambda w: (in_bytes(w, largest_of_rows(w) / 127)[0], largest_of_rows(w)), "one step"),
            (lambda w: (np.rint(127 * w / largest_of_rows(w)[:, None]), largest_of_rows(w) / 127),
             "not of one byte"),
        ],
    },
}  # fmt: skip


def unfreeze(heights, n, rates, speed=1):
    joined = np.arange(len(heights)) * n * speed // len(heights)
    return rates[:, None] * heights * (joined >= np.arange(n)[::-1, None])


def pooled(x, m, last=None, largest=None, mean=None, dim=1):
    n, inside = m.sum(1), m.bool()[..., None]
    last = x[torch.arange(len(x)), n - 1] if last is None else last
    largest = x.masked_fill(~inside, -inf).amax(1) if largest is None else largest
    mean = (x * inside).sum(1) / n[:, None] if mean is None else mean
    return torch.cat([last, largest, mean], dim)


def way(heads, word):
    found = [word]
    while heads[word] != -1:
        word = int(heads[word])
        found.append(word)
    return found


def by_ways(heads, pair):
    return [[pair(way(heads, i), way(heads, j)) for j in range(len(heads))] for i in range(len(heads))]


def floyd(heads, far=inf, order="kij", start=0, is_head=lambda head: head != -1):
    n = len(heads)
    d = np.full((n, n), float(far))
    if start is not None:
        np.fill_diagonal(d, start)
    for word, head in enumerate(heads):
        if is_head(head):
            d[word, head] = d[head, word] = 1
    for turn in product(range(n), repeat=3):
        i, j, k = (turn[order.index(name)] for name in "ijk")
        d[i, j] = min(d[i, j], d[i, k] + d[k, j])
    return d


def nearest_pairs(d):
    return sorted(combinations(range(len(d)), 2), key=lambda pair: d[pair])


def nearest_to_each(d):
    return enumerate((d + np.diag(np.full(len(d), inf))).argmin(1).tolist())


def grown(d, from_last=False):
    inside, found = [0], []
    for _ in range(len(d) - 1):
        outside = [j for j in range(len(d)) if j not in inside]
        pairs = product(inside[-1:] if from_last else inside, outside)
        found.append(min(pairs, key=lambda pair: d[pair]))
        inside.append(found[-1][1])
    return found


def in_order(pairs):
    return {(min(pair), max(pair)) for pair in pairs}


def counted(words):
    pieces, pairs = Counter(), Counter()
    for word, n in words:
        for piece in word:
            pieces[piece] += n
        for pair in pairwise(word):
            pairs[pair] += n
    return pieces, pairs


def likeliest(words, score=lambda both, a, b: both / (a * b)):
    pieces, pairs = counted(words)
    return max(pairs, key=lambda pair: score(pairs[pair], *(pieces[piece] for piece in pair)))


def cut(word, vocabulary, inside="##", longest=True, unknown="all"):
    found, begin = [], 0
    while begin < len(word):
        ends = range(begin + 1, len(word) + 1)
        fits = [end for end in ends if (inside if begin else "") + word[begin:end] in vocabulary]
        if not fits:
            return ["[UNK]"] if unknown else [*found, "[UNK]"]
        end = max(fits) if longest else min(fits)
        found.append((inside if begin else "") + word[begin:end])
        begin = end
    return found


def pieces_of(words):
    return (words == np.unique(words)[:, None]) * 1.0


def share_of(words):
    return pieces_of(words) / pieces_of(words).sum(1, keepdims=True)


def added_at_once(weights, words):
    out = np.zeros((words.max() + 1,) * 2)
    out[words[:, None], words] += weights
    return out


def offsets(heads):
    return [int(head) - i for i, head in enumerate(heads) if head != -1]


def edges_on_ways(parents, most=99):
    """(n, n): for each node the edges above it up to the root, `most` of them; the root's column is 0."""
    points = np.zeros((len(parents), len(parents)))
    for node, at in enumerate(parents):
        way = [node]
        while at != -1:
            way.append(at)
            at = parents[at]
        points[node, way[:-1][:most]] = 1
    return points


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def best_pair(a, b, longest, least=0):
    pairs = ((i, j) for i in range(len(a)) for j in range(i + least, min(i + longest, len(a))))
    return max(pairs, key=lambda pair: a[pair[0]] + b[pair[1]])


def best_above_zero(a, b, longest):
    best, best_score = None, 0
    for i in range(len(a)):
        for j in range(i, min(i + longest, len(a))):
            if a[i] + b[j] > best_score:
                best, best_score = (i, j), a[i] + b[j]
    return best


def bio(tags):
    return {
        (i, len([*takewhile(lambda x: x[0] == "I", tags[i + 1 :])]), t)
        for i, t in enumerate(tags)
        if t[0] == "B"
    }


def bio_f1(true, given, found=bio):
    right, count = len(found(true) & found(given)), len(found(true)) + len(found(given))
    return 2 * right / count if count else 0.0


def bio_f1_of_overlaps(true, given):
    here, there = ([{*range(i, i + size + 1)} for i, size, _ in bio(tags)] for tags in (true, given))
    right = sum(any(name & other for other in there) for name in here)
    return 2 * right / max(1, len(here) + len(there))


def up_to_the_next_o(tags):
    names, open_at = set(), None
    for i, tag in enumerate([*tags, "O"]):
        if tag == "O" and open_at is not None:
            names.add((open_at, i, tags[open_at]))
            open_at = None
        elif tag != "O" and open_at is None:
            open_at = i
    return names


def ended_by_another(tags):
    names, open_at = set(), None
    for i, tag in enumerate(tags):
        if tag[0] != "I" and open_at is not None:
            names.add((open_at, i, tags[open_at]))
            open_at = None
        if tag[0] == "B":
            open_at = i
    return names


def bn(x, mean, variance, scale, shift, eps=1e-3):
    mean, variance, scale, shift = (v[:, None, None] for v in (mean, variance, scale, shift))
    return scale * (x - mean) / np.sqrt(variance + eps) + shift


def grams(text, shortest, longest):
    return {text[i : i + n] for n in range(shortest, longest + 1) for i in range(len(text) - n + 1)}


def pmi(counts):
    with np.errstate(divide="ignore"):
        return np.log(counts * counts.sum() / (counts.sum(1, keepdims=True) * counts.sum(0)))


def add3(vectors, a, b, c):
    u = unit(vectors)
    return u @ (u[b] - u[a] + u[c])


def best(scores, *without):
    scores = scores.copy()
    scores[list(without)] = -np.inf
    return int(scores.argmax())


def places(best, log_p):
    return best // log_p.shape[1], best % log_p.shape[1]


def answers():
    return [
        pytest.param(lesson, name, answer, word, id=f"{name}-{i}")
        for lesson, exercises in LIKELY.items()
        if lesson in classroom.lessons_with_exercises()  # a planned one's may wait for it
        for name, tried in exercises.items()
        for i, (answer, word) in enumerate(tried)
    ]


@pytest.mark.parametrize(("lesson", "name", "answer", "word"), answers())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_likely_wrong_answer_is_named(lesson, name, answer, word):
    exercise = classroom.exercises_of(import_module(f"tlcourse.lessons.{lesson}.exercises"))[name]
    verdict = exercise.verdict(answer, *getattr(exercise, "example", ()))
    assert verdict.status == WRONG
    assert verdict.named, verdict
    assert word in verdict.message, verdict


def test_each_exercise_has_four():
    for lesson in LIKELY:
        names = classroom.exercises_of(import_module(f"tlcourse.lessons.{lesson}.exercises"))
        assert set(names) == set(LIKELY[lesson])
    assert all(len(tried) >= 4 for exercises in LIKELY.values() for tried in exercises.values())
