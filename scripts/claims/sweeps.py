"""Which sweeps there are, what data they run on, and how large they are at a scale."""

import dataclasses
import math
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Sweep:
    """A sweep file, and what of it depends on the scale.

    A size has three values: at SCALE=1, which is what the file says, at 0.1, and at 0.02, which is what
    the check runs. Between them it is interpolated in logarithms; above 1 only seeds grow. `data` are the
    paper's data, in place of the file's own where they are to be had; with `others`, every LIBSVM file beside
    them, too. `check` narrows the check's grid, `small` that below SCALE=1; `images` is what else stands in for
    the file's values on MNIST or CIFAR-10. With `penalty`, which is λ, the step size is 1/L of the data.
    """

    file: str
    rounds: tuple
    seeds: tuple = None
    log_every: tuple = None
    data: tuple = ()
    check: dict = dataclasses.field(default_factory=dict)
    penalty: float = None
    others: bool = False
    small: dict = dataclasses.field(default_factory=dict)
    images: dict = dataclasses.field(default_factory=dict)

    @property
    def name(self):
        return self.file.replace("/", "-")

    @property
    def path(self):
        return ROOT / "sweeps" / f"{self.file}.yaml"

    def arguments(self, scale, kind=None):
        """What stands in for the file's values at a scale, and on a kind of images; nothing at 1."""
        arguments = dict(self.check) if scale <= 0.02 else dict(self.small) if scale < 1 else {}
        if scale < 1:
            arguments["rounds"] = sized(self.rounds, scale)
            if self.log_every:
                arguments["log-every"] = sized(self.log_every, scale)
        if self.seeds and scale != 1:
            full = self.seeds[0]
            count = round(full * scale) if scale > 1 else sized(self.seeds, scale)
            arguments["seed"] = f"range(0,{count})"
        if kind:
            arguments |= self.images[kind]
            # A pass over all images is dear: a few points of a curve are enough.
            arguments["log-every"] = max(1, arguments.get("rounds", self.rounds[0]) // 5)
        return [f"{name}={value}" for name, value in arguments.items()]


def sized(sizes, scale):
    """A size at a scale below 1."""
    points = list(zip((1.0, 0.1, 0.02), sizes))
    if scale <= points[-1][0]:
        return sizes[-1]
    for (high, full), (low, small) in zip(points, points[1:]):
        if scale >= low:
            part = math.log(scale / low) / math.log(high / low)
            return round(small * (full / small) ** part)
    return sizes[-1]


def compressors(*kinds):
    """Compressors as one line of YAML."""
    return f"[{', '.join(kinds)}]"


SWEEPS = [
    Sweep("econtrol/counterexample", (20000, 20000, 20000)),
    Sweep("econtrol/floors", (20000, 20000, 10000), (5, 3, 1)),
    Sweep("econtrol/heterogeneity-noise", (4000, 4000, 2000), (3, 3, 3),
          small={"zeta": "1,100", "sigma": "0,1,10"},
          check={"zeta": "1,100", "sigma": "1,10", "method": "ec,econtrol",
                 "step-size": "log(1e-4,1e-1,4)"}),
    Sweep("econtrol/speedup", (20000, 6000, 4000), (5, 3, 3), data=("mushrooms",),
          check={"clients": "4,16,64"}),
    Sweep("econtrol/noise-kinds", (40000, 20000, 10000), (6, 3, 3), check={"clients": "10,100"}),
    Sweep("econtrol/eta", (10000, 4000, 2000), (10, 3, 3)),
    Sweep("econtrol/real-floors", (3000, 3000, 3000), data=("a9a", "mushrooms"), penalty=0.1, others=True),
    Sweep("econtrol/equal-bits", (3000, 2000, 1000), (5, 3, 3), data=("a9a", "mushrooms"), others=True,
          small={"step-size": "log(1e-2,10,7)"}, check={"step-size": "log(1e-2,10,4)"}),
    Sweep("econtrol/theory", (20000, 10000, 8000), check={"step-size": "theory,0.05,0.5"}),
    Sweep("econtrol/network", (600, 400, 200), (6, 3, 2), images={
        "mnist": {"step-size": "0.1,0.3,1,3", "precision": "single", "batch": 32},
        "cifar10": {"problem": "cnn", "width": 16, "precision": "single", "batch": 32,
                    "step-size": "0.03,0.1,0.3"}}),
    Sweep("sketched-sgd/second-round", (400, 300, 200), (8, 6, 1),
          check={"step-size": "0.02,0.08,1.28,5.12"}),
    Sweep("sketched-sgd/workers", (300, 200, 100), (8, 5, 1),
          small={"clients": "1,4,16,256", "step-size": "0.03,0.1,0.3,1,10,30"},
          check={"clients": "4,16,64", "step-size": "0.3,10"}),
    # d = 101,770: messages 10 and 40 times shorter than the gradient.
    Sweep("sketched-sgd/quality", (400, 200, 100), (4, 3, 1), check={"step-size": "0.03,0.3,1"}, images={
        "mnist": {"precision": "single", "step-size": "0.03,0.1,0.3,1", "compressor": compressors(
            "identity", "{kind: top-k, k: [8038, 2009]}",
            "{kind: count-sketch, rows: 1, columns: 5088, k: 1272}",
            "{kind: count-sketch, rows: 1, columns: 1272, k: 318}",
            "{kind: count-sketch, rows: 5, columns: 1018, k: 1272}",
            "{kind: count-sketch, rows: 5, columns: 254, k: 318}")}}),
    Sweep("sketched-sgd/shapes", (400, 200, 100), (6, 4, 1),
          check={"step-size": "0.03,0.1"}),
    Sweep("sketched-sgd/heavymix", (20000, 2000, 1000), (4, 3, 1), (100, 20, 20), check={"step-size": "30,100"}),
    Sweep("beyond/contractivity", (1000, 500, 300), (3, 2, 1),
          check={"step-size": "0.03,0.1", "compressor.k": "2,10,40"}),
    Sweep("beyond/sums", (2000, 1000, 300), (4, 3, 2), check={"step-size": "0.03,0.3"}),
]


def inverse_smoothness(path, penalty):
    """1/L of logistic regression on a LIBSVM file, L = λmax/4 + λ, to three digits.

    λmax is the largest eigenvalue of the rows' second moments, by power iteration.
    """
    rows, dimension = [], 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            cells = [cell.split(":") for cell in line.split()[1:]]
            rows.append([(int(index) - 1, float(value)) for index, value in cells])
            dimension = max([dimension] + [index + 1 for index, _ in rows[-1]])
    vector, largest = [1.0] * dimension, 0.0
    for _ in range(15):
        image = [0.0] * dimension
        for row in rows:
            product = sum(value * vector[index] for index, value in row)
            for index, value in row:
                image[index] += product * value
        largest = math.hypot(*image) / len(rows)
        vector = [entry / math.hypot(*image) for entry in image]
    return float(f"{1 / (largest / 4 + penalty):.3g}")
