"""Bias in word vectors: measuring it (WEAT), projecting it away (hard debiasing), and finding it again.

Word lists: Caliskan, Bryson and Narayanan 2017 (Science 356, supplement); Bolukbasi et al. 2016 (NIPS,
appendix). These tests see the two genders that the lists name, in English, and nothing beyond.

Taught in lesson *Static word vectors*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from tlcourse.data.glove import Vectors
from tlcourse.data.texts import as_texts
from tlcourse.probe.word_vectors import WordSpace, unit

EXACT_UP_TO = 20_000  # partitions; beyond that, a random sample of as many


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MALE_TERMS = _words("male man boy brother he him his son")
FEMALE_TERMS = _words("female woman girl sister she her hers daughter")


@dataclass(frozen=True)
class WordSets:
    """A WEAT: are words `x` nearer to `a`, and words `y` nearer to `b`, than chance would have it?"""

    name: str
    x: tuple[str, ...]
    y: tuple[str, ...]
    a: tuple[str, ...]
    b: tuple[str, ...]


WEATS = (
    WordSets(
        "flowers / insects : pleasant / unpleasant",
        _words(
            "aster clover hyacinth marigold poppy azalea crocus iris orchid rose bluebell daffodil lilac "
            "pansy tulip buttercup daisy lily peony violet carnation gladiola magnolia petunia zinnia"
        ),
        _words(
            "ant caterpillar flea locust spider bedbug centipede fly maggot tarantula bee cockroach gnat "
            "mosquito termite beetle cricket hornet moth wasp blackfly dragonfly horsefly roach weevil"
        ),
        _words(
            "caress freedom health love peace cheer friend heaven loyal pleasure diamond gentle honest "
            "lucky rainbow diploma gift honor miracle sunrise family happy laughter paradise vacation"
        ),
        _words(
            "abuse crash filth murder sickness accident death grief poison stink assault disaster hatred "
            "pollute tragedy divorce jail poverty ugly cancer kill rotten vomit agony prison"
        ),
    ),
    WordSets(
        "men's / women's names : career / family",
        _words("john paul mike kevin steve greg jeff bill"),
        _words("amy joan lisa sarah diana kate ann donna"),
        _words("executive management professional corporation salary office business career"),
        _words("home parents children family cousins marriage wedding relatives"),
    ),
    WordSets(
        "mathematics / arts : male / female terms",
        _words("math algebra geometry calculus equations computation numbers addition"),
        _words("poetry art dance literature novel symphony drama sculpture"),
        MALE_TERMS,
        FEMALE_TERMS,
    ),
    WordSets(
        "science / arts : male / female terms",
        _words("science technology physics chemistry einstein nasa experiment astronomy"),
        _words("poetry art shakespeare dance literature novel symphony drama"),
        _words("brother father uncle grandfather son he his him"),
        _words("sister mother aunt grandmother daughter she hers her"),
    ),
)

# Pairs that span the gender direction, and those whose two words are made to differ in nothing else
# (Bolukbasi et al.)
DEFINING_PAIRS = (
    ("woman", "man"), ("girl", "boy"), ("she", "he"), ("mother", "father"), ("daughter", "son"), ("gal",
    "guy"), ("female", "male"), ("her", "his"), ("herself", "himself"), ("mary", "john"),
)  # fmt: skip
# Words that have a gender by meaning, and so keep it: a short list from the paper's 218
GENDERED_WORDS = frozenset(
    _words(
        "he his him himself she her hers herself man men woman women boy boys girl girls gal gals guy guys "
        "male males female females father fathers mother mothers dad dads mom moms mum mums daddy mommy son "
        "sons daughter daughters brother brothers sister sisters uncle uncles aunt aunts nephew nephews "
        "niece nieces grandfather grandfathers grandmother grandmothers grandpa grandma grandson grandsons "
        "granddaughter granddaughters husband husbands wife wives widow widows widower bride brides groom "
        "bridegroom boyfriend boyfriends girlfriend girlfriends fiance fiancee king kings queen queens "
        "prince princes princess princesses duke dukes duchess baron baroness count countess lord lords "
        "lady ladies gentleman gentlemen sir madam mr mrs ms miss actor actors actress actresses waiter "
        "waitress hostess heir heiress hero heroine heroines monk monks nun nuns priest priests priestess "
        "businessman businessmen businesswoman businesswomen chairman chairmen chairwoman congressman "
        "congressmen congresswoman councilman councilwoman spokesman spokesmen spokeswoman policeman "
        "policemen policewoman salesman salesmen schoolboy schoolgirl cowboy cowboys cowgirl stepfather "
        "stepmother stepson stepdaughter fatherhood motherhood paternal maternal masculine feminine "
        "masculinity femininity pregnant pregnancy womb prostate ovarian mare stallion hen rooster cow bull "
        "bulls ewe ram lioness lion tigress john mary"
    )
)


@dataclass(frozen=True)
class Weat:
    """A test's outcome: `effect` in standard deviations (Cohen's d), `p` one-sided, the `missing` words left
    out.
    """

    name: str
    effect: float
    p: float
    missing: tuple[str, ...]


def weat(space: WordSpace, sets: WordSets, seed: int = 0) -> Weat:
    """Run the word embedding association test (Caliskan et al. 2017, "Word Embedding Association Test").

    s(w) = mean_a cos(w, a) − mean_b cos(w, b). The effect is (mean_x s − mean_y s) / sd_{x ∪ y} s; p is the
    share of the partitions of x ∪ y into two parts of these sizes with a larger difference of sums: of all of
    them where there are at most 20,000, else of a random 20,000 and the observed one.

    Raises:
        ValueError: fewer than two words of one of the four sets have vectors.
    """
    have = {name: [w for w in getattr(sets, name) if w in space] for name in "xyab"}
    for name, words in have.items():
        if len(words) < 2:
            raise ValueError(
                f"only {len(words)} words of set {name} of {sets.name!r} have vectors, expected two or more"
            )
    x, y, a, b = (np.stack([space[w] for w in have[name]]) for name in "xyab")
    s = np.concatenate([x, y])
    s = (s @ a.T).mean(1) - (s @ b.T).mean(1)  # (|x| + |y|,)
    effect = (s[: len(x)].mean() - s[len(x) :].mean()) / s.std(ddof=1)
    missing = tuple(w for name in "xyab" for w in getattr(sets, name) if w not in space)
    return Weat(sets.name, float(effect), _permutation_p(s.astype(np.float64), len(x), seed), missing)


def _permutation_p(s: np.ndarray, n_x: int, seed: int) -> float:
    observed = s[
        :n_x
    ].sum()  # the sum of y falls as that of x rises, so this orders partitions as the difference does
    slack = 1e-9  # the observed partition must not lose to rounding
    if comb(len(s), n_x) <= EXACT_UP_TO:
        sums = np.array([s[list(chosen)].sum() for chosen in combinations(range(len(s)), n_x)])
        return float((sums >= observed - slack).mean())
    orders = np.random.default_rng(seed).random((EXACT_UP_TO, len(s))).argsort(1)[:, :n_x]
    return float(((s[orders].sum(1) >= observed - slack).sum() + 1) / (EXACT_UP_TO + 1))


def gender_direction(space: WordSpace, pairs: Sequence[tuple[str, str]] = DEFINING_PAIRS) -> np.ndarray:
    """Return the direction, (D,), in which defining pairs differ most, towards the first of each (Bolukbasi
    et al. 2016, section 5.1).

    It is the first principal component of the pairs, each centred on its own mean.
    """
    halves = np.stack([(space[a] - space[b]) / 2 for a, b in pairs])
    _, _, components = np.linalg.svd(np.concatenate([halves, -halves]), full_matrices=False)
    direction = components[0]
    return direction * np.sign((halves @ direction).sum())


def hard_debias(
    space: WordSpace, direction: np.ndarray, pairs: Sequence[tuple[str, str]] = DEFINING_PAIRS
) -> WordSpace:
    """Return the space with `direction` taken out of all words without a gender by meaning (Bolukbasi et al.
    2016, section 6).

    *Neutralise*: every word but `GENDERED_WORDS` loses its component along `direction`. *Equalise*: the two
    words of each pair keep their common part, and differ in nothing but `direction`, by the same amount.
    """
    matrix = space.directions.copy()
    kept = [space.index[w] for w in GENDERED_WORDS if w in space]
    neutral = np.ones(len(matrix), dtype=bool)
    neutral[kept] = False
    matrix[neutral] -= np.outer(matrix[neutral] @ direction, direction)
    matrix = unit(matrix)
    for a, b in pairs:
        middle = (matrix[space.index[a]] + matrix[space.index[b]]) / 2
        common = middle - (middle @ direction) * direction
        along = np.sqrt(max(0.0, 1 - common @ common))
        sign = np.sign((matrix[space.index[a]] - matrix[space.index[b]]) @ direction)
        matrix[space.index[a]], matrix[space.index[b]] = (
            common + sign * along * direction,
            common - sign * along * direction,
        )
    return WordSpace(Vectors(space.words, matrix))


@dataclass(frozen=True)
class Leftover:
    """How well gender is found again: the accuracy of two clusters, and of a classifier on unseen words."""

    clusters: float
    classifier: float


def leftover(
    space: WordSpace, female: Sequence[str], male: Sequence[str], n_train: int, seed: int = 0
) -> Leftover:
    """Look for gender in `space` among words that leaned to one side before (Gonen and Goldberg 2019,
    sections 4, 5).

    Args:
        female, male: words that leaned most to either side in the *original* space, none of them gendered by
            meaning, the strongest first. The first 500 of each (or all) are clustered; the classifier, an SVM
            with an RBF kernel, is trained on a random `n_train` of all and tested on the rest.

    Raises:
        ValueError: `n_train` leaves nothing to test on.
    """
    from sklearn.cluster import KMeans
    from sklearn.svm import SVC

    female, male = as_texts(female, "female"), as_texts(male, "male")
    if not 0 < n_train < len(female) + len(male):
        raise ValueError(
            f"n_train is {n_train}, expected from 1 to {len(female) + len(male) - 1}, to leave some to test"
        )
    top = 500
    both = np.stack([space[w] for w in (*female[:top], *male[:top])])
    truth = np.repeat([1, 0], [len(female[:top]), len(male[:top])])
    found = KMeans(2, n_init=10, random_state=seed).fit_predict(both)
    agreement = float((found == truth).mean())

    x = np.stack([space[w] for w in (*female, *male)])
    y = np.repeat([1, 0], [len(female), len(male)])
    order = np.random.default_rng(seed).permutation(len(x))
    train, test = order[:n_train], order[n_train:]
    classifier = SVC(kernel="rbf", random_state=seed).fit(x[train], y[train])
    return Leftover(max(agreement, 1 - agreement), float(classifier.score(x[test], y[test])))
