"""The claims of Sketched-SGD (Ivkin et al., NeurIPS 2019), from the stores alone."""

import math

from .intervals import log_slope, mean_interval
from .stores import best, groups
from . import figures as draw
from .verdicts import TOLD, Claim, Measure, at_least, at_most, exactly


def tuned(trials, metric):
    """The trials at the step size with the best mean of a metric, in order of seeds."""
    members, _ = best(trials, lambda trial: trial[metric], ["step_size"], higher=True)
    return sorted(members, key=lambda trial: trial["seed"])


def difference(above, below, metric):
    """The mean difference of a metric, seed by seed, and its 95 % interval."""
    return mean_interval([a[metric] - b[metric] for a, b in zip(above, below, strict=True)])


def total_bits(trials):
    """Bits up and down of a trial, on average."""
    return sum(trial["bits_up"] + trial["bits_down"] for trial in trials) / len(trials)


def second_round(stores):
    store = stores("sketched-sgd-second-round")
    plain = tuned(store.where(method="sgd"), "test_accuracy")
    wide = tuned(store.where(method="sketched-sgd", method_second_round="true", compressor_columns=64),
                 "test_accuracy")
    # On the clients' own rows, which sgd fits without end, sketches are compared with each other alone.
    own = {columns: tuned(store.where(method="sketched-sgd", method_second_round="true",
                                      compressor_columns=columns), "accuracy") for columns in [16, 64]}
    bare = store.where(method="sketched-sgd", method_second_round="false", compressor_columns=16)
    worst = min(trial["loss"] if not trial.has_diverged else math.inf for trial in bare)
    start = store.trials[0].trace[0]["loss"]
    zero = tuned(store.where(method="fetchsgd", method_error="zero", compressor_columns=64),
                 "test_accuracy")
    subtract = store.where(method="fetchsgd", method_error="subtract", compressor_columns=16)
    lowest = min(trial["loss"] if not trial.has_diverged else math.inf for trial in subtract)
    return Claim(
        "S3", "The second round",
        "On label-sorted digits (softmax, 10 workers, d = 650, k = 20) r = 5, c = 64, P = 4 matches "
        "uncompressed accuracy (about 0.96), c = 16 loses a little, and c = 16 without the second "
        "round diverges. FetchSGD with subtraction diverges there; with zeroing it reaches about "
        "0.88.",
        ["sketched-sgd-second-round-loss"], [
            Measure("second-round.plain", "sgd: test accuracy",
                    mean_interval([trial["test_accuracy"] for trial in plain]), TOLD),
            Measure("second-round.wide", "c = 64: test accuracy minus that of sgd",
                    difference(wide, plain, "test_accuracy"), at_least(-0.015)),
            Measure("second-round.narrow", "c = 16: accuracy on the clients' own rows minus that of c = 64",
                    difference(own[16], own[64], "accuracy"), (-0.1, 0.0)),
            Measure("second-round.without",
                    "c = 16 without the second round: the lowest last loss of all step sizes, as a "
                    "multiple of the first", exactly(worst / start), at_least(1)),
            Measure("second-round.subtract",
                    "FetchSGD, c = 16, subtraction: the lowest last loss of all step sizes, as a "
                    "multiple of the first", exactly(lowest / start), at_least(1)),
            Measure("second-round.zero", "FetchSGD, c = 64, zeroing: test accuracy",
                    mean_interval([trial["test_accuracy"] for trial in zero]), at_least(0.83)),
        ])


def workers(stores):
    store = stores("sketched-sgd-workers")
    most = max(store.values("clients"))

    def per_client(method):
        """Bits down of a round and client against W."""
        return log_slope([
            (t["clients"], t["bits_down"] / t["rounds"] / t["clients"])
            for t in store.where(method=method) if not t.has_diverged])

    def up(method):
        return log_slope([
            (t["clients"], t["bits_up"] / t["rounds"] / t["clients"])
            for t in store.where(method=method) if not t.has_diverged])

    few = 4

    def behind(clients):
        """How far sketched-sgd is behind sgd with so many workers."""
        return difference(*(tuned(store.where(method=method, clients=clients), "test_accuracy")
                            for method in ["sketched-sgd", "sgd"]), "test_accuracy")

    return Claim(
        "S2", "The cost of an update against the number of workers",
        "The cost of an update does not grow with the number of workers W (local top-k's merged "
        "update does); at least 256 workers.",
        ["sketched-sgd-workers-accuracy"], [
            Measure("workers.sketched.down",
                    "sketched-sgd: exponent in W of the bits that a client receives in a round",
                    per_client("sketched-sgd"), (-0.02, 0.02)),
            Measure("workers.sketched.up", "sketched-sgd: the same of the bits that it sends",
                    up("sketched-sgd"), (-0.02, 0.02)),
            Measure("workers.local.down",
                    "local-top-k: exponent in W of the bits that a client receives in a round",
                    per_client("local-top-k"), at_least(0.1)),
            Measure("workers.accuracy", f"sketched-sgd with {most:.0f} workers: test accuracy minus sgd's",
                    behind(most), at_least(-0.02)),
            Measure("workers.accuracy.few", f"the same with {few} workers", behind(few), TOLD),
        ], {"sketched-sgd-workers-round": round_figure(store)})


