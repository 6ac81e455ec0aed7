"""Writes docs/reproduction.md: claim, figure, measured, verdict."""

import os
import pathlib

from .notes import INTRODUCTION, NOTES, PARTS
from .verdicts import shown_interval, shown_range


def write(path, claims, options, seconds):
    """The document, from what was measured and from what people have to say about it (notes.py)."""
    lines = [INTRODUCTION.strip(), ""]
    lines += [made_by(options, seconds), ""]
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


def made_by(options, seconds):
    data = "with the papers' data" if options.data else "with the data of the tree"
    command = f"make reproduce SCALE={options.scale:g}" + (" DATA=FOLDER" if options.data else "")
    took = f" It took {seconds / 60:.0f} minutes on {os.cpu_count()} cores." if seconds > 60 else ""
    return (f"The numbers, verdicts and figures below were written by `{command}` ({data}).{took} "
            "An interval is one of 95 % (Student's t over seeds, or over the points of a line in "
            "logarithms); a measure holds if its whole interval lies where the claim puts it, and "
            "a claim holds if all of its measures do.")


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
            f"| {shown_range(measure.wanted)} | {'holds' if measure.holds else 'does not hold'} |")
    lines += ["", f"**{claim.verdict[0].upper()}{claim.verdict[1:]}.** {NOTES.get(claim.key, '')}".rstrip()]
    for figure in claim.figures:
        if (options.pictures / f"{figure}.svg").exists():
            lines += ["", f"![{claim.title}: {figure}](pictures/reproduction/{figure}.svg)"]
    return lines
