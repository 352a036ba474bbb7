"""The committed results that this lesson puts together from several files."""

from tlcourse.show.records import Records

ROOM = "to_tune_or_not_to_tune"
# In the order of the course: what the figure calls a system.
SYSTEMS = {
    "EfficientNet": "02 EfficientNet",
    "GloVe": "03 GloVe",
    "elmo-mini": "05 elmo-mini",
    "ulmfit-mini": "06 ulmfit-mini",
    "gpt-mini": "07 gpt-mini",
    "bert-mini": "08 bert-mini",
    "minilm": "MiniLM",
}


def load(*names: str) -> Records:
    """The records of several files of this lesson, one after the other."""
    found = [Records.load(f"{ROOM}/{name}") for name in names]
    return Records((row for records in found for row in records), found[0].about)


def running_experiment() -> Records:
    """Frozen and fine-tuned, from lesson 02 on: system, task, way, seed, score, in the order of the course.

    A system that was not measured both ways is left out.
    """
    rows = [*load("solar_cells", "everywhere")]
    found = []
    for system, name in SYSTEMS.items():
        own = [row for row in rows if row["system"] == system and row["way"] in ("frozen", "fine-tuned")]
        if {row["way"] for row in own} == {"frozen", "fine-tuned"}:
            found += [{**row, "system": name} for row in own]
    return Records(found)
