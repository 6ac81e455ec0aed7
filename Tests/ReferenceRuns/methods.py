"""Every method, as the tables in docs/numerics.md have it.

A method is a generator: it gives the iterate (or the answer) before each round, and gets the step size
of the round. Bits and gradients are counted in the `Run`.
"""

import math

from compressors import kept, largest, sparse_bits, whole_bytes, index_bits
from problems import mean
from randomness import PARTICIPATION, RECOVERY, Stream


def plus(u, v, a=1.0):
    """u + a v."""
    return [x + a * y for x, y in zip(u, v)]


def minus(u, v):
    return plus(u, v, -1.0)


def scaled(a, v):
    return [a * x for x in v]


def total(vectors):
    return [sum(column) for column in zip(*vectors)]


class Run:
    def __init__(self, problem, compressor, options, seed, participation):
        self.problem, self.compressor, self.options, self.seed = problem, compressor, options, seed
        self.n, self.d = problem.clients, problem.dimension
        self.participation = participation
        self.up = self.down = self.evaluations = 0
        self.round = -1
        self.clients = list(range(self.n))

    def begin(self, round):
        """Draws the clients of a round: m = participation n, to the nearest."""
        self.round = round
        if self.participation < 1:
            count = max(1, math.floor(self.participation * self.n + 0.5))
            stream = Stream(self.seed, PARTICIPATION, round=round)
            self.clients = sorted(stream.shuffled(range(self.n), count))
        return self.clients

    def zeros(self):
        return [0.0] * self.d

    def gradient(self, client, x):
        self.evaluations += self.problem.batch_size(client)
        return self.problem.gradient(client, x, self.round)

    def send(self, v, client, message=0):
        sent, bits, _ = self.compressor(v, (client, self.round, message))
        self.up += bits
        return sent

    def send_table(self, v):
        self.up += self.compressor.table_bits
        return self.compressor.table(v, self.round)

    def broadcast_iterate(self):
        self.down += 64 * self.d * len(self.clients)

    def broadcast_entries(self, indices):
        """To all clients, whoever took part; all entries go without indices."""
        every = indices is None
        self.down += self.n * (64 * self.d if every else sparse_bits(len(indices), self.d))

    def ask_for(self, indices):
        self.down += len(self.clients) * (32 + whole_bytes(len(indices) * index_bits(self.d)))
        self.up += len(self.clients) * 64 * len(indices)

    def initial_gradients(self, x):
        """h_i at the start, sent and counted unless it is zero."""
        kind = self.options.get("initial-gradient", "full")
        if kind == "zero":
            return [self.zeros() for _ in range(self.n)]
        self.up += 64 * self.d * self.n
        if kind == "batch":
            return [self.gradient(i, x) for i in range(self.n)]
        self.evaluations += sum(self.problem.examples(i) for i in range(self.n))
        return [self.problem.full(i, x) for i in range(self.n)]


def sgd(run):
    x = run.zeros()
    while True:
        gamma = yield x
        run.up += 64 * run.d * len(run.clients)
        x = plus(x, mean([run.gradient(i, x) for i in run.clients]), -gamma)
        run.broadcast_iterate()


def compressed_sgd(run):
    x = run.zeros()
    while True:
        gamma = yield x
        x = plus(x, mean([run.send(run.gradient(i, x), i) for i in run.clients]), -gamma)
        run.broadcast_iterate()


def ec(run):
    x = run.zeros()
    e = [run.zeros() for _ in range(run.n)]
    while True:
        gamma = yield x
        sent = []
        for i in run.clients:
            wanted = plus(e[i], run.gradient(i, x), gamma)
            sent.append(run.send(wanted, i))
            e[i] = minus(wanted, sent[-1])
        x = minus(x, mean(sent))
        run.broadcast_iterate()


def ec_ideal(run):
    x = run.zeros()
    e = [run.zeros() for _ in range(run.n)]
    optimum = run.problem.optimum()
    h = [run.problem.full(i, optimum) for i in range(run.n)]
    while True:
        gamma = yield x
        sent = []
        for i in run.clients:
            wanted = plus(e[i], minus(run.gradient(i, x), h[i]))
            sent.append(run.send(wanted, i))
            e[i] = minus(wanted, sent[-1])
        x = plus(x, plus(mean(h), mean(sent)), -gamma)
        run.broadcast_iterate()


def diana(run):
    x = run.zeros()
    h = run.initial_gradients(x)
    alpha = run.options.get("alpha", 1 / (1 + (run.compressor.omega or 0)))
    while True:
        gamma = yield x
        direction = mean(h)
        sent = []
        for i in run.clients:
            sent.append(run.send(minus(run.gradient(i, x), h[i]), i))
            h[i] = plus(h[i], sent[-1], alpha)
        x = plus(x, plus(direction, mean(sent)), -gamma)
        run.broadcast_iterate()


