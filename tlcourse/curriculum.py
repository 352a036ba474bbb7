"""The lessons of the course: what each teaches, which part of the talk it covers, and what it stands on.

The talk is the 2019 industry talk on transfer learning for NLP whose agenda the course follows. A lesson is
known by its slug everywhere but here: its number is its place in this list, and may change.
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
    "And after",
)


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        slug: its name everywhere: `tlcourse/lessons/<slug>/`, `notebooks/NN_<slug>.ipynb`.
        title: as on its first line.
        section: of the talk.
        question: what it answers.
        stands_on: the slugs of lessons to be done before.
        teaches: the modules of `models/`, `train/` and `probe/` that it explains, without `tlcourse.`; a
            package stands for all of its modules.
        planned: it is not there yet.
    """

    slug: str
    title: str
    section: str
    question: str
    stands_on: tuple[str, ...] = ()
    teaches: tuple[str, ...] = ()
    planned: bool = False

    @property
    def number(self) -> str:
        """Its place in the course, such as `"02"`."""
        return f"{LESSONS.index(self):02d}"


_IDEA, _VISION, _BEFORE, _MODELS, _INSIDE, _NEW, _SERVING, _AFTER = SECTIONS

LESSONS = (
    Lesson("start_here", "Start here", _IDEA, "How does the course work?"),
    Lesson(
        "what_is_transfer_learning",
        "What is transfer learning",
        _IDEA,
        "How many labels is pretraining worth?",
        ("start_here",),
        teaches=(
            "models.pretrained.minilm",
            "probe.domain_shift",
            "train.measuring.baselines",
            "train.measuring.domain_transfer",
            "train.measuring.label_efficiency",
        ),
    ),
    Lesson(
        "transfer_in_vision",
        "Transfer in vision",
        _VISION,
        "Freeze, fine-tune, or start from scratch?",
        ("what_is_transfer_learning",),
        teaches=(
            "models.vision",
            "probe.occlusion",
            "train.finetuning.freezing",
            "train.finetuning.image_batches",
            "train.finetuning.images",
            "train.measuring.features",
            "train.measuring.few_labels",
            "train.measuring.linear_probe",
        ),
    ),
    Lesson(
        "static_word_vectors",
        "Static word vectors",
        _BEFORE,
        "What does one vector per word know?",
        ("what_is_transfer_learning",),
        teaches=(
            "models.vectors",
            "probe.bias",
            "probe.word_vectors",
            "train.finetuning.averaged_vectors",
        ),
    ),
    Lesson(
        "sequences_and_attention",
        "Sequences and attention",
        _BEFORE,
        "What does a single vector lose?",
        ("static_word_vectors",),
        teaches=(
            "models.parts.attention",
            "models.parts.transformer",
            "models.sequences",
            "probe.letter_alignment",
            "train.finetuning.seq2seq",
            "train.measuring.error_rates",
        ),
    ),
    Lesson(
        "elmo",
        "ELMo",
        _MODELS,
        "What if a word's vector saw its sentence?",
        ("sequences_and_attention",),
        teaches=(
            "models.language.elmo",
            "models.parts.lstm",
            "probe.layer_by_layer",
            "probe.layer_mix",
            "probe.word_uses",
            "train.measuring.representations",
        ),
    ),
    Lesson(
        "ulmfit",
        "ULMFiT",
        _MODELS,
        "How do you fine-tune without forgetting?",
        ("transfer_in_vision", "elmo"),
        teaches=(
            "models.language.ulmfit",
            "train.finetuning.lm_classifier",
            "train.finetuning.lm_finetuning",
            "train.schedules",
        ),
    ),
    Lesson(
        "openai_gpt",
        "OpenAI GPT",
        _MODELS,
        "Can one Transformer serve every task?",
        ("sequences_and_attention", "ulmfit"),
        teaches=(
            "models.language.gpt",
            "models.language.sampling",
            "probe.zero_shot",
            "train.finetuning.generative",
            "train.measuring.repetition",
            "train.measuring.transferred_layers",
        ),
    ),
    Lesson(
        "bert",
        "BERT",
        _MODELS,
        "What does looking both ways buy?",
        ("elmo", "openai_gpt"),
        teaches=(
            "models.language.bert",
            "models.parts.embeddings",
            "probe.masked_words",
            "train.pretraining.masking",
        ),
    ),
    Lesson(
        "to_tune_or_not_to_tune",
        "To tune or not to tune",
        _MODELS,
        "Take the states as they are, or train on?",
        ("bert",),
        teaches=(
            "train.finetuning.answers",
            "train.finetuning.heads",
            "train.finetuning.read_once",
            "train.finetuning.text_model",
            "train.finetuning.texts",
            "train.measuring.answer_scores",
            "train.measuring.evaluate",
        ),
    ),
    Lesson(
        "what_does_bert_look_at",
        "What does BERT look at",
        _INSIDE,
        "What do its heads see, and how many does it need?",
        ("bert",),
        teaches=(
            "models.pretrained.distilbert",
            "probe.attention_maps",
            "probe.attention_probe",
            "probe.head_masks",
            "probe.head_parsers",
            "probe.head_statistics",
            "probe.pruning",
        ),
    ),
    Lesson(
        "probing_for_structure",
        "Probing for structure",
        _INSIDE,
        "Is there a tree in its vectors?",
        ("what_does_bert_look_at",),
        teaches=(
            "probe.control_tasks",
            "probe.edge_probing",
            "probe.edge_tasks",
            "probe.layer_places",
            "probe.sentence_states",
            "probe.structural",
            "probe.tree_baselines",
            "probe.tree_metrics",
        ),
    ),
    Lesson(
        "geometry_of_bert",
        "The geometry of BERT",
        _INSIDE,
        "Where does it keep syntax and sense?",
        ("probing_for_structure",),
        teaches=("probe.mixed_contexts", "probe.pythagorean", "probe.senses"),
    ),
    Lesson(
        "gpt2",
        "GPT-2",
        _NEW,
        "What comes with scale alone?",
        ("openai_gpt",),
        teaches=(
            "models.language.kneser_ney",
            "models.language.llama",
            "models.pretrained.smollm2",
            "models.pretrained.writers",
            "probe.bits_per_byte",
            "probe.generated_text",
            "probe.shared_context",
            "probe.story_answers",
            "probe.summaries",
            "probe.token_ranks",
            "train.measuring.power_law",
            "train.pretraining.trigram_baseline",
        ),
    ),
    Lesson(
        "xlnet",
        "XLNet",
        _NEW,
        "Can you look both ways without [MASK]?",
        ("bert",),
        teaches=(
            "models.language.xlnet",
            "models.parts.relative_attention",
            "probe.as_in_training",
            "probe.joint_probability",
            "probe.loss_by_place",
            "probe.neighbours",
            "train.pretraining.permutation",
        ),
    ),
    Lesson(
        "ernie",
        "ERNIE 2.0",
        _NEW,
        "What do more pretraining tasks teach?",
        ("bert",),
        teaches=(
            "models.language.ernie",
            "train.pretraining.ernie_tasks",
            "train.pretraining.task_guesses",
            "train.pretraining.task_questions",
            "train.pretraining.task_strategies",
        ),
    ),
    Lesson(
        "serving_embeddings",
        "Serving embeddings",
        _SERVING,
        "How do a thousand users share one model?",
        ("bert",),
    ),
    Lesson(
        "state_of_the_art_and_after",
        "The state of the art, and after",
        _AFTER,
        "What would you use today?",
        ("to_tune_or_not_to_tune", "gpt2", "xlnet", "ernie"),
    ),
)

