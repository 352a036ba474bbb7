"""What a stored notebook keeps of its outputs: alike on every machine, readable without a front end."""

import json
import re
from pathlib import Path

from tlcourse.notebook_tools.source import KERNELSPEC, LessonError

MAX_OUTPUT_BYTES = 1_000_000

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")
_BINARY = ("image/png", "image/jpeg", "application/pdf")


def normalise(notebook, private: list[Path]) -> list[str]:
    """Strip from `notebook`, in place, what differs from run to run; return what deserves a second look.

    Widget views and widget state go (the static twin stays), and so do timings, memory addresses, terminal
    colours, overwritten progress lines and all metadata but tags and alt text. Execution counts stay.

    Args:
        notebook: an executed notebook.
        private: folders of this machine that no output may name.

    Raises:
        LessonError: an output names a private folder, is larger than 1 MB, or is an error.
    """
    remarks = []
    notebook.metadata = type(notebook.metadata)(kernelspec=dict(KERNELSPEC), language_info={"name": "python"})
    for index, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = type(cell.metadata)(tags=tags) if tags else type(cell.metadata)()
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        where = (
            f"cell {index} ({cell.source.strip().splitlines()[0][:50] if cell.source.strip() else 'empty'})"
        )
        cell.outputs = _join_streams([output for output in map(_clean, cell.outputs) if output is not None])
        for output in cell.outputs:
            remarks += _inspect(output, where, private, allowed_error="raises-exception" in tags)
    return remarks


def _clean(output):
    """Return the output without what varies, or None where nothing is left of it."""
    if output.output_type in ("display_data", "execute_result"):
        output.data.pop(WIDGET_VIEW, None)
        if "image/png" in output.data:
            output.data.pop("text/html", None)  # the same image again, for its alt text in JupyterLab
        if not output.data:
            return None
        for mime in ("text/plain", "text/html", "text/markdown"):
            if isinstance(output.data.get(mime), str):
                output.data[mime] = _ADDRESS.sub("", _ANSI.sub("", output.data[mime]))
        output.metadata = type(output.metadata)(
            {mime: meta for mime, meta in output.metadata.items() if mime in output.data}
        )
        output.pop("transient", None)
    return output


def _plain(text: str) -> str:
    """Return terminal output as it looks in the end: no colours, of a rewritten line the last text."""
    lines = _ANSI.sub("", text).replace("\r\n", "\n").split("\n")
    return _ADDRESS.sub("", "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines))


def _join_streams(outputs: list) -> list:
    """Join neighbouring texts of one stream, then read them as a terminal: where they were cut is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            joined.append(output)
    for output in joined:
        if output.output_type == "stream":
            output.text = _plain(output.text)
    return [output for output in joined if output.output_type != "stream" or output.text]


def _inspect(output, where: str, private: list[Path], allowed_error: bool) -> list[str]:
    """Return remarks on one output; raise on what may not be stored."""
    size = len(json.dumps(output))
    if size > MAX_OUTPUT_BYTES:
        raise LessonError(
            f"{where}: an output takes {size:,} bytes; a stored output has at most {MAX_OUTPUT_BYTES:,}."
        )
    if output.output_type == "error" and not allowed_error:
        raise LessonError(f"{where} ends in {output.ename}: {output.evalue}")
    shown = json.dumps(
        {**output, "data": {m: d for m, d in output.get("data", {}).items() if m not in _BINARY}}
    )
    for folder in private:
        if re.search(rf"(?<![\w.-]){re.escape(str(folder))}(?![\w.-])", shown):
            raise LessonError(
                f"{where}: an output names {folder}, a folder of this machine; "
                "show paths relative to ~ or to the course."
            )
    remarks = []
    if output.output_type == "stream" and output.name == "stderr":
        remarks.append(f"{where} writes to stderr: {output.text.strip()[:300]}")
    data = output.get("data", {})
    if "image/png" in data and not output.metadata.get("image/png", {}).get("alt"):
        remarks.append(f"{where}: a figure without alt text (show it with show.figure)")
    if set(data) == {"text/plain"} and re.match(
        r"\w+\(.*children=|\w+(Slider|Box|Button)\(", data["text/plain"]
    ):
        remarks.append(f"{where}: a widget without a static twin")
    return remarks
