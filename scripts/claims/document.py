"""Writes docs/reproduction.md: claim, figure, measured, verdict."""

import pathlib

from .notes import INTRODUCTION, NOTES, PARTS
from .verdicts import shown_interval, shown_range


JUDGED = {True: "holds", False: "does not hold", None: ""}


def write(path, claims, options):
    """The document, from what was measured and from what people have to say about it (notes.py)."""
    lines = [INTRODUCTION.strip(), ""]
    lines += [made_by(options), ""]
    lines += ["| | claim | verdict |", "|---|---|---|"]
    for claim in claims:
        lines.append(f"| {claim.key} | [{claim.title}](#{anchor(claim)}) | **{claim.verdict}** |")
    for first, (title, text) in PARTS.items():
        part = [claim for claim in claims if claim.key.startswith(first)
                or first == "E" and claim.key.isdigit()]
        if not part:
            continue
        lines += ["", f"## {title}", "", text.strip()]
        for claim in part:
            lines += section(claim, options)
    pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def made_by(options):
    data = "with the papers' data" if options.data else "with the data of the tree"
    command = f"make reproduce SCALE={options.scale:g}" + (" DATA=FOLDER" if options.data else "")
    command += " IMAGES=FOLDER" if options.images else ""
    return (f"The numbers, verdicts and figures below were written by `{command}` ({data}). "
            "An interval is one of 95 % (Student's t over seeds, or over the points of a line in "
            "logarithms); a measure holds if its whole interval lies where the claim puts it, and "
            "a claim holds if all of its measures do, and in part if some do. A measure without a range is told "
            "beside the claim and does not count.")


def heading(claim):
    return f"{claim.key}. {claim.title}"


def anchor(claim):
    kept = [letter for letter in heading(claim).lower() if letter.isalnum() or letter in " -"]
    return "".join(kept).replace(" ", "-")


def plain(text):
    """A text whose asterisks and bars are no Markdown."""
    return text.replace("*", r"\*").replace("|", r"\|")


def section(claim, options):
    lines = ["", f"### {heading(claim)}", "", f"> {plain(claim.statement)}", ""]
    lines += ["| measured | | where the claim puts it | |", "|---|---|---|---|"]
    for measure in claim.measures:
        lines.append(
            f"| {plain(measure.text)} | {shown_interval(measure.interval)} "
            f"| {shown_range(measure.wanted)} | {JUDGED[measure.holds]} |")
    lines += ["", f"**{claim.verdict[0].upper()}{claim.verdict[1:]}.** {NOTES.get(claim.key, '')}".rstrip()]
    lines += tuned(claim)
    for figure in [*claim.figures, *claim.drawn]:
        if (options.pictures / f"{figure}.svg").exists():
            lines += ["", f"![{claim.title}: {figure}](pictures/reproduction/{figure}.svg)"]
    return lines


def tuned(claim):
    """Which tuned values are the lowest or highest that were tried, where something was tuned."""
    if not claim.choices:
        return []
    names = {name for choice in claim.choices for name in choice.row}
    same = {name for name in names if len({choice.row.get(name) for choice in claim.choices}) == 1}
    same -= {"method"}
    at_edge = []
    for choice in claim.choices:
        for name, value, end in choice.at_edge:
            at_edge.append(f"{told(choice, same)} at the {end} {name.replace('_', '-')}, {value:g}")
    at_edge = list(dict.fromkeys(at_edge))
    what = f"Tuned {len(claim.choices)} times; "
    if not at_edge:
        return ["", what + "no best value is the lowest or highest that was tried."]
    if len(at_edge) > 8:
        at_edge = at_edge[:8] + [f"and {len(at_edge) - 8} more"]
    return ["", what + "the best value is the lowest or highest that was tried for " + "; ".join(at_edge) + "."]


def told(choice, same):
    """A choice by what it was made for, but for what is the same for all of its claim."""
    row = {name: value for name, value in choice.row.items() if name not in same}
    words = [str(row.pop("method", ""))]
    kind = row.pop("compressor", "")
    if kind and kind != "identity":
        words.append(str(kind))
    for name, value in row.items():
        shown = f"{value:g}" if isinstance(value, float) else value
        words.append(f"{name.split('_', 1)[-1].replace('_', '-')} = {shown}")
    return " ".join(word for word in words if word)