def round_figure(store):
    """What a client sends and receives in a round, against W."""
    series = {}
    for method in ["sgd", "sketched-sgd", "true-top-k", "local-top-k", "fetchsgd"]:
        series[method] = []
        for (clients,), trials in groups(store.where(method=method), "clients").items():
            bits = [(t["bits_up"] + t["bits_down"]) / t["rounds"] / clients for t in trials
                    if not t.has_diverged]
            if bits:
                series[method].append((clients, sum(bits) / len(bits)))
    return draw.lines(
        series, "Bits of a round and client, up and down, against the number of clients", "W",
        "bits of a round and client")


QUALITY = ["sketched-sgd", "true-top-k", "local-top-k", "fetchsgd"]


def quality(stores):
    measures, figures, drawn = [], [], {}
    for data in ["digits", *stores.data("sketched-sgd-quality")]:
        name = "sketched-sgd-quality" + ("" if data == "digits" else f"-{data}")
        key = "quality" + ("" if data == "digits" else f".{data}")
        store = stores(name)
        figures.append(f"{name}-bits")
        plain = tuned(store.where(method="sgd"), "test_accuracy")
        series = {"sgd": [(1, mean_of(plain, "test_accuracy"))]}
        for method in QUALITY:
            most = 0.0
            for (rows, _), trials in groups(
                    store.where(method=method), "compressor_rows", "compressor_k").items():
                chosen = tuned(trials, "test_accuracy")
                gap = difference(chosen, plain, "test_accuracy")
                saved = total_bits(plain) / total_bits(chosen)
                line = method + (f", rows = {rows:g}" if rows != "" else "")
                series.setdefault(line, []).append((saved, mean_of(chosen, "test_accuracy")))
                if gap[0] >= -0.01 and saved > most:
                    most = saved
            measures.append(Measure(
                f"{key}.{method}",
                f"{data}, {method}: the most that total communication shrinks with a test accuracy at "
                "most 0.01 below sgd's", exactly(most),
                at_least(40) if method == "sketched-sgd" else TOLD))
        drawn[f"{name}-compression"] = draw.lines(
            series, f"{data}: accuracy after all rounds against how much less is sent, up and down",
            "bits of sgd, up and down, as a multiple of a method's", "test accuracy", log="x")
    return Claim(
        "S1", "Quality for bits",
        "Quality equal to uncompressed training at up to 40 times less total communication, up and "
        "down.", figures, measures, drawn)


def mean_of(trials, metric):
    return sum(trial[metric] for trial in trials) / len(trials)


def shapes(stores):
    store = stores("sketched-sgd-shapes")
    measures = []

    def at(k, rows, candidates):
        return tuned(store.where(compressor_k=k, compressor_rows=rows, method_candidates=candidates),
                     "test_accuracy")

    for k in store.values("compressor_k"):
        cells = f"{4 * k:.0f} cells"
        measures += [
            Measure(f"shapes.{k:.0f}.rows", f"{cells}, P = 4: test accuracy with 5 rows minus that with one row",
                    difference(at(k, 5, 4), at(k, 1, 4), "test_accuracy"), at_least(-0.01)),
            Measure(f"shapes.{k:.0f}.candidates",
                    f"{cells}, 5 rows: test accuracy with P = 4 minus that with P = 1",
                    difference(at(k, 5, 4), at(k, 5, 1), "test_accuracy"), at_least(-0.01))]
    return Claim(
        "S4", "The shape of the sketch",
        "Several rows and several candidates are worth their bits: r = 5, P = 4 is no worse than one "
        "row of as many cells, and than P = 1.",
        ["sketched-sgd-shapes-shapes"], measures)


def heavymix(stores):
    store = stores("sketched-sgd-heavymix")
    measures = []
    for columns in store.values("compressor_columns"):
        trials, _ = best(store.where(compressor_columns=columns),
                         lambda trial: trial["suboptimality"], ["step_size"])
        points = [
            (row["round"], row["suboptimality"]) for trial in trials for row in trial.trace
            if row["round"] >= trial["rounds"] / 4]
        measures.append(Measure(
            f"heavymix.{columns:.0f}",
            f"5 × {columns:.0f} cells: exponent of f − f* in t over the last three quarters",
            log_slope(points), at_most(-0.8)))
    return Claim(
        "S5", "The variant that is analysed",
        "On a strongly convex problem HEAVYMIX with step sizes γ/(t + ξ) converges, f − f* falling "
        "like 1/t.",
        ["sketched-sgd-heavymix-rounds"], measures)


ALL = [quality, workers, second_round, shapes, heavymix]
