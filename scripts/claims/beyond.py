"""What neither paper has: EControl with the count sketch."""

import math

from .intervals import log_slope, ratio_interval
from .stores import best
from . import figures as draw
from .verdicts import Claim, Measure, at_most


def least_columns(store, place, k, limit):
    """The fewest columns from which on the best step size ends below a share of the start."""
    enough = math.inf
    for columns in reversed(store.values("compressor_columns")):
        trials = store.where(
            method_feedback=place, compressor_columns=columns, compressor_k=k)
        chosen, _ = best(trials, lambda t: t.tail("suboptimality"), ["step_size"])
        worst = max(t.tail("suboptimality") / t.trace[0]["suboptimality"] for t in chosen)
        if not worst <= limit:
            break
        enough = columns
    return enough


def contractivity(stores):
    store = stores("beyond-contractivity")
    measures = []
    for place in ["clients", "server"]:
        points = []
        for k in store.values("compressor_k"):
            columns = least_columns(store, place, k, 1.0)
            if math.isfinite(columns):
                points.append((k, columns))
        told = ", ".join(f"k = {k:.0f}: {columns:.0f}" for k, columns in points)
        measures.append(Measure(
            f"contractivity.{place}",
            f"feedback at the {place}: exponent in k of the fewest columns with which f − f* does not "
            f"rise ({told})", log_slope(points), (0.6, 1.3)))
    return Claim(
        "B1", "How wide the sketch must be",
        "econtrol is stable where the table has several times as many columns as entries are taken from "
        "it: the columns that it needs grow in proportion to k.",
        ["beyond-contractivity-clients", "beyond-contractivity-server"], measures)


TUNED = ["compressor_rows", "compressor_columns", "compressor_k", "step_size"]
TARGET = 0.1
# Cells of a table, and how many entries of top-k are as long.
LENGTHS = {160: 138, 320: 276, 640: 553}


def floor(trial):
    return trial.tail("suboptimality")


def at_best(trials, score):
    """The trials, in order of seeds, with the shape, the k and the step size that are best."""
    return sorted(best(trials, score, TUNED)[0], key=lambda trial: trial["seed"])


def bits_to_target(*columns):
    """A score: the bits that all have sent until f − f* is first at most TARGET."""
    def bits(trial):
        return next((sum(row[column] for column in columns) for row in trial.trace
                     if row["suboptimality"] <= TARGET), math.inf)
    return bits


def sums(stores):
    store = stores("beyond-sums")
    measures = []
    series = {}

    def tables(split, place, cells):
        return [t for t in store.where(split=split, method_feedback=place, compressor="count-sketch")
                if t["compressor_rows"] * t["compressor_columns"] == cells]

    def compared(key, text, above, below, score, wanted=at_most(1.0)):
        """Above's score as a multiple of below's, each at its best."""
        measures.append(Measure(f"sums.{key}", text, ratio_interval(
            [score(t) for t in at_best(above, score)], [score(t) for t in at_best(below, score)]), wanted))

    for split in ["sorted", "iid"]:
        every = store.where(split=split, compressor="top-k")
        for cells, k in LENGTHS.items():
            key, name = f"{split}.{cells}", f"{split}, {cells} cells"
            summed, top = tables(split, "server", cells), store.where(
                split=split, compressor="top-k", compressor_k=k)
            if split == "sorted":
                compared(f"{key}.alone", f"{name}: f − f* with tables summed at the server as a multiple of "
                         "that with tables decoded one by one", summed, tables(split, "clients", cells), floor)
            compared(f"{key}.top-k", f"{name}: f − f* with summed tables as a multiple of top-k's at as many "
                     f"bits up (k = {k})", summed, top, floor)
            compared(f"{key}.up", f"{name}: bits up until f − f* = {TARGET} as a multiple of those of the best "
                     "top-k", summed, every, bits_to_target("bits_up"))
            compared(f"{key}.total", f"{name}: bits up and down until f − f* = {TARGET} as a multiple of "
                     "those of the best top-k", summed, every, bits_to_target("bits_up", "bits_down"))
            series[f"{split}, {cells} cells summed"] = path_of(at_best(summed, floor))
        series[f"{split}, top-k, k = 138"] = path_of(at_best(
            store.where(split=split, compressor="top-k", compressor_k=138), floor))
        series[f"{split}, top-k, k = 20"] = path_of(at_best(
            store.where(split=split, compressor="top-k", compressor_k=20), floor))
    figures = {
        f"beyond-sums-total-{split}": draw.lines(
            {name.split(", ", 1)[1]: points for name, points in series.items() if name.startswith(split)},
            f"{split}: f − f* against the bits that were sent, up and down", "bits up and down", "f − f*")
        for split in ["sorted", "iid"]}
    return Claim(
        "B2", "Tables summed at the server",
        "Summed at the server, sketches take econtrol nearer to f* than sketches that are decoded one by "
        "one, and than top-k at as many bits up, and reach a target in fewer bits.",
        ["beyond-sums-rounds"], measures, figures)


def path_of(trials):
    """Bits up and down, and the geometric mean of f − f* of some trials, row by row."""
    points = []
    for rows in zip(*(trial.trace for trial in trials)):
        values = [row["suboptimality"] for row in rows]
        if all(math.isfinite(value) and value > 0 for value in values):
            sent = sum(row["bits_up"] + row["bits_down"] for row in rows) / len(rows)
            if sent > 0:
                points.append((sent, math.exp(sum(map(math.log, values)) / len(values)),
                               min(values), max(values)))
    return points


ALL = [contractivity, sums]
