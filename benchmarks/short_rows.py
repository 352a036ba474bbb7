"""Does it help BERT to begin with short rows? A small BERT, from random weights, with and without them.

    python benchmarks/short_rows.py --text TEXT --out short-rows.json

Two layers of 128 numbers read the same text three times: in rows of 128 pieces from the start; in rows of
16, 32 and 64 first, a quarter of the tokens each, where new positions begin as copies, as in BERT's own
recipe; and the same where they begin at random. TEXT is a folder that `tlcourse text` wrote. What is printed
is the loss on masked pieces, in nats: of training text at the row length of that moment, and at the end of
held-out text, in rows of 128 for all.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tlcourse import files

SIZES = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}
SHORT = (16, 32, 64)


def ways(tokens: int) -> dict[str, dict[str, tuple]]:
    """What a recipe says of its rows; it is with `growth` that new positions begin as copies."""
    growth = tuple((tokens * (i + 1) // 4, length) for i, length in enumerate(SHORT))
    quarters = tuple((0.25, length) for length in (*SHORT, 128))
    return {
        "128 from the start": {"lengths": ((1.0, 128),), "growth": ()},
        "16, 32, 64, then 128; copies": {"lengths": ((1.0, 128),), "growth": growth},
        "16, 32, 64, then 128; at random": {"lengths": quarters, "growth": ()},
    }


def train(rows: dict[str, tuple], index, tokens: int, seed: int) -> dict:
    """`curve`: (tokens read, loss since the last entry), each hundred steps; `held_out`: the last loss."""
    import dataclasses

    from tlcourse.models.pretrained import zoo
    from tlcourse.train.pretraining import loop, recipes
    from tlcourse.train.pretraining.pretrain import bf16_is_fast

    recipe = dataclasses.replace(
        recipes.recipe_for("bert", index.sources, tokens, seed, bf16=bf16_is_fast()),
        config=dataclasses.replace(zoo.ZOO["bert-mini"], **SIZES),
        batch_tokens=1024,
        **rows,
        learning_rate=1e-3,
        warmup=tokens // 12,
        log_every=100,
        checkpoint_every=sys.maxsize,
        evaluate_every=sys.maxsize,
    )
    with tempfile.TemporaryDirectory() as folder:
        result = loop.run(recipe, index, folder)
    curve = [(line["tokens"], line["losses"]["masked piece"]) for line in result.log if "losses" in line]
    return {"curve": curve, "held_out": result.held_out["masked piece"]}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=4_000_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    from tlcourse.data import text_index

    index = text_index.load(options.text)
    compared = ways(options.tokens)
    results: dict[str, list] = {way: [] for way in compared}
    for seed in range(options.seeds):
        for way, rows in compared.items():
            found = train(rows, index, options.tokens, seed)
            results[way].append(found)
            print(f"seed {seed}, rows of {way}:")
            for tokens, loss in found["curve"][:: max(1, len(found["curve"]) // 8)]:
                print(f"  {tokens / 1e6:.2f}M tokens  {loss:.3f}")
            print(f"  held out       {found['held_out']:.3f}", flush=True)
    if options.out:
        facts = {"tokens": options.tokens, "ways": results}
        files.write_json(options.out, facts, indent=1)


if __name__ == "__main__":
    main()
