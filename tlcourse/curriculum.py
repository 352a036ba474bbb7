"""The lessons of the course: what each teaches, which part of the talk it covers, and what it stands on.

The talk is the 2019 industry talk on transfer learning for NLP whose agenda the course follows.
"""

from dataclasses import dataclass

SECTIONS = (
    "What transfer learning is",
    "Transfer in vision",
    "NLP before 2018",
    "Language models of 2018",
    "Inside BERT",
    "New in 2019",
    "In production",
)


@dataclass(frozen=True)
class Lesson:
    """One lesson: its number, title, section of the talk, the question it answers, the lessons it stands on.

    ``planned`` says that it is not there yet.
    """

    number: str
    title: str
    section: str
    question: str
    stands_on: tuple[str, ...] = ()
    planned: bool = False


_IDEA, _VISION, _BEFORE, _MODELS, _INSIDE, _NEW, _SERVING = SECTIONS

LESSONS = (
    Lesson("00", "Start here", _IDEA, "How does the course work?"),
    Lesson("01", "What is transfer learning", _IDEA, "How many labels is pretraining worth?", ("00",)),
    Lesson("02", "Transfer in vision", _VISION, "Freeze, fine-tune, or start from scratch?", ("01",)),
    Lesson("03", "Static word vectors", _BEFORE, "What does one vector per word know?", ("01",)),
    Lesson("04", "Sequences and attention", _BEFORE, "What does a single vector lose?", ("03",)),
    Lesson("05", "ELMo", _MODELS, "What if a word's vector saw its sentence?", ("04",), planned=True),
    Lesson("06", "ULMFiT", _MODELS, "How do you fine-tune without forgetting?", ("02", "05"), planned=True),
    Lesson("07", "OpenAI GPT", _MODELS, "Can one Transformer serve every task?", ("04", "06"), planned=True),
    Lesson("08", "BERT", _MODELS, "What does looking both ways buy?", ("05", "07"), planned=True),
    Lesson(
        "09", "What is inside BERT", _INSIDE, "Where does it keep syntax and sense?", ("08",), planned=True
    ),
    Lesson("10", "GPT-2", _NEW, "What comes with scale alone?", ("07",), planned=True),
    Lesson("11", "XLNet", _NEW, "Can you look both ways without [MASK]?", ("08",), planned=True),
    Lesson("12", "ERNIE 2.0", _NEW, "What do more pretraining tasks teach?", ("08",), planned=True),
    Lesson(
        "13",
        "Serving embeddings",
        _SERVING,
        "How do a thousand users share one model?",
        ("08",),
        planned=True,
    ),
)


def lesson(number: str) -> Lesson:
    """Return the lesson with this number, such as ``"02"``.

    Raises:
        KeyError: there is none.
    """
    for one in LESSONS:
        if one.number == number:
            return one
    raise KeyError(f"no lesson {number!r}; the course has {', '.join(one.number for one in LESSONS)}")
