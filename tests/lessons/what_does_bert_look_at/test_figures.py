"""Figures draw either way, and their alt texts say what came out."""

import matplotlib.pyplot as plt

from tlcourse.lessons.what_does_bert_look_at import figures, habits, in_words, one_row
from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_maps


def test_habits(made_up):
    results = made_up["statistics"](["minilm", "bert-mini"])
    grids = figures.habits_of_heads(results, "minilm", "MiniLM").alt
    assert "to [SEP]: 4 heads over half" in grids
    assert "[SEP] 5%, 5%, 90%" in figures.where_layers_look(results, {"minilm": "MiniLM"}).alt
    assert (
        "bert-mini" in figures.where_layers_look(results, {"minilm": "MiniLM", "bert-mini": "bert-mini"}).alt
    )


def test_maps_of_typical_heads(made_up, tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    (shown,) = attention_maps.of_sentences(encoder, [["The", "quiet", "teacher", "saw", "the", "river", "."]])
    assert habits.typical(made_up["statistics"](["minilm"]), "minilm")["[SEP]"][0] == 2
    assert "layer 2, head 1" in figures.maps(shown, {"the word before": (1, 0), "[SEP]": (0, 1)}).alt


def test_relations(made_up):
    results = made_up["of_trees"](["minilm"])
    assert "obj 70% against 50%" in figures.heads_as_parsers(results, {"minilm": "MiniLM"}).alt


def test_single_heads_and_curves(made_up, whole):
    _, topics = whole
    assert "none left" in figures.single_heads(topics["each_off"], topics["one_head"], topics["no_head"]).alt
    assert "none left" not in figures.single_heads(topics["each_off"], topics["one_head"]).alt
    drawn = figures.pruning_curve(made_up["curves"](), in_words.ORDERS, 0.5)
    assert "least important first: 0% gone 80%" in drawn.alt


def test_one_word_is_shown(tiny_zoo):
    view = one_row.OneRow(encoders.load(tiny_zoo / "bert-mini"), "She cooks soup .", 1, 2, "soup")
    assert "head 2: soup looks at" in view.alt
    at = view.isolated
    fig = view.static()
    colours = {line.get_ydata()[0] == at: line.get_color() for line in fig.axes[1].lines}
    plt.close(fig)
    assert len(colours) == len(set(colours.values())) == 2
    view.build()
    assert view.canvas.isolated == at
