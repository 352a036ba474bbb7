"""Heads: each reading by hand, the BiLSTM against torch's own, spans against trying all, states read once."""

import numpy as np
import pytest
import torch
import transformers
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tlcourse.data.tasks import CLASSES, SPANS, TAGS
from tlcourse.models.pretrained import encoders
from tlcourse.train.finetuning import answers, heads, read_once
from tlcourse.train.finetuning.texts import TextModel, TextRecipe, finetune

pytestmark = pytest.mark.usefixtures("one_thread")
QUICK = TextRecipe(learning_rate=5e-3, rate_factor=1.0, epochs=1, min_steps=30)


def test_each_reading_by_hand():
    states = [torch.randn(2, 3, 5) for _ in range(7)]
    expected = {
        "embeddings": states[0],
        "second-to-last": states[5],
        "last": states[6],
        "sum of last four": sum(states[3:]) / 4,
        "concatenation of last four": torch.cat(states[3:], dim=-1),
        "weighted sum of all": sum(states) / 7,
    }
    for name, value in expected.items():
        reading = heads.LayerReading(name, [5] * 7)
        got = reading([states[k] for k in reading.layers])
        assert got.shape[-1] == reading.width
        torch.testing.assert_close(got, value)
    with pytest.raises(ValueError, match="'first'"):
        heads.LayerReading("first", [5] * 7)


def test_the_bilstm_is_torchs_own_on_packed_sequences():
    ours = heads.Recurrent(6, 4)
    theirs = nn.LSTM(6, 4, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for name, value in ours.ahead.named_parameters():
            getattr(theirs, name).copy_(value)
        for name, value in ours.back.named_parameters():
            getattr(theirs, f"{name}_reverse").copy_(value)
    x, lengths = torch.randn(3, 7, 6), torch.tensor([7, 2, 5])
    mask = (torch.arange(7) < lengths[:, None]).long()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    expected, _ = pad_packed_sequence(theirs(packed)[0], batch_first=True)
    got = ours(x, mask)
    for row, n in enumerate(lengths):
        torch.testing.assert_close(got[row, :n], expected[row, :n])


def test_the_best_span_is_the_best_of_all():
    for seed in range(30):
        logits = torch.randn(9, 2, generator=torch.Generator().manual_seed(seed))
        pairs = [(i, j) for i in range(9) for j in range(i, min(i + 3, 9))]
        best = max(pairs, key=lambda p: float(logits[p[0], 0] + logits[p[1], 1]))
        assert heads.best_span(logits, longest=3) == best


@pytest.mark.parametrize("name", ["bert-mini", "elmo-mini", "gpt2-nano"])
def test_what_was_read_once_gives_the_same_logits(tiny_zoo, name, tmp_path):
    encoder = encoders.load(tiny_zoo / name)
    words = [[one] for one in encoder.words([["Mary", "saw", "the", "river"], ["the", "road"]])]
    texts = encoder.parts(["Mary saw the river", "the road"])
    for kind, examples in ((TAGS, words), (CLASSES, texts)):
        once = read_once.read(encoder, examples, tmp_path / f"{name}-{kind}")
        again = read_once.read(encoder, examples, tmp_path / f"{name}-{kind}")
        for reading in heads.READINGS:
            model = TextModel(encoder, kind, 3, TextRecipe(), heads.Head(reading, 4)).eval()
            with torch.no_grad():
                expected, got = model.answers(examples), model.answers(once)
                torch.testing.assert_close(got, expected, rtol=2e-2, atol=2e-2)  # states are halves
                assert torch.equal(model.answers(again), got)
    with pytest.raises(ValueError, match="other texts"):
        read_once.read(encoder, words[:1], tmp_path / f"{name}-{TAGS}")


def test_frozen_the_head_learns_and_the_encoder_does_not(tiny_zoo, made_text):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    before = {name: p.clone() for name, p in encoder.named_parameters()}
    rng = np.random.default_rng(0)
    words = [made_text.sentence(rng).split() for _ in range(60)]
    tags = [np.array([int(word[0].isupper()) for word in row]) for row in words]
    texts = read_once.read(encoder, [[one] for one in encoder.words(words)])
    model = finetune(
        encoder, texts[:40], tags[:40], TAGS, 2, QUICK, head=heads.Head("weighted sum of all", 8)
    )
    assert all(torch.equal(p, before[name]) for name, p in encoder.named_parameters())
    true = np.concatenate(tags[40:])
    assert (model.predict(texts[40:]) == true).mean() > max(np.bincount(true)) / len(true)
    assert model.mix.w.abs().max() > 0
    assert model.reading.centre is not None


def test_span_logits_are_those_of_transformers(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    model = TextModel(encoder, SPANS, 2, TextRecipe()).eval()
    theirs = transformers.BertForQuestionAnswering.from_pretrained(tiny_zoo / "bert-mini").eval()
    theirs.qa_outputs.load_state_dict(model.linear.state_dict())
    question, paragraph = "who saw the river", "Mary saw the old river and the road"
    ((example, _),) = encoder.questions([question], [paragraph])
    batch = transformers.AutoTokenizer.from_pretrained(tiny_zoo / "bert-mini")(
        question, paragraph, return_tensors="pt"
    )
    with torch.no_grad():
        out = theirs(**batch)
        expected = torch.stack([out.start_logits, out.end_logits], dim=-1)[0, example.places]
        torch.testing.assert_close(model([example]), expected, rtol=1e-5, atol=1e-5)


def test_answers_go_from_characters_to_pieces_and_back(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    paragraph = "Mary saw the old river and the road"
    data = answers.Questions(
        [paragraph], [""], ["who saw it", "what was old"], np.array([0, 0]), ["Mary", "river"],
        np.array([0, 17]), np.arange(2), np.arange(0),
    )  # fmt: skip
    read = answers.read(encoder, data, np.arange(2))
    assert read.words(read.spans) == ["Mary", "river"]
    assert read.answerable.tolist() == [0, 1]
    assert answers.pieces_of([(0, 3), (3, 5)], 4, 9) == (-1, -1)
    assert answers.pieces_of([(0, 3), (3, 5), (6, 8)], 1, 4) == (0, 1)


def test_spans_are_learned(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    names = ["Mary", "teacher", "river", "garden"]
    rng = np.random.default_rng(0)
    paragraphs = [
        " ".join(rng.permutation(["the", "old", "road", str(rng.choice(names))])) for _ in range(90)
    ]
    asked = [next(name for name in names if name in p.split()) for p in paragraphs]
    data = answers.Questions(
        paragraphs, [""] * 90, ["what"] * 90, np.arange(90), asked,
        np.array([*map(str.index, paragraphs, asked)]), np.arange(60), np.arange(60, 90),
    )  # fmt: skip
    learned, test = (answers.read(encoder, data, rows) for rows in (data.train_index, data.test_index))
    recipe = TextRecipe(learning_rate=5e-3, rate_factor=1.0, epochs=1, min_steps=60)
    model = finetune(encoder, learned.texts, learned.spans, SPANS, 2, recipe)
    found = test.words(model.predict(test.texts))
    assert np.mean([a == b for a, b in zip(found, asked[60:], strict=True)]) > 0.6
    with pytest.raises(ValueError, match="goes from"):
        finetune(encoder, learned.texts, learned.spans + 50, SPANS, 2, recipe)
