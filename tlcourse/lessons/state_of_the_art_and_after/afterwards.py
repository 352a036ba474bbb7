"""The talk's summary, and what became of each system: dated, with the paper to look up.

Each year and number was looked up in a catalogue of papers, a model's card or its repository.
"""

# arXiv's computer science on 1 October 2019, as the talk gives it; nobody can count that day again.
TALKS_COUNT = {"titles": 106, "abstracts": 351, "papers, all of their text": 448}
COUNTED_ON = "1 October 2019"

# What the talk showed, its lesson, the year of what came after it, where to read that, what it is.
LED_TO = (
    (
        "ImageNet features", "02", 2021, "arXiv 2103.00020",
        "CLIP: images and texts in one space, classes named in words",
    ),
    (
        "word vectors", "03", 2024, "its repository",
        "Model2Vec: one vector a piece again, taken from a sentence encoder",
    ),
    (
        "ELMo", "05", 2018, "COLING, C18-1139",
        "Flair: a word’s vector from its letters and its sentence",
    ),
    (
        "ELMo", "05", 2018, "arXiv 1810.04805",
        "BERT: one deep network instead of two directions joined at the end",
    ),
    (
        "ULMFiT", "06", 2020, "arXiv 2004.10964",
        "Don’t Stop Pretraining: its second stage, for Transformers and domains",
    ),
    (
        "OpenAI GPT", "07", 2019, "see lesson 13",
        "GPT-2: the same network, larger, asked without training",
    ),
    (
        "BERT", "08", 2019, "arXiv 1907.11692",
        "RoBERTa: the same network, trained longer on more text, one task less",
    ),
    (
        "BERT", "08", 2019, "arXiv 1910.01108",
        "DistilBERT: half the layers, taught by BERT",
    ),
    (
        "BERT", "08", 2020, "arXiv 2006.03654",
        "DeBERTa: content and place of a word kept apart in attention",
    ),
    (
        "BERT", "08", 2024, "arXiv 2412.13663",
        "ModernBERT: rotary positions, 8,192 pieces, 2 trillion read",
    ),
    (
        "to tune or not", "09", 2019, "arXiv 1902.00751",
        "Adapters: a few new weights in a frozen network",
    ),
    (
        "to tune or not", "09", 2021, "arXiv 2106.09685",
        "LoRA: the change of a weight matrix, as a product of two thin ones",
    ),
    (
        "to tune or not", "09", 2022, "arXiv 2209.11055",
        "SetFit: a sentence encoder tuned on pairs made of few labels",
    ),
    (
        "what heads look at", "10", 2022, "arXiv 2209.11895",
        "Induction heads: heads that copy what followed last time",
    ),
    (
        "probing", "11", 2019, "arXiv 1909.03368",
        "Control tasks: what does the probe itself learn?",
    ),
    (
        "geometry of BERT", "12", 2020, "arXiv 2002.12327",
        "A Primer in BERTology: a survey of over 150 such studies",
    ),
    (
        "GPT-2", "13", 2020, "arXiv 2005.14165",
        "GPT-3: examples in the prompt instead of training",
    ),
    (
        "GPT-2", "13", 2022, "arXiv 2203.02155",
        "InstructGPT: tuned on instructions and on people’s preferences",
    ),
    (
        "GPT-2", "13", 2025, "arXiv 2502.02737",
        "SmolLM2, which this course runs: 135 million numbers, 2 trillion pieces",
    ),
    (
        "XLNet", "14", 2020, "arXiv 2004.09297",
        "MPNet: permuted and masked at once",
    ),
    (
        "ERNIE 2.0", "15", 2021, "arXiv 2107.02137",
        "ERNIE 3.0: understanding and writing in one model",
    ),
    (
        "ERNIE 2.0", "15", 2019, "arXiv 1910.10683",
        "T5: every task is text in, text out (with instructions: FLAN, arXiv 2109.01652)",
    ),
    (
        "bert-as-service", "16", 2019, "arXiv 1908.10084",
        "Sentence-BERT: a BERT tuned so that one vector will do",
    ),
    (
        "bert-as-service", "16", 2022, "its repository",
        "CLIP-as-service: the same project, for images and texts",
    ),
    (
        "bert-as-service", "16", 2022, "arXiv 2210.07316",
        "MTEB: 58 data sets on which such vectors are compared",
    ),
)  # fmt: skip


def counts() -> list[dict[str, object]]:
    """Rows of a table: in how many papers the word stood."""
    return [{"“BERT” stands in": where, "papers": n} for where, n in TALKS_COUNT.items()]


def led_to() -> list[dict[str, object]]:
    """Rows of a table: a line for each thing that came after a system, which is named once."""
    rows, before = [], None
    for system, lesson, year, where, after in LED_TO:
        name = f"{lesson} {system}" if system != before else ""
        rows.append({"the talk’s": name, "after it came": after, "year": str(year), "look it up": where})
        before = system
    return rows
