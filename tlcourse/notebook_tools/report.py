"""The report of a run: `report.json` for programs, `index.html` for people."""

import html
import json
import os
import platform
from pathlib import Path

import psutil

from tlcourse import files

# Seconds that a notebook may take on two cores, by profile; its memory: `profiles.MEMORY_BYTES`.
BUDGET_SECONDS = {"full": 8 * 60, "fast": 45}

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a }
body { margin: 2rem auto; padding: 0 1rem; max-width: 68rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid #d0d0d0; vertical-align: top }
th { border-bottom: 2px solid #1a1a1a }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.meter { display: block; height: 6px; background: #e4e4e4; margin-top: 4px; min-width: 9rem }
.meter i { display: block; height: 100%; background: #0072b2 }
.over .meter i { background: #d55e00 }
.over { color: #a34700; font-weight: 600 }
.mark, td:first-child { white-space: nowrap }
.mark { font-weight: 600 }
.failed .mark { color: #a34700 }
pre { white-space: pre-wrap; margin: .3rem 0 0; font-size: .85rem }
.note { color: #4a4a4a }
"""

_MARKS = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "waiting": "… not run yet",
    "interrupted": "■ interrupted",
}


def machine() -> dict:
    """Return what the figures were measured on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
    }


def write(out: Path, report: dict) -> None:
    """Write `report` into `out` as report.json and index.html, each whole or not at all."""
    files.write_text(out / "report.json", json.dumps(report, indent=2) + "\n")
    files.write_text(out / "index.html", page(report, answers=(out / "answers.html").exists()))


def page(report: dict, answers: bool = False) -> str:
    """Return the report as one HTML page without scripts, which links the executed copies beside it.

    `answers`: the answer book lies beside it as well.
    """
    budget_seconds, budget_bytes = report["budget"]["seconds"], report["budget"]["peak_bytes"]
    rows = "\n".join(_row(entry, budget_seconds, budget_bytes) for entry in report["notebooks"])
    exercises = "solved" if report["solutions"] else "untouched"
    passed = sum(entry["status"] == "passed" for entry in report["notebooks"])
    of = report["machine"]
    versions = " · ".join(f"{name} {version}" for name, version in report["versions"].items())
    book = ' <a href="answers.html">The answers, on one page</a>.' if answers else ""
    state = "" if report["complete"] else " The run has not come to its end."
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{passed} of {len(report["notebooks"])} notebooks passed</title><style>{_STYLE}</style></head><body>
<h1>{passed} of {len(report["notebooks"])} notebooks passed</h1>
<p class="note">Profile <b>{report["profile"]}</b>, exercises {exercises}, {report["jobs"]} at a time,
started {html.escape(report["started"])}.{state}{book}</p>
<table><thead><tr><th>Notebook</th><th>Outcome</th>
<th>Time (budget {budget_seconds} s)</th>
<th>Peak memory (budget {budget_bytes / 1e9:.1f} GB)</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<p class="note">{html.escape(of["system"])}, {of["cores"]} cores, {of["memory_bytes"] / 1e9:.0f} GB.
{html.escape(versions)}. The same as data: <a href="report.json">report.json</a>.</p>
</body></html>
"""


def _row(entry: dict, budget_seconds: float, budget_bytes: int) -> str:
    """Return the table row of one notebook."""
    name = html.escape(entry["name"])
    if entry["status"] in ("passed", "failed") and entry.get("cells"):
        title = (
            f'<a href="{name}.html">{name}</a> <span class="note">(<a href="{name}.ipynb">ipynb</a>)</span>'
        )
    else:
        title = name
    trouble = [entry["error"]] if entry.get("error") else []
    trouble += [f"in a widget: {error}" for error in entry.get("widget_errors", ())]
    if entry.get("failed_cell"):
        trouble[0] = f"in the cell that begins {entry['failed_cell']}\n{trouble[0]}"
    outcome = f'<span class="mark">{_MARKS[entry["status"]]}</span>'
    if entry.get("reused"):
        outcome += ' <span class="note">(kept from an earlier run)</span>'
    outcome += "".join(f"<pre>{html.escape(line)}</pre>" for line in trouble)
    seconds, peak = entry.get("seconds"), entry.get("peak_bytes")
    return (
        f'<tr class="{entry["status"]}"><td>{title}</td><td>{outcome}</td>'
        + _cell(seconds, budget_seconds, "{:.1f} s")
        + _cell(peak and peak / 1e9, budget_bytes / 1e9, "{:.2f} GB")
        + "</tr>"
    )


def _cell(value: float | None, budget: float, pattern: str) -> str:
    """Return a table cell with a value and how much of its budget it takes."""
    if value is None:
        return "<td></td>"
    share = value / budget
    over = " over" if share > 1 else ""
    text = pattern.format(value) + (" – over budget" if over else "")
    return (
        f'<td class="number{over}">{text}<span class="meter" title="{share:.0%} of the budget">'
        f'<i style="width:{min(share, 1):.1%}"></i></span></td>'
    )
