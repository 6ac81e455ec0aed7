#!/usr/bin/env python3
"""Makes Tests/ReferenceRuns/runs.txt: runs of every method, by an implementation of its own.

usage: generate.py            writes runs.txt anew
       generate.py --check    says whether runs.txt is what this would write, to 12 digits

The modules beside this file were written from the papers' formulas and from docs/numerics.md, not from
Sources/CompressedSGD, with the standard library of Python alone. A line of runs.txt is what a sweep file
says under `fixed`, a tab, and the rows of the trace: round, bits up, bits down, gradients, loss, squared
norm of the gradient. `ReferenceRunsTests` runs the same and compares.
"""

import json
import math
import pathlib
import sys

from compressors import (
    Dithering, HardThreshold, Identity, LowRank, Natural, RandomK, ScaledSign, TopK,
)
from methods import METHODS, Run
from problems import LeastSquares, LogisticRegression, SoftmaxRegression, mean
from sketch import CountSketch

HERE = pathlib.Path(__file__).resolve().parent
SWEEPS = HERE.parent.parent / "sweeps"
ROUNDS, EVERY, SEED = 24, 8, 5


def compressor(kind, dimension, unbiased, options):
    options = dict(options)
    scaled = options.pop("scaled", unbiased)
    if kind == "random-k":
        return RandomK(dimension, SEED, options["k"], scaled)
    if kind == "qsgd":
        return Dithering(
            dimension, SEED, options["levels"], "euclidean", "even", scaled, qsgd=True)
    if kind == "random-dithering":
        return Dithering(
            dimension, SEED, options["levels"], options["norm"], options["spacing"], scaled)
    if kind == "low-rank":
        return LowRank(dimension, SEED, options["rank"], options["warm-start"])
    plain = {
        "identity": Identity, "top-k": TopK, "hard-threshold": HardThreshold,
        "scaled-sign": ScaledSign, "natural": Natural, "count-sketch": CountSketch,
    }
    seed = options.pop("seed", 42 if options.get("hash") == "csvec" else SEED)
    return plain[kind](dimension, seed, **options)


def problem(settings):
    if settings["problem"] == "least-squares":
        return LeastSquares(
            settings["clients"], settings["dimension"], settings["zeta"], settings["sigma"], SEED,
            settings.get("curvature", "graded"), settings.get("noise", "gaussian"))
    rest = (
        settings["clients"], settings["split"], settings.get("batch"), settings["lambda"], SEED,
        settings.get("regulariser", "l2"),
    )
    path = SWEEPS / settings["data"]
    if settings["problem"] == "softmax-regression":
        return SoftmaxRegression(path, settings["intercept"], *rest)
    return LogisticRegression(path, *rest)


