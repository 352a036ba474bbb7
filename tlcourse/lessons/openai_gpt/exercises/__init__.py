"""Exercises of lesson 07, OpenAI GPT."""

from tlcourse.exercises.machinery import prediction
from tlcourse.lessons.openai_gpt.exercises.answers import best_answer
from tlcourse.lessons.openai_gpt.exercises.choosing import nucleus
from tlcourse.lessons.openai_gpt.exercises.inputs import both_orders
from tlcourse.lessons.openai_gpt.exercises.pretraining import next_piece_loss

__all__ = ["best_answer", "both_orders", "layers", "likeliest", "next_piece_loss", "nucleus"]

layers = prediction(
    question=(
        "Radford et al. fine-tune GPT with only its lowest layers taken over from pretraining, the others "
        "random, for each number of layers from none to all twelve. What did their curve look like?"
    ),
    options=(
        "Flat after the embeddings: knowing the words is what matters",
        "It rises over the lowest layers and then stays level: only these are general",
        "It rises with each layer, up to the last",
        "It falls at the end: the top layers know only how to predict the next word",
    ),
    answer=2,
    why=(
        "In the paper the embeddings helped, and the layers above them went on helping.",
        "That is what one expects from vision, where the lowest layers are the general ones. In the paper it "
        "went on.",
        "So they report (section 5, figure 2): each layer holds something of use. What came out here, the "
        "figure and the sentence above say.",
        "The top is closest to the pretraining task, and a frozen model is often read better from below it. "
        "But in the paper everything is trained on, and then the top helped, too.",
    ),
)

likeliest = prediction(
    question=(
        "You let a language model write on and on, and each time it takes the word that it finds likeliest. "
        "What do you expect?"
    ),
    options=(
        "The best text that the model can write",
        "A text that is correct, but with many rare words",
        "Soon the same few words again and again",
        "Nonsense: a model of this size cannot put a sentence together",
    ),
    answer=2,
    why=(
        "The likeliest word each time does not make a text like those that people write: theirs has a "
        "surprise every few words.",
        "The other way round: the likeliest words are the common ones.",
        "Each repetition makes the next one likelier, and nothing leads out of the loop.",
        "Sense is thin, true. But what sets the likeliest words apart from drawn ones is that they repeat.",
    ),
)
