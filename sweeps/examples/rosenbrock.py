#!/usr/bin/env python3
"""Gradient descent with momentum on Rosenbrock's function, as a sweep's program.

Windrow hands the parameters over as environment variables (the step size also as an argument, to
show both ways), takes the trace from the file named in WINDROW_TRACE, and the result from the last
JSON line on standard output.
"""

import argparse
import json
import math
import os

parser = argparse.ArgumentParser()
parser.add_argument("--step-size", type=float, required=True)
step_size = parser.parse_args().step_size
momentum = float(os.environ["WINDROW_PARAM_MOMENTUM"])
rounds = int(os.environ["WINDROW_PARAM_ROUNDS"])


def loss(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def gradient(x, y):
    return -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)


x, y, dx, dy = -1.2, 1.0, 0.0, 0.0
status = "ok"
with open(os.environ["WINDROW_TRACE"], "a") as trace:
    for t in range(rounds + 1):
        if t % 100 == 0:
            trace.write(json.dumps({"round": t, "loss": loss(x, y)}) + "\n")
        if t == rounds:
            break
        gx, gy = gradient(x, y)
        dx, dy = momentum * dx - step_size * gx, momentum * dy - step_size * gy
        x, y = x + dx, y + dy
        if not math.hypot(x, y) < 1e6:
            status = "diverged"
            break

print("this line is no result, and does no harm")
final = loss(x, y) if status == "ok" else math.nan
print(json.dumps({"status": status, "loss": final, "x": x, "y": y, "updates": t}))