def schedule(settings, round):
    """The factor of the step size."""
    warm = settings.get("warm-up", 0)
    if round < warm:
        return (round + 1) / warm
    s, span = round - warm, ROUNDS - warm
    options = settings.get("schedule", {"kind": "constant"})
    final = options.get("final", 0)
    return {
        "constant": lambda: 1.0,
        "linear": lambda: 1 - (1 - final) * s / span,
        "cosine": lambda: final + (1 - final) * (1 + math.cos(math.pi * s / span)) / 2,
        "inverse-time": lambda: 1 / (1 + s / options["halving"]),
        "step": lambda: options["factor"] ** (s // options["every"]),
    }[options["kind"]]()


def run(settings):
    goal = problem(settings)
    method = dict(settings["method"])
    kind = method.pop("kind")
    options = dict(settings["compressor"])
    name = options.pop("kind")
    coder = compressor(name, goal.dimension, kind in ("compressed-sgd", "diana"), options)
    state = Run(goal, coder, method, SEED, settings.get("participation", 1))
    process = METHODS[kind](state)
    rows = []
    x = next(process)
    for t in range(ROUNDS + 1):
        if t % EVERY == 0:
            slope = mean([goal.full(i, x) for i in range(goal.clients)])
            loss, square = goal.loss(x), math.fsum(g * g for g in slope)
            rows.append([t, state.up, state.down, state.evaluations, loss, square])
        if t < ROUNDS:
            state.begin(t)
            x = process.send(settings["step-size"] * schedule(settings, t))
    return rows


TOP = {"kind": "top-k", "k": 4}
SKETCH = {"kind": "count-sketch", "rows": 3, "columns": 40, "k": 4}
CONTRACTIVE = [
    {"kind": "identity"}, TOP, {**TOP, "values": "f32"}, {"kind": "random-k", "k": 9, "scaled": False},
    {"kind": "scaled-sign"}, {"kind": "natural"},
    {"kind": "qsgd", "levels": 5, "scaled": False},
    {"kind": "random-dithering", "levels": 3, "norm": "maximum", "spacing": "even", "scaled": False},
    {"kind": "low-rank", "rank": 2, "warm-start": True},
    {"kind": "low-rank", "rank": 2, "warm-start": False},
    SKETCH, {**SKETCH, "rows": 4, "decode": "client", "reseed": "round", "seed": 11},
]
UNBIASED = [
    {"kind": "identity"}, {"kind": "random-k", "k": 9, "scaled": True}, {"kind": "natural"},
    {"kind": "qsgd", "levels": 5, "scaled": True},
] + [
    {"kind": "random-dithering", "levels": 3, "norm": norm, "spacing": spacing, "scaled": True}
    for norm in ("euclidean", "maximum") for spacing in ("even", "powers-of-two")
]
THRESHOLD = {"kind": "hard-threshold", "threshold": 0.02}
WIDE = {"kind": "count-sketch", "rows": 5, "columns": 16, "k": 4}
BASE = {
    "problem": "least-squares", "clients": 5, "dimension": 30, "zeta": 1.0, "sigma": 0.5,
    "step-size": 0.1, "seed": SEED,
}
REAL = {
    "problem": "logistic-regression", "data": "data/breast-cancer.libsvm", "clients": 5,
    "lambda": 0.01, "split": "sorted", "step-size": 0.4, "seed": SEED,
}
DIGITS = {
    "problem": "softmax-regression", "data": "data/digits.libsvm", "clients": 5, "lambda": 0.01,
    "split": "sorted", "batch": 3, "step-size": 0.1, "seed": SEED,
}
FEEDBACK = [
    {"kind": "ec"}, {"kind": "ec-ideal"}, {"kind": "diana-ec"}, {"kind": "ef21"},
    {"kind": "ef21-sgdm", "beta": 0.3}, {"kind": "econtrol", "eta": 0.1},
]
MEAN = {"aggregation": "mean"}
SKETCHING = [
    {"kind": "sketched-sgd", **MEAN},
    {"kind": "sketched-sgd", **MEAN, "momentum": 0.5, "candidates": 2},
    {"kind": "sketched-sgd", **MEAN, "second-round": False, "momentum": 0.2},
    {"kind": "sketched-sgd", "recovery": "heavymix"},
    {"kind": "sketched-sgd", "recovery": "heavymix", "xi": 5.5},
    {"kind": "fetchsgd", "momentum": 0.5},
    {"kind": "fetchsgd", "error": "subtract", "momentum": 0.2},
]
LOCAL = [
    {"kind": "true-top-k", **MEAN}, {"kind": "local-top-k", **MEAN},
    {"kind": "local-P-k", **MEAN, "candidates": 2}, {"kind": "local-P-k", "momentum": 0.3},
]


def cases():
    def case(base, method, coder, **more):
        return {**base, **more, "method": method, "compressor": coder}

    yield case(BASE, {"kind": "sgd"}, {"kind": "identity"})
    for coder in CONTRACTIVE + UNBIASED[1:] + [THRESHOLD]:
        yield case(BASE, {"kind": "compressed-sgd"}, coder)
    for method in FEEDBACK:
        for coder in CONTRACTIVE:
            yield case(BASE, method, coder)
    yield case(BASE, {"kind": "ec"}, THRESHOLD)
    for coder in UNBIASED:
        yield case(BASE, {"kind": "diana"}, coder)
    for method in SKETCHING:
        for coder in [SKETCH, WIDE] + ([{"kind": "identity"}] if method["kind"] == "fetchsgd" else []):
            yield case(BASE, method, coder, **{"step-size": 0.02})
    for method in LOCAL:
        yield case(BASE, method, TOP, **{"step-size": 0.02})
    for hashed in (
        {"hash": "polynomial"}, {"hash": "polynomial", "reseed": "round"}, {"hash": "csvec"},
        {"hash": "csvec", "seed": 7},
    ):
        yield case(BASE, {"kind": "econtrol", "eta": 0.1}, {**SKETCH, **hashed})
        yield case(BASE, SKETCHING[1], {**WIDE, **hashed}, **{"step-size": 0.02})
    sums = {"kind": "econtrol", "feedback": "server"}
    for method in (sums, {**sums, "eta": 0.05}, {**sums, "initial-gradient": "zero"}):
        for coder in (SKETCH, WIDE, {"kind": "identity"}):
            yield case(BASE, method, coder, **{"step-size": 0.02})
    yield case(REAL, sums, SKETCH, participation=0.5, batch=7, **{"step-size": 0.1})
    # In more dimensions entries of skewed noise are tied, and rounding would decide between them.
    skewed = {"noise": "skewed", "dimension": 2}
    for more in (skewed, {"curvature": "equal"}, {**skewed, "curvature": "equal", "clients": 1}):
        yield case(BASE, {"kind": "ef21"}, {"kind": "top-k", "k": 1}, **more)
        yield case(BASE, {"kind": "sgd"}, {"kind": "identity"}, **more)
    # Data, batches, other starts, schedules, and rounds of some clients.
    rest = [
        {"kind": "sgd"}, {"kind": "ec"}, {"kind": "diana-ec", "alpha": 0.5}, {"kind": "ef21"},
        {"kind": "ef21-sgdm"}, {"kind": "econtrol"},
    ]
    for method in rest:
        yield case(REAL, method, TOP)
        yield case(REAL, method, TOP, split="iid", batch=7)
        yield case(REAL, method, TOP, split="contiguous", batch=7, participation=0.5)
    yield case(REAL, {"kind": "diana", "alpha": 0.25}, UNBIASED[1], participation=0.6, batch=7)
    for method in SKETCHING[:4] + SKETCHING[5:6]:
        yield case(REAL, method, SKETCH, participation=0.5, batch=7, **{"step-size": 0.1})
    for method in LOCAL:
        yield case(REAL, method, TOP, participation=0.5, batch=7, **{"step-size": 0.1})
    for kind in ("ec", "ef21", "econtrol"):
        yield case(REAL, {"kind": kind}, TOP, regulariser="nonconvex", batch=7)
    # At the start, classes that no row of a batch has are tied: entries are drawn at random.
    drawn = {"kind": "random-k", "k": 90, "scaled": False}
    yield case(DIGITS, {"kind": "ec"}, drawn, intercept=True)
    yield case(
        DIGITS, {"kind": "econtrol", "initial-gradient": "batch", "eta": 0.1}, drawn,
        intercept=False, regulariser="nonconvex")
    for kind in ("diana-ec", "ef21", "ef21-sgdm", "econtrol"):
        for initial in ("zero", "batch"):
            yield case(BASE, {"kind": kind, "initial-gradient": initial}, TOP)
    for initial in ("zero", "batch"):
        yield case(REAL, {"kind": "econtrol", "initial-gradient": initial}, TOP, batch=7)
    for plan in (
        {"kind": "linear", "final": 0.2}, {"kind": "cosine", "final": 0.1},
        {"kind": "inverse-time", "halving": 6}, {"kind": "step", "every": 5, "factor": 0.5},
    ):
        for method in FEEDBACK[::5]:
            yield case(BASE, method, TOP, schedule=plan, **{"warm-up": 4})


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    plan = {"rounds": ROUNDS, "log-every": EVERY}
    lines = [({**settings, **plan}, run(settings)) for settings in cases()]
    path = HERE / "runs.txt"
    if sys.argv[1:]:
        old = [[json.loads(part) for part in line.split("\t")] for line in path.open()]
        same = len(old) == len(lines) and all(
            a == c
            and all(math.isclose(p, q, rel_tol=1e-12) for r, s in zip(b, d) for p, q in zip(r, s))
            for (a, b), (c, d) in zip(old, lines)
        )
        sys.exit(0 if same else f"{path} is not what {sys.argv[0]} writes")
    with path.open("w") as file:
        for settings, rows in lines:
            file.write(f"{json.dumps(settings)}\t{json.dumps(rows)}\n")
    print(f"{len(lines)} runs in {path}")


main()
