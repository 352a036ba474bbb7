"""What is done with models: `text`, `pretrain`, `serve`."""

from pathlib import Path
from typing import Annotated

import typer

from tlcourse import terminal

app = typer.Typer()


@app.command()
def text(
    folder: Annotated[Path, typer.Argument(help="Where the index goes; it must not be there yet.")],
    nltk: Annotated[Path | None, typer.Option(help="NLTK's data, if not where NLTK looks.")] = None,
    imdb: Annotated[Path | None, typer.Option(help="IMDb, if not by `tlcourse fetch imdb`.")] = None,
    eltec: Annotated[Path | None, typer.Option(help="The novels: level1 of COST-ELTeC/ELTeC-eng.")] = None,
    pieces: Annotated[Path | None, typer.Option(help="Take the vocabulary of this folder's model.")] = None,
) -> None:
    """Assemble the text that models are pretrained on, without anything that they are tested on."""
    from tlcourse.data import pretraining_text

    sources = pretraining_text.Sources.fetched(nltk=nltk, imdb=imdb, eltec=eltec)
    pretraining_text.make(sources, folder, terminal.console().print, pieces)


def _count(text: str) -> int:
    """`200k`, `1.5M` or `300000` as a number."""
    factors = {"k": 1_000, "M": 1_000_000}
    try:
        return round(float(text.rstrip("kM")) * factors.get(text[-1:], 1))
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is not a number; write 200k, 60M or 300000") from None


@app.command()
def pretrain(
    name: Annotated[str | None, typer.Argument(help="A model of the zoo, such as bert.")] = None,
    tokens: Annotated[str, typer.Option(help="How much it reads: 200k shows it work in a minute.")] = "60M",
    text: Annotated[Path | None, typer.Option(help="From `tlcourse text`; packaged news if none.")] = None,
    runs: Annotated[Path, typer.Option(help="Where the run is kept.")] = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    seed: Annotated[int, typer.Option(help="Of weights, order, masks and dropout.")] = 0,
    begins_from: Annotated[
        str | None, typer.Option("--from", help="A trained model to go on from: a name, or a folder.")
    ] = None,
    whole_zoo: Annotated[bool, typer.Option("--all", help="Every model, one after the other.")] = False,
) -> None:
    """Train a model of the zoo, or all of them, from random weights or on from a trained one."""
    if whole_zoo == (name is not None):
        raise typer.BadParameter("give the name of a model, such as bert, or --all")
    if whole_zoo and begins_from:
        raise typer.BadParameter("--from is for one model; with --all, ERNIE goes on from the new BERT")
    if whole_zoo:
        from tlcourse.train.pretraining.whole_zoo import pretrain_all

        pretrain_all(_count(tokens), text, runs, resume, seed)
        return
    from tlcourse.train.pretraining.pretrain import pretrain as start

    start(name, _count(tokens), text, runs, resume, seed, begins_from)


@app.command()
def serve(
    model: Annotated[str, typer.Option(help="A name such as minilm or bert-mini, or a folder.")] = "minilm",
    workers: Annotated[int, typer.Option(min=1, help="Processes that compute, a thread each.")] = 1,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where texts come in, over ZeroMQ.")] = 5555,
    port_out: Annotated[int, typer.Option(min=0, max=65535, help="Where vectors go out.")] = 5556,
    http: Annotated[int | None, typer.Option(min=0, max=65535, help="Speak HTTP here, too.")] = None,
    layer: Annotated[list[int] | None, typer.Option(help="-1 is the last; may be given again.")] = None,
    pooling: Annotated[str, typer.Option(help="As in bert-as-service.")] = "REDUCE_MEAN",
    normalise: Annotated[bool, typer.Option("--normalise", help="Vectors of length 1.")] = False,
    max_seq_len: Annotated[int | None, typer.Option(help="Tokens of a text that are read.")] = None,
    show_tokens: Annotated[bool, typer.Option("--show-tokens", help="Tell ZeroMQ's clients them.")] = False,
    max_batch: Annotated[int, typer.Option(min=1, help="Texts computed at once.")] = 32,
    queue: Annotated[int, typer.Option(min=1, help="Texts that may wait; then it is busy.")] = 16384,
    timeout: Annotated[float, typer.Option(help="Seconds after which a request is given up.")] = 60.0,
    host: Annotated[
        str, typer.Option(help="ZeroMQ's address; beyond this machine with --curve.")
    ] = "127.0.0.1",
    http_host: Annotated[str, typer.Option(help="HTTP's; beyond this machine with --token.")] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(envvar="TLCOURSE_TOKEN", help="That HTTP asks for: Authorization: Bearer …")
    ] = None,
    curve: Annotated[
        Path | None, typer.Option(help="Folder with keys: python -m tlcourse.serve.keys FOLDER")
    ] = None,
) -> None:
    """Serve an encoder to many clients: to bert-serving-client over ZeroMQ, to openai over HTTP."""
    from tlcourse.serve.settings import Settings

    settings = Settings(
        model=model,
        workers=workers,
        host=host,
        port=port,
        port_out=port_out,
        http_host=http_host,
        http_port=http,
        layers=tuple(layer or (-2,)),
        pooling=pooling.upper(),
        normalise=normalise,
        max_seq_len=max_seq_len,
        show_tokens=show_tokens,
        max_batch=max_batch,
        max_waiting=queue,
        timeout=timeout,
        token=token,
        curve=curve,
    )
    try:
        from tlcourse.serve import command
    except ModuleNotFoundError as error:
        raise RuntimeError(f"{error.name} is not installed: pip install 'tlcourse[serve]'") from None
    command.serve(settings, terminal.console(stderr=True).print)
