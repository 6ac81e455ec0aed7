"""What neither paper has: EControl with the count sketch."""

import math

from .intervals import log_slope, ratio_interval
from .stores import best, groups
from .verdicts import Claim, Measure, at_least, at_most, exactly


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


def chosen(store, **wanted):
    trials, _ = best(store.where(**wanted), lambda t: t.tail("suboptimality"), ["step_size"])
    return sorted(trials, key=lambda t: t["seed"])


def floors(trials):
    return [t.tail("suboptimality") for t in trials]


def sums(stores):
    store = stores("beyond-sums")
    measures = []
    for split in ["sorted", "iid"]:
        for columns, k in [(32, 138), (64, 276)]:
            summed = chosen(store, split=split, method_feedback="server",
                            compressor_columns=columns)
            alone = chosen(store, split=split, method_feedback="clients",
                           compressor_columns=columns, compressor_decode="server")
            top = chosen(store, split=split, compressor="top-k", compressor_k=k)
            measures.append(Measure(
                f"sums.{split}.{columns}.alone",
                f"{split}, 5 × {columns}: f − f* with tables summed at the server as a multiple of "
                "that with tables decoded one by one",
                ratio_interval(floors(summed), floors(alone)), at_most(1.0)))
            measures.append(Measure(
                f"sums.{split}.{columns}.top-k",
                f"{split}, 5 × {columns}: the same as a multiple of top-k's at as many bits up "
                f"(k = {k})", ratio_interval(floors(summed), floors(top)), at_most(1.0)))
            down = sum(t["bits_down"] for t in top) / sum(t["bits_down"] for t in summed)
            measures.append(Measure(
                f"sums.{split}.{columns}.down",
                f"{split}, 5 × {columns}: bits down of top-k as a multiple of those of summed tables",
                exactly(down), at_least(10)))
    return Claim(
        "B2", "Tables summed at the server",
        "Summed at the server, sketches make econtrol better than sketches that are decoded one by "
        "one, and than top-k at as many bits up; and the server's answer is short.",
        ["beyond-sums-up", "beyond-sums-down"], measures)


ALL = [contractivity, sums]