# Modules of `models/`, `train/` and `probe/` that no lesson explains: the engine under all of them.
ENGINE = (
    "models.language.counterpart",
    "models.language.system",
    "models.parts.config_fields",
    "models.pretrained.checkpoints",
    "models.pretrained.encoders",
    "models.pretrained.how_trained",
    "models.pretrained.interchange",
    "models.pretrained.loading_quietly",
    "models.pretrained.onnx_weights",
    "models.pretrained.registry",
    "models.pretrained.text_encoders",
    "models.pretrained.transformers_configs",
    "models.pretrained.zoo",
    "train.divergence",
    "train.finetuning.trainings",
    "train.labels",
    "train.measuring.frozen_states",
    "train.measuring.scores",
    "train.pretraining.checkpoint",
    "train.pretraining.held_out",
    "train.pretraining.journal",
    "train.pretraining.loop",
    "train.pretraining.model_card",
    "train.pretraining.objectives",
    "train.pretraining.positions",
    "train.pretraining.pretrain",
    "train.pretraining.recipes",
    "train.pretraining.whole_zoo",
)


def lesson(name: str) -> Lesson:
    """Return the lesson with this slug, such as `"transfer_in_vision"`, or this number, such as `"02"`.

    Raises:
        KeyError: there is none.
    """
    for one in LESSONS:
        if name in (one.slug, one.number):
            return one
    raise KeyError(f"no lesson {name!r}; the course has {', '.join(one.slug for one in LESSONS)}")
