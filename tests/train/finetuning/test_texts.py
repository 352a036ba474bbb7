"""Fine-tuning: every system learns every kind of task; each trick does what it says, or is off."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
import transformers

from tlcourse.data.tasks import CLASSES, NUMBERS, TAGS
from tlcourse.models.language.ulmfit import LSTM_IN_BF16
from tlcourse.models.pretrained import encoders as pretrained_encoders
from tlcourse.train.finetuning import texts as text_finetuning
from tlcourse.train.finetuning.texts import TextModel, TextRecipe, finetune
from tlcourse.train.schedules import slanted_triangular

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = ["elmo-mini", "ulmfit-mini", "gpt-mini", "gpt2-nano", "bert-mini", "xlnet-mini", "ernie-mini"]
QUICK = TextRecipe(learning_rate=5e-3, rate_factor=1.0, epochs=1, min_steps=40, batch_size=16, held_out=0.2)


@pytest.fixture(scope="module")
def folders(tiny_zoo):
    return tiny_zoo


@pytest.fixture(scope="module")
def texts(made_text):
    """Sentences, and whether they are about a river or a garden."""
    rng = np.random.default_rng(0)
    found = [made_text.sentence(rng).replace("house", "river").replace("road", "garden") for _ in range(600)]
    found = [text for text in found if ("river" in text) != ("garden" in text)][:160]
    return found, np.array([int("river" in text) for text in found])


@pytest.mark.parametrize("name", NAMES)
def test_every_system_learns_classes(folders, texts, name):
    encoder = pretrained_encoders.load(folders / name)
    examples = encoder.parts(texts[0])
    longer = dataclasses.replace(QUICK, min_steps=120)
    model = finetune(encoder, examples[:120], texts[1][:120], CLASSES, 2, longer)
    assert (model.predict(examples[120:]) == texts[1][120:]).mean() > 0.8


@pytest.mark.parametrize("name", ["elmo-mini", "ulmfit-mini", "gpt2-nano", "bert-mini", "xlnet-mini"])
def test_bfloat16_gives_nearly_the_same(folders, texts, name):
    losses = {}
    for bf16 in (False, True):
        encoder = pretrained_encoders.load(folders / name)
        recipe = dataclasses.replace(QUICK, min_steps=6, held_out=0.0, bf16=bf16)
        lines = []
        examples = encoder.parts(texts[0][:60])
        finetune(encoder, examples, texts[1][:60], CLASSES, 2, recipe, report=lines.append)
        losses[bf16] = [line["loss"] for line in lines]
    assert losses[True] == pytest.approx(losses[False], abs=0.05)
    assert (losses[True] != losses[False]) == (name != "ulmfit-mini" or LSTM_IN_BF16)


def test_numbers_and_tags_are_learned_too(folders, texts):
    encoder = pretrained_encoders.load(folders / "bert-mini")
    examples = encoder.parts(texts[0])
    ratings = 7.0 + 3.0 * texts[1]
    model = finetune(encoder, examples[:120], ratings[:120], NUMBERS, 1, QUICK)
    assert np.abs(model.predict(examples[120:]) - ratings[120:]).mean() < 1.0

    words = [text.split() for text in texts[0]]
    tags = [np.array([int(word[0].isupper()) + (len(word) > 5) for word in row]) for row in words]
    encoder = pretrained_encoders.load(folders / "bert-mini")
    examples = [[sentence] for sentence in encoder.words(words)]
    model = finetune(encoder, examples[:120], tags[:120], TAGS, 3, QUICK)
    true = np.concatenate(tags[120:])
    assert (model.predict(examples[120:]) == true).mean() > max(np.bincount(true)) / len(true) + 0.1


def test_tag_logits_are_those_of_transformers(folders):
    encoder = pretrained_encoders.load(folders / "bert-mini")
    model = TextModel(encoder, TAGS, 5, TextRecipe()).eval()
    theirs = transformers.BertForTokenClassification.from_pretrained(
        folders / "bert-mini", num_labels=5
    ).eval()
    theirs.classifier.load_state_dict(model.linear.state_dict())
    sentence = ["Mary", "remembered", "the", "quiet", "teacher"]
    tokens = transformers.AutoTokenizer.from_pretrained(folders / "bert-mini")
    batch = tokens(sentence, is_split_into_words=True, return_tensors="pt")
    firsts = [batch.word_to_tokens(i).start for i in range(len(sentence))]
    with torch.no_grad():
        expected = theirs(**batch).logits[0, firsts]
        torch.testing.assert_close(model(encoder.words([sentence])), expected, rtol=1e-5, atol=1e-5)


def test_pooled_logits_by_hand(folders):
    for name, place in (("bert-mini", 0), ("gpt-mini", -1)):
        encoder = pretrained_encoders.load(folders / name)
        ((example,),) = encoder.parts(["the old river"])
        ((longer,),) = encoder.parts(["Mary saw the old river and the road"])
        with torch.no_grad():
            top = encoder(encoder.batch([example]))[-1][0]
            expected = {"summary": top[place], "concat": torch.cat([top[place], top.amax(0), top.mean(0)])}
            for pooling, vector in expected.items():
                model = TextModel(encoder, CLASSES, 2, TextRecipe(pooling=pooling)).eval()
                got = model([example, longer])[0]
                torch.testing.assert_close(got, model.linear(vector), rtol=1e-4, atol=1e-5)


def test_a_long_text_is_learned_and_answered_in_parts(folders, texts, monkeypatch):
    encoder = pretrained_encoders.load(folders / "bert-mini")
    encoder.max_length = 24
    long = encoder.parts([" ".join(texts[0][i : i + 12]) for i in range(12)])
    assert min(map(len, long)) > 1
    model = TextModel(encoder, NUMBERS, 1, TextRecipe()).eval()
    with torch.no_grad():
        expected = [torch.cat([model([part]) for part in text]).mean().item() for text in long]
    np.testing.assert_allclose(model.predict(long), expected, rtol=1e-4, atol=1e-5)

    read = []
    original = TextModel.forward

    def watched(model, examples):
        read.extend(tuple(example.units) for example in examples)
        return original(model, examples)

    monkeypatch.setattr(TextModel, "forward", watched)
    recipe = dataclasses.replace(QUICK, epochs=40, held_out=0.0)
    finetune(encoder, long, np.arange(12) % 2, CLASSES, 2, recipe)
    assert len(read) == 40 * 12  # of each text one part a pass
    for text in long:
        assert len({tuple(part.units) for part in text} & set(read)) > 1


def test_the_same_seed_gives_the_same_model(folders, texts):
    def run(seed):
        encoder = pretrained_encoders.load(folders / "bert-mini")
        few = dataclasses.replace(QUICK, min_steps=6)
        return finetune(
            encoder, encoder.parts(texts[0][:40]), texts[1][:40], CLASSES, 2, few, seed
        ).linear.weight

    assert torch.equal(run(0), run(0))
    assert not torch.equal(run(0), run(1))


@pytest.mark.parametrize(("kind", "most"), [(CLASSES, 1), (CLASSES, 40), (TAGS, 40)])
def test_a_batch_in_parts_learns_as_a_whole_one_does(folders, texts, monkeypatch, kind, most):
    """With nothing dropped, the gradients of the parts add up to that of the batch."""
    sizes = []

    def run(most):
        encoder = pretrained_encoders.load(folders / "bert-mini")
        recipe = dataclasses.replace(QUICK, dropout=0.0, min_steps=4, held_out=0.0)
        forward = text_finetuning.TextModel.forward

        def watched(model, some):
            sizes.append((len(some), max(map(len, some))))
            return forward(model, some)

        monkeypatch.setattr(text_finetuning.TextModel, "forward", watched)
        read, targets = encoder.parts(texts[0][:40]), texts[1][:40]
        if kind == TAGS:
            words = [text.split() for text in texts[0][:40]]
            read = [[sentence] for sentence in encoder.words(words)]
            targets = [np.array([int(len(word) > 5) for word in row]) for row in words]
        model = finetune(encoder, read, targets, kind, 2, recipe, pieces_at_once=most)
        monkeypatch.undo()
        return dict(model.named_parameters())

    whole, whole_sizes = run(None), sizes.copy()
    sizes.clear()
    parts = run(most)
    assert len(sizes) > len(whole_sizes)
    assert all(n == 1 or n * longest <= most for n, longest in sizes)
    for name, weights in whole.items():  # float32, four steps of Adam, which magnifies rounding
        assert torch.allclose(parts[name], weights, atol=2e-4), name


def moved(folders, texts, **changes):
    """How far each layer moves in fine-tuning, as a share of its length."""
    encoder = pretrained_encoders.load(folders / "bert-mini")
    before = copy.deepcopy(encoder).layers()
    recipe = dataclasses.replace(QUICK, min_steps=8, held_out=0.0, **changes)
    model = finetune(encoder, encoder.parts(texts[0][:60]), texts[1][:60], CLASSES, 2, recipe)
    return {
        name: sum(
            (a - b).norm().item() for a, b in zip(layer.parameters(), before[name].parameters(), strict=True)
        )
        for name, layer in model.encoder.layers().items()
    }


def test_lower_layers_learn_more_slowly(folders, texts):
    same, fewer = moved(folders, texts), moved(folders, texts, rate_factor=10.0)
    assert fewer["layer 2"] < 0.3 * same["layer 2"]
    assert fewer["layer 1"] < 0.03 * same["layer 1"]
    assert fewer["embeddings"] < 0.003 * same["embeddings"]


def test_layers_join_from_the_top(folders, texts, monkeypatch):
    learning = []
    original = text_finetuning._loss

    def watched(model, *rest):
        learning.append([name for name, p in model.layers().items() if next(p.parameters()).requires_grad])
        return original(model, *rest)

    monkeypatch.setattr(text_finetuning, "_loss", watched)
    moved(folders, texts, gradual=True)
    assert learning[0] == ["head"]
    assert learning[-1] == ["embeddings", "layer 1", "layer 2", "head"]
    assert [len(names) for names in learning] == sorted(len(names) for names in learning)


def test_what_is_below_the_lowest_layer_stays(folders, texts):
    found = moved(folders, texts, lowest="layer 2")
    assert found["embeddings"] == found["layer 1"] == 0 < found["layer 2"]
    with pytest.raises(ValueError, match=r"'layer 9'.*embeddings, layer 1"):
        moved(folders, texts, lowest="layer 9")


def test_no_gradients_are_left(folders, texts):
    encoder = pretrained_encoders.load(folders / "bert-mini")
    model = finetune(encoder, encoder.parts(texts[0][:60]), texts[1][:60], CLASSES, 2, QUICK)
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def test_the_rate_is_slanted_or_stays(folders, texts, monkeypatch):
    factors = []
    monkeypatch.setattr(text_finetuning.freezing, "set_rates", lambda _, factor: factors.append(factor))
    moved(folders, texts, slanted=True)
    n = len(factors)
    assert factors == [slanted_triangular(step, n) for step in range(n)]
    moved(folders, texts, slanted=False)
    assert factors[n:] == [1.0] * n


def test_the_mix_learns_and_needs_layers_of_one_width(folders, texts):
    encoder = pretrained_encoders.load(folders / "elmo-mini")
    recipe = dataclasses.replace(QUICK, mix=True, min_steps=10)
    model = finetune(encoder, encoder.parts(texts[0][:60]), texts[1][:60], CLASSES, 2, recipe)
    assert len(model.mix.w) == 3
    assert model.mix.w.abs().max() > 0
    with pytest.raises(ValueError, match=r"\(32, 40, 40, 32\).*mix=False"):
        TextModel(pretrained_encoders.load(folders / "ulmfit-mini"), CLASSES, 2, recipe)


def test_the_best_epoch_is_kept(folders, texts):
    lines = []
    encoder = pretrained_encoders.load(folders / "bert-mini")
    wrong = np.random.default_rng(0).permutation(texts[1][:60])  # nothing to learn: it gets worse at once
    recipe = dataclasses.replace(QUICK, min_steps=80, held_out=0.4)
    examples = encoder.parts(texts[0][:60])
    model = finetune(encoder, examples, wrong, CLASSES, 2, recipe, report=lines.append)
    held = np.random.default_rng(0).permutation(60)[:24]
    now = text_finetuning._mean_loss(model, examples, wrong, held)
    assert now == pytest.approx(min(line["held out"] for line in lines), rel=1e-5)
    assert now < lines[-1]["held out"]


def test_batches_hold_everything_once_and_little_padding():
    lengths = np.random.default_rng(0).integers(5, 100, 500).tolist()
    batches = text_finetuning.shuffled_batches(np.arange(500), lengths, 16, np.random.default_rng(1))
    assert sorted(np.concatenate(batches).tolist()) == [*range(500)]
    padded = sum(len(b) * max(lengths[i] for i in b) for b in batches)
    assert padded < 1.15 * sum(lengths)
    assert not np.array_equal(batches[0], np.sort(batches[0]))


def test_the_dropout_asked_for_is_everywhere(folders):
    model = TextModel(pretrained_encoders.load(folders / "bert-mini"), CLASSES, 2, TextRecipe(dropout=0.3))
    assert {m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)} == {0.3}
    assert {m.attention_probs_dropout_prob for m in model.modules() if hasattr(m, "query")} == {0.3}


def test_dropout_is_on_while_learning_only(folders, texts, monkeypatch):
    encoder = pretrained_encoders.load(folders / "bert-mini")
    examples, modes, loss = encoder.parts(texts[0][:20]), [], text_finetuning._loss

    def noted(model, *rest):
        modes.append({m.training for m in model.modules() if isinstance(m, torch.nn.Dropout)})
        return loss(model, *rest)

    monkeypatch.setattr(text_finetuning, "_loss", noted)
    recipe = dataclasses.replace(QUICK, min_steps=4, held_out=0.0, dropout=0.5)
    model = finetune(encoder, examples, texts[1][:20], CLASSES, 2, recipe)
    assert modes
    assert all(mode == {True} for mode in modes)
    with torch.no_grad():
        once, again = (model.eval().answers(examples) for _ in range(2))
        assert torch.equal(once, again)
        model.train()
        once, again = (model(examples[0]) for _ in range(2))
        assert not torch.equal(once, again)
    assert not np.isnan(model.predict(examples)).any()


def test_bad_input(folders, texts):
    encoder = pretrained_encoders.load(folders / "bert-mini")
    with pytest.raises(ValueError, match="9 labelled examples"):
        finetune(encoder, encoder.parts(texts[0][:9]), texts[1][:9], CLASSES, 2)
    with pytest.raises(ValueError, match=r"'ranks'.*'max'"):
        TextModel(encoder, "ranks", 2, TextRecipe(pooling="max"))
