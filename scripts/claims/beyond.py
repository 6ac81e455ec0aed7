"""What neither paper has: EControl with the count sketch."""

import math

from .intervals import log_slope, ratio_interval
from .stores import best
from . import figures as draw
from .verdicts import TOLD, Claim, Measure, at_least, at_most, exactly


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


TUNED = ["compressor_k", "step_size"]
TARGET = 0.1
# Cells of a table, and how many entries of top-k are as long: none of 650 are as long as the last two.
LENGTHS = {160: 138, 640: 553, 1280: None, 2560: None}


def floor(trial):
    return trial.tail("suboptimality")


def at_best(trials, score):
    """The trials, in order of seeds, with the k and the step size that are best."""
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
        return store.where(split=split, method_feedback=place, compressor="count-sketch",
                           compressor_rows=5, compressor_columns=cells / 5)

    def compared(key, text, above, below, score, wanted=at_most(1.0)):
        """Above's score as a multiple of below's, each at its best."""
        measures.append(Measure(f"sums.{key}", text, ratio_interval(
            [score(t) for t in at_best(above, score)], [score(t) for t in at_best(below, score)]), wanted))

    for split in ["sorted", "iid"]:
        every = store.where(split=split, compressor="top-k")
        for cells, k in LENGTHS.items():
            key, name = f"{split}.{cells}", f"{split}, {cells} cells"
            summed = tables(split, "server", cells)
            if split == "sorted":
                compared(f"{key}.alone", f"{name}: f − f* with tables summed at the server as a multiple of "
                         "that with tables decoded one by one", summed, tables(split, "clients", cells), floor)
            if k:
                compared(f"{key}.top-k", f"{name}: f − f* with summed tables as a multiple of top-k's at as many "
                         f"bits up (k = {k})", summed, [t for t in every if t["compressor_k"] == k], floor)
            compared(f"{key}.up", f"{name}: bits up until f − f* = {TARGET} as a multiple of those of the best "
                     "top-k", summed, every, bits_to_target("bits_up"))
            compared(f"{key}.total", f"{name}: bits up and down until f − f* = {TARGET} as a multiple of "
                     "those of the best top-k", summed, every, bits_to_target("bits_up", "bits_down"))
            compared(f"{key}.down", f"{name}: bits down until f − f* = {TARGET} as a multiple of those of the "
                     "best top-k", summed, every, bits_to_target("bits_down"))
            series[f"{split}, {cells} cells summed"] = path_of(at_best(summed, floor))
        series[f"{split}, top-k, k = 138"] = path_of(at_best(
            store.where(split=split, compressor="top-k", compressor_k=138), floor))
        series[f"{split}, top-k, k = 20"] = path_of(at_best(
            store.where(split=split, compressor="top-k", compressor_k=20), floor))
        single = [t for t in store.where(split=split, compressor_rows=1)]
        measures.append(Measure(
            f"sums.{split}.one-row", f"{split}, one row of 160, 640 or 2560 cells, k = 5: share of the runs that "
            "diverge or end above their start", exactly(sum(rises(t) for t in single) / len(single)), TOLD))
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


def rises(trial):
    return trial.has_diverged or not trial.trace[-1]["suboptimality"] <= trial.trace[0]["suboptimality"]


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


LOSS = 0.5


def many_clients(stores):
    """Bits up and down until the loss is first at most LOSS, sketched-sgd's beside local-top-k's."""
    store = stores("sketched-sgd-workers")
    measures, series = [], {"sketched-sgd": [], "local-top-k": []}

    def bits(trial):
        return next((row["bits_up"] + row["bits_down"] for row in trial.trace if row["loss"] <= LOSS), math.inf)

    for clients in store.values("clients"):
        fewest = {}
        for method, points in series.items():
            trials, _ = best(store.where(method=method, clients=clients), bits, ["step_size"])
            fewest[method] = [bits(t) for t in sorted(trials, key=lambda t: t["seed"])]
            if all(map(math.isfinite, fewest[method])):
                mean = math.exp(sum(map(math.log, fewest[method])) / len(fewest[method]))
                points.append((clients, mean / clients, min(fewest[method]) / clients,
                               max(fewest[method]) / clients))
        if clients in (4, 16, 64, 256):
            wanted = {4: at_least(1), 256: at_most(1)}.get(clients, TOLD)
            measures.append(Measure(
                f"many-clients.{clients:.0f}", f"{clients:.0f} clients: bits up and down until the loss is {LOSS}, "
                "sketched-sgd's as a multiple of local-top-k's", ratio_interval(
                    fewest["sketched-sgd"], fewest["local-top-k"]), wanted))
    figure = draw.lines(
        series, f"Bits of a client, up and down, until the loss is {LOSS}", "number of clients", "bits of a client")
    return Claim(
        "B3", "Where sketching beats top-k at equal bits",
        "With a second round of exact values, sketched-sgd learns with fewer bits, up and down, than local top-k "
        "where clients are many, and not where they are few.", [], measures, {"beyond-many-clients-bits": figure})


ALL = [contractivity, sums, many_clients]
