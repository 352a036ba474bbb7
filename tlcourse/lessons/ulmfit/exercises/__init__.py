"""Exercises of lesson 06, ULMFiT."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.ulmfit.exercises.perplexities import perplexity
from tlcourse.lessons.ulmfit.exercises.rates import slanted
from tlcourse.lessons.ulmfit.exercises.thawing import layer_rates
from tlcourse.lessons.ulmfit.exercises.vectors import concat_pool

__all__ = ["concat_pool", "forgetting", "layer_rates", "perplexity", "second_stage", "slanted"]

second_stage = prediction(
    question=(
        "Perplexity says how unsure a language model is of the next piece of a text: lower is better. One "
        "that has read news, novels and reviews goes on with short film snippets. What happens to its "
        "perplexity on snippets that it has not read, and on news?"
    ),
    options=(
        "Both stay as they are: it has read so much more before",
        "Snippets fall, and so does news: it has read more English",
        "Snippets fall clearly, news rises a little",
        "Snippets fall clearly, news rises far more than snippets fall",
    ),
    answer=2,
    why=(
        "Both rows change: how a kind of text is written is quickly learned, and another kind pays for it.",
        "More English of another kind does not help with news: that row rises. What is more like the "
        "snippets can gain: product reviews and tweets are opinions, too.",
        "Yes. It moves towards the task's text; how much of the rest is kept depends on the rates and on how "
        "long it reads.",
        "That is what one would see with too high a rate for too long: see the row of news.",
    ),
)

forgetting = prediction(
    question=(
        "The network then becomes a classifier. Every few steps you ask it once more to predict the next "
        "piece of *news*. The loss on news, while the classifier trains …"
    ),
    options=(
        "… stays where it is in any case: the classifier only reads the states",
        "… rises in any case by the same, as soon as all layers learn",
        "… rises a lot if all layers learn at the rate of the new head, and hardly with ULMFiT's tricks",
        "… falls: what is learned from the labels helps with news, too",
    ),
    answer=2,
    why=(
        "The labels' loss goes back through all layers that learn, and the language model shares them.",
        "Compare the two lines: how fast the shared layers learn, and from when on, makes the difference.",
        "Yes: this is the forgetting that the tricks are there to prevent. In few steps it shows "
        "less. Whether it costs accuracy on the task is another question: see the ablation.",
        "A hundred labels hold nothing about news.",
    ),
)
