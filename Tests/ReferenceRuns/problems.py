"""Least squares, logistic regression and softmax regression, by their definitions."""

import math
import pathlib

from randomness import BATCH, DATA, NOISE, SPLIT, Stream


def mean(vectors):
    return [sum(column) / len(vectors) for column in zip(*vectors)]


class LeastSquares:
    """f_i(x) = |A_i x - b_i|^2 / 2, A_i^2 = (i^2/n) I, b_i ~ N(0, (zeta^2/i^2) I), i = 1 ... n.

    With equal curvatures A_i = I and b_i ~ N(0, (zeta^2/n) I).
    """

    def __init__(self, clients, dimension, zeta, sigma, seed, curvature="graded", noise="gaussian"):
        self.noise = noise
        self.clients, self.dimension, self.sigma, self.seed = clients, dimension, sigma, seed
        self.scales = [i / math.sqrt(clients) for i in range(1, clients + 1)]
        self.targets = [
            [zeta / (i + 1) * z for z in Stream(seed, DATA, client=i).normals(dimension)]
            for i in range(clients)
        ]
        if curvature == "equal":
            self.scales = [1.0] * clients
            self.targets = [
                [zeta / math.sqrt(clients) * z
                 for z in Stream(seed, DATA, client=i).normals(dimension)]
                for i in range(clients)
            ]

    def examples(self, client):
        return 1

    batch_size = examples

    def full(self, client, x):
        a = self.scales[client]
        return [a * (a * p - b) for p, b in zip(x, self.targets[client])]

    def gradient(self, client, x, round):
        gradient = self.full(client, x)
        if self.sigma == 0:
            return gradient
        noise = Stream(self.seed, NOISE, client=client, round=round)
        if self.noise == "skewed":
            unit = self.sigma * math.sqrt(0.6 / self.dimension)
            kinds = [(2, 0), (0, 1), (-2, -1)]
            drawn = [entry for _ in range(self.dimension // 2) for entry in kinds[noise.below(3)]]
            return [g + unit * entry for g, entry in zip(gradient, drawn)]
        return [g + self.sigma / math.sqrt(self.dimension) * noise.normal() for g in gradient]

    def loss(self, x):
        return sum(
            sum((a * p - b) ** 2 for p, b in zip(x, target)) / 2
            for a, target in zip(self.scales, self.targets)
        ) / self.clients

    def optimum(self):
        """Where sum A_i (A_i x - b_i) = 0."""
        bend = sum(a * a for a in self.scales)
        return [
            sum(a * b for a, b in zip(self.scales, column)) / bend for column in zip(*self.targets)
        ]


def read(path):
    """Labels, and rows of (index, value)."""
    rows = []
    for line in pathlib.Path(path).read_text().splitlines():
        label, *cells = line.split()
        pairs = [cell.split(":") for cell in cells]
        rows.append((float(label), [(int(i) - 1, float(v)) for i, v in pairs]))
    return rows


class Rows:
    """Rows of data over clients, batches of them, and a regulariser; a subclass knows the loss of one."""

    def __init__(self, rows, clients, split, batch, penalty, seed, shape="l2"):
        self.clients, self.batch, self.seed = clients, batch, seed
        self.penalty, self.is_convex = penalty, shape == "l2"
        if split == "sorted":
            rows.sort(key=lambda row: row[0])
        elif split == "iid":
            rows = Stream(seed, SPLIT).shuffled(rows, len(rows))
        bounds = [i * len(rows) // clients for i in range(clients + 1)]
        self.rows = [rows[a:b] for a, b in zip(bounds, bounds[1:])]

    def examples(self, client):
        return len(self.rows[client])

    def batch_size(self, client):
        return self.batch or self.examples(client)

    def average(self, rows, x):
        if self.is_convex:
            gradient = [self.penalty * p for p in x]
        else:
            gradient = [2 * self.penalty * p / (1 + p * p) ** 2 for p in x]
        for row in rows:
            for i, slope in self.slopes(row, x):
                gradient[i] += slope / len(rows)
        return gradient

    def full(self, client, x):
        return self.average(self.rows[client], x)

    def gradient(self, client, x, round):
        rows = self.rows[client]
        if self.batch and self.batch < len(rows):
            rows = Stream(self.seed, BATCH, client=client, round=round).shuffled(rows, self.batch)
        return self.average(rows, x)

    def loss(self, x):
        means = [math.fsum(self.row_loss(row, x) for row in rows) / len(rows) for rows in self.rows]
        if self.is_convex:
            extra = self.penalty / 2 * sum(p * p for p in x)
        else:
            extra = self.penalty * sum(p * p / (1 + p * p) for p in x)
        return sum(means) / self.clients + extra


class LogisticRegression(Rows):
    """f_i(x) = the mean over its rows of log(1 + exp(-y <a, x>)), plus lambda |x|^2 / 2."""

    def __init__(self, path, *rest):
        rows = read(path)
        self.dimension = 1 + max(i for _, row in rows for i, _ in row)
        least = min(label for label, _ in rows)
        super().__init__([(-1.0 if y == least else 1.0, row) for y, row in rows], *rest)

    def slopes(self, row, x):
        label, cells = row
        margin = label * math.fsum(v * x[i] for i, v in cells)
        slope = -label / (1 + math.exp(margin))
        return [(i, slope * v) for i, v in cells]

    def row_loss(self, row, x):
        label, cells = row
        return math.log1p(math.exp(-label * math.fsum(v * x[i] for i, v in cells)))


class SoftmaxRegression(Rows):
    """The mean over rows of log sum_c exp(<a, w_c>) - <a, w_y>; x[j k + c] is w_c's weight of j."""

    def __init__(self, path, intercept, *rest):
        rows = read(path)
        width = 1 + max(i for _, row in rows for i, _ in row)
        if intercept:
            rows = [(label, cells + [(width, 1.0)]) for label, cells in rows]
            width += 1
        self.labels = sorted({label for label, _ in rows})
        self.dimension = width * len(self.labels)
        super().__init__(rows, *rest)

    def scores(self, cells, x):
        k = len(self.labels)
        scores = [0.0] * k
        for j, v in cells:
            for c, weight in enumerate(x[j * k : j * k + k]):
                scores[c] += v * weight
        return scores

    def slopes(self, row, x):
        label, cells = row
        k = len(self.labels)
        scores = self.scores(cells, x)
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = sum(powers)
        errors = [power / total - (y == label) for y, power in zip(self.labels, powers)]
        return [(j * k + c, v * error) for j, v in cells for c, error in enumerate(errors)]

    def row_loss(self, row, x):
        label, cells = row
        scores = self.scores(cells, x)
        top = max(scores)
        total = sum(math.exp(score - top) for score in scores)
        return top + math.log(total) - scores[self.labels.index(label)]