def diana_ec(run):
    x = run.zeros()
    h = run.initial_gradients(x)
    e = [run.zeros() for _ in range(run.n)]
    alpha = run.options.get("alpha", 1.0)
    while True:
        gamma = yield x
        direction = mean(h)
        sent = []
        for i in run.clients:
            difference = minus(run.gradient(i, x), h[i])
            wanted = plus(e[i], difference)
            sent.append(run.send(wanted, i))
            e[i] = minus(wanted, sent[-1])
            h[i] = plus(h[i], run.send(difference, i, message=1), alpha)
        x = plus(x, plus(direction, mean(sent)), -gamma)
        run.broadcast_iterate()


def ef21(run):
    x = run.zeros()
    h = run.initial_gradients(x)
    while True:
        gamma = yield x
        for i in run.clients:
            h[i] = plus(h[i], run.send(minus(run.gradient(i, x), h[i]), i))
        x = plus(x, mean(h), -gamma)
        run.broadcast_iterate()


def ef21_sgdm(run):
    x = run.zeros()
    h = run.initial_gradients(x)
    v = list(h)
    beta = run.options.get("beta", 0.1)
    while True:
        gamma = yield x
        for i in run.clients:
            v[i] = plus(scaled(1 - beta, v[i]), run.gradient(i, x), beta)
            h[i] = plus(h[i], run.send(minus(v[i], h[i]), i))
        x = plus(x, mean(h), -gamma)
        run.broadcast_iterate()


def econtrol_of_sums(run):
    """The vectors whose tables the server has: linearity makes no difference but in rounding."""
    x = run.zeros()
    h = mean(run.initial_gradients(x))
    if run.options.get("initial-gradient", "full") != "zero":
        run.down += 64 * run.d * run.n
    e = run.zeros()
    sketch = run.compressor
    eta = run.options.get("eta", sketch.k / run.d)
    while True:
        gamma = yield x
        gradients = []
        for i in run.clients:
            gradients.append(run.gradient(i, x))
            run.up += sketch.table_bits
        difference = minus(mean(gradients), h)
        table = sketch.table(plus(difference, e, eta), run.round)
        estimates = sketch.estimates(table, run.round)
        whole = sketch.k == run.d and not hasattr(sketch, "rows")
        indices = None if whole else largest(estimates, sketch.k)
        step = estimates if whole else kept(estimates, indices)
        run.broadcast_entries(indices)
        e = minus(plus(e, difference), step)
        h = plus(h, step)
        x = plus(x, h, -gamma)


def econtrol(run):
    if run.options.get("feedback") == "server":
        yield from econtrol_of_sums(run)
        return
    x = run.zeros()
    h = run.initial_gradients(x)
    e = [run.zeros() for _ in range(run.n)]
    eta = run.options.get("eta", run.compressor.delta)
    while True:
        gamma = yield x
        direction = mean(h)
        sent = []
        for i in run.clients:
            difference = minus(run.gradient(i, x), h[i])
            sent.append(run.send(plus(difference, e[i], eta), i))
            e[i] = minus(plus(e[i], difference), sent[-1])
            h[i] = plus(h[i], sent[-1])
        x = plus(x, plus(direction, mean(sent)), -gamma)
        run.broadcast_iterate()


class MaskedMomentum:
    def __init__(self, run):
        self.rho = run.options.get("momentum", 0.9)
        self.u = [run.zeros() for _ in range(run.n)]
        self.v = [run.zeros() for _ in range(run.n)]

    def add(self, i, gradient):
        self.u[i] = plus(gradient, self.u[i], self.rho)
        self.v[i] = plus(self.v[i], self.u[i])
        return self.v[i]

    def mask(self, i, indices):
        for j in range(len(self.u[i])) if indices is None else indices:
            self.u[i][j] = self.v[i][j] = 0.0


def aggregate(run, vectors):
    return total(vectors) if run.options.get("aggregation", "sum") == "sum" else mean(vectors)


def aggregate_tables(run, tables):
    return [aggregate(run, rows) for rows in zip(*tables)]


def sketched_sgd(run):
    if run.options.get("recovery") == "heavymix":
        yield from heavymix(run)
    x = run.zeros()
    memory = MaskedMomentum(run)
    k = run.compressor.k
    while True:
        gamma = yield x
        for i in run.clients:
            memory.add(i, run.gradient(i, x))
        table = aggregate_tables(run, [run.send_table(memory.v[i]) for i in run.clients])
        estimates = run.compressor.estimates(table, run.round)
        if run.options.get("second-round", True):
            count = min(run.d, run.options.get("candidates", 4) * k)
            candidates = largest(estimates, count)
            run.ask_for(candidates)
            estimates = kept(aggregate(run, [memory.v[i] for i in run.clients]), candidates)
            # Where all candidates are zero, they are still the candidates.
            indices = sorted(sorted(candidates, key=lambda j: (-abs(estimates[j]), j))[:k])
        else:
            indices = largest(estimates, k)
        run.broadcast_entries(indices)
        for i in run.clients:
            memory.mask(i, indices)
        x = plus(x, kept(estimates, indices), -gamma)


