"""Exercises of lesson 10, What does BERT look at."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.what_does_bert_look_at.exercises.between_words import word_attention
from tlcourse.lessons.what_does_bert_look_at.exercises.head_as_parser import most_attended
from tlcourse.lessons.what_does_bert_look_at.exercises.head_offsets import best_offset
from tlcourse.lessons.what_does_bert_look_at.exercises.heads_by_gradient import head_importance
from tlcourse.lessons.what_does_bert_look_at.exercises.heads_kept import keep_best

__all__ = [
    "best_offset",
    "head_importance",
    "how_many_heads",
    "keep_best",
    "most_attended",
    "where_to_rest",
    "word_attention",
]

where_to_rest = prediction(
    question=(
        "A head of BERT's upper layers spreads each word's attention over the whole text. Which of these "
        "three do most of these heads look at most?"
    ),
    options=(
        "The word itself",
        "The word before or the word after",
        "[CLS] or [SEP], the marks before and after a text",
    ),
    answer=2,
    why=(
        "What the word is comes to the next layer without attention: a layer's output is added to its input.",
        "Some heads have that habit: in BERT-base four give the word before more than half of their "
        "attention, five the word after (Clark et al. 2019, section 3.1).",
        "A head's weights add up to 1, whether or not there is what it looks for. A mark, which stands in "
        "every text, is where it can rest: so Clark et al. explain it (section 3.2). (What goes to all "
        "other words together may be more: that was not asked.)",
    ),
)

how_many_heads = prediction(
    question=(
        "A BERT has been fine-tuned. Now its least important heads are taken out, more and more of them, and "
        "it is not trained again. Which share of the heads can go before accuracy has fallen by more than a "
        "point? Take the nearest."
    ),
    options=(
        "None: each head that goes costs a point",
        "About one in ten",
        "About half",
        "Nine in ten: one head in a layer will do",
    ),
    answer=2,
    why=(
        "Much of what one head finds, others find too: in Michel et al. 2019 most heads can go, one at a "
        "time, "
        "without a difference (section 3.2).",
        "A tenth of the heads at a time is how Michel et al. take them out; look where the curve bends.",
        "Without a loss worth noticing Michel et al. took out a fifth of the heads of a translator, two "
        "fifths of BERT's for MNLI, three fifths for SST-2 (section 4).",
        "With a single head in one layer, BERT loses a point at most on MNLI, whichever layer it is (section "
        "3.3); but then the other layers have all of theirs.",
    ),
)
