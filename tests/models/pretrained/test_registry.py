"""Each system says in its own module what the rest of the course needs of it."""

import ast
import inspect
import re
from pathlib import Path

import pytest
import tokenizers
import transformers

import tlcourse
from tlcourse.models.language import bert, gpt, xlnet
from tlcourse.models.pretrained import interchange, registry, text_encoders
from tlcourse.models.pretrained.registry import SYSTEMS, system_of
from tlcourse.models.pretrained.transformers_configs import counterpart_of

TINY = {
    "vocab_size": 30,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
}
each = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.config.__name__)


def module_of(system):
    return inspect.getmodule(system.model)


@each
def test_a_system_is_whole(system):
    assert module_of(system).SYSTEM is system
    model = system.model(system.config())
    encoder = getattr(model, system.encoder_name) if system.encoder_name else model
    assert type(encoder) is system.encoder
    assert system_of(encoder.config) is system
    assert [*encoder.named_layers()] == ["embeddings"] + [
        f"layer {i}" for i in range(1, len(encoder.config.widths))
    ]
    assert re.search(r"\(.* et al\. 20\d\d|\(.* and .* 20\d\d", system.summary)  # its paper


def imported(path):
    """The names that a module takes from the package of the systems."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in froms if (node.module or "").startswith("tlcourse.models.language")]
    return {alias.name for node in ours for alias in node.names}


@each
def test_nothing_but_its_module_the_registry_and_its_recipe_knows_a_system(system):
    package = Path(tlcourse.__file__).parent
    # A system may be built from another one, and ELMo alone reads no pieces.
    allowed = {Path(module_of(one).__file__) for one in SYSTEMS} | {Path(registry.__file__)}
    allowed |= {package / "train/pretraining/recipes.py", Path(text_encoders.__file__)}
    names = {system.config.__name__, system.model.__name__, system.encoder.__name__}
    for path in [*package.glob("models/**/*.py"), *package.glob("train/**/*.py")]:
        if path not in allowed:
            assert not names & imported(path), f"{path.relative_to(package)} knows {system.summary}"


@each
def test_its_counterparts_are_classes_of_transformers(system):
    for theirs in system.counterparts:
        fields = transformers.AutoConfig.for_model(theirs.model_type)
        for name in filter(None, (theirs.encoder, theirs.pretraining)):
            assert getattr(transformers, name).config_class is type(fields)
        for name in [*theirs.config_names, *theirs.only]:
            assert hasattr(fields, name) or theirs.model_type == "xlnet", name  # it has some under old names


def test_the_marks_in_the_words_of_the_library():
    of_bert = ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    assert bert.SYSTEM.marks.templates == of_bert
    assert xlnet.SYSTEM.marks.templates == ("$A [SEP] [CLS]:2", "$A [SEP] $B:1 [SEP]:1 [CLS]:2")
    assert gpt.SYSTEM.marks.templates is None


def test_of_two_gpts_the_norm_tells():
    assert counterpart_of(gpt.GPTConfig()).model_type == "openai-gpt"
    assert counterpart_of(gpt.GPTConfig(norm="pre")).model_type == "gpt2"


def test_what_transformers_has_only_a_part_of_is_refused():
    config = transformers.ErnieConfig(**TINY, use_task_id=True, task_type_vocab_size=5)
    theirs = transformers.ErnieForMaskedLM(config)
    with pytest.raises(ValueError, match=r"lacks .*order\.weight.*base_model"):
        interchange.from_transformers(theirs)


def test_an_unknown_configuration_is_named():
    with pytest.raises(TypeError, match=r"dict is the configuration of no system.*XLNetConfig"):
        system_of({})


def test_a_tokeniser_without_a_mark_is_refused():
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    network = bert.BertModel(bert.BertConfig(**TINY))
    with pytest.raises(ValueError, match=r"no \[CLS\], which BertModel reads"):
        text_encoders.PieceEncoder(network, tokenizer, bert.SYSTEM.marks)