def heavymix(run):
    x = run.zeros()
    a = [run.zeros() for _ in range(run.n)]
    k = run.compressor.k
    xi = run.options.get("xi", 2 + run.d / k)
    answer, weights = run.zeros(), 0.0
    while True:
        gamma = yield answer
        for i in run.clients:
            a[i] = plus(a[i], run.gradient(i, x), gamma / (run.round + xi))
        tables = [run.send_table(a[i]) for i in run.clients]
        table = [mean(rows) for rows in zip(*tables)]
        estimates = run.compressor.estimates(table, run.round)
        bound = run.compressor.norm_squared(table) / k
        heavy = [j for j in largest(estimates, k) if estimates[j] ** 2 >= bound]
        others = [j for j in range(run.d) if j not in heavy]
        stream = Stream(run.seed, RECOVERY, round=run.round)
        indices = sorted(heavy + stream.shuffled(others, k - len(heavy)))
        run.ask_for(indices)
        step = kept(mean([a[i] for i in run.clients]), indices)
        run.broadcast_entries(indices)
        for i in run.clients:
            a[i] = minus(a[i], step)
        x = minus(x, step)
        weight = (xi + run.round + 1) ** 2
        answer = plus(scaled(weights / (weights + weight), answer), x, weight / (weights + weight))
        weights += weight


def true_top_k(run):
    x = run.zeros()
    memory = MaskedMomentum(run)
    while True:
        gamma = yield x
        run.up += 64 * run.d * len(run.clients)
        sums = aggregate(run, [memory.add(i, run.gradient(i, x)) for i in run.clients])
        indices = largest(sums, run.compressor.k)
        run.broadcast_entries(indices)
        for i in run.clients:
            memory.mask(i, indices)
        x = plus(x, kept(sums, indices), -gamma)


def local_top_k(run):
    x = run.zeros()
    memory = MaskedMomentum(run)
    while True:
        gamma = yield x
        sent = []
        for i in run.clients:
            v = memory.add(i, run.gradient(i, x))
            sent.append(run.send(v, i))
            memory.mask(i, largest(v, run.compressor.k))
        merged = aggregate(run, sent)
        indices = [j for j, entry in enumerate(merged) if entry != 0]
        whole = sparse_bits(len(indices), run.d) >= 64 * run.d
        run.broadcast_entries(None if whole else indices)
        x = plus(x, merged, -gamma)


def local_p_k(run):
    x = run.zeros()
    memory = MaskedMomentum(run)
    k = run.compressor.k
    count = min(run.d, run.options.get("candidates", 4) * k)
    while True:
        gamma = yield x
        sent = []
        own = {}
        for i in run.clients:
            v = memory.add(i, run.gradient(i, x))
            own[i] = largest(v, count)
            run.up += sparse_bits(count, run.d)
            sent.append(kept(v, own[i]))
        sums = aggregate(run, sent)
        indices = largest(sums, k)
        run.broadcast_entries(indices)
        for i in run.clients:
            memory.mask(i, set(indices) & set(own[i]))
        x = plus(x, kept(sums, indices), -gamma)


def fetchsgd(run):
    x = run.zeros()
    sketch = run.compressor
    rho = run.options.get("momentum", 0.9)
    momentum = sketch.table(x, 0)
    error = sketch.table(x, 0)
    while True:
        gamma = yield x
        tables = [run.send_table(run.gradient(i, x)) for i in run.clients]
        momentum = [
            plus(mean(rows), old, rho) for old, *rows in zip(momentum, *tables)
        ]
        error = [plus(old, row, gamma) for old, row in zip(error, momentum)]
        estimates = sketch.estimates(error, run.round)
        # The identity sends everything, and without indices.
        indices = None if sketch.k == run.d and not hasattr(sketch, "rows") else largest(
            estimates, sketch.k)
        step = estimates if indices is None else kept(estimates, indices)
        run.broadcast_entries(indices)
        x = minus(x, step)
        touched = sketch.table(step, run.round)
        if run.options.get("error", "zero") == "subtract":
            error = [minus(old, row) for old, row in zip(error, touched)]
        else:
            error, momentum = (
                [[0.0 if t else old for old, t in zip(*rows)] for rows in zip(table, touched)]
                for table in (error, momentum)
            )


METHODS = {
    "sgd": sgd, "compressed-sgd": compressed_sgd, "ec": ec, "ec-ideal": ec_ideal, "diana": diana,
    "diana-ec": diana_ec, "ef21": ef21, "ef21-sgdm": ef21_sgdm, "econtrol": econtrol,
    "sketched-sgd": sketched_sgd, "true-top-k": true_top_k, "local-top-k": local_top_k,
    "local-P-k": local_p_k, "fetchsgd": fetchsgd,
}
