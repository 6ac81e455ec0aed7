"""Slopes and ratios with confidence intervals, from Student's t. Nothing is drawn at random."""

import math


def beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function (Lentz; DLMF 8.17.22)."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1 / d
    result = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            result *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return result


def incomplete_beta(a, b, x):
    """I_x(a, b)."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * beta_fraction(a, b, x) / a
    return 1 - front * beta_fraction(b, a, 1 - x) / b


def t_quantile(freedom, confidence=0.95):
    """The t beyond which (1 − confidence)/2 of Student's distribution lies."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        outside = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + middle * middle))
        low, high = (middle, high) if outside > 1 - confidence else (low, middle)
    return (low + high) / 2


def mean_interval(values):
    """The mean of values, and its 95 % interval; of one value, the value."""
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return mean, mean, mean
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = t_quantile(n - 1) * math.sqrt(variance / n)
    return mean, mean - half, mean + half


def slope_interval(xs, ys):
    """The slope of the least-squares line through points, and its 95 % interval."""
    n = len(xs)
    mx, my = math.fsum(xs) / n, math.fsum(ys) / n
    sxx = math.fsum((x - mx) ** 2 for x in xs)
    slope = math.fsum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sxx
    if n == 2:
        return slope, slope, slope
    rest = math.fsum((y - my - slope * (x - mx)) ** 2 for x, y in zip(xs, ys))
    half = t_quantile(n - 2) * math.sqrt(rest / (n - 2) / sxx)
    return slope, slope - half, slope + half


def log_slope(points):
    """The exponent p of y ∝ xᵖ through points (x, y), and its 95 % interval."""
    return slope_interval(
        [math.log(x) for x, _ in points], [math.log(y) for _, y in points])


def ratio_interval(above, below):
    """The geometric mean of above/below, pair by pair, and its 95 % interval.

    A side that is infinite, since it diverged at every setting, makes it 0 or ∞ without an interval.
    """
    if not all(map(math.isfinite, above)):
        return math.inf, math.inf, math.inf
    if not all(map(math.isfinite, below)):
        return 0.0, 0.0, 0.0
    logs = [math.log(a / b) for a, b in zip(above, below, strict=True)]
    return tuple(math.exp(value) for value in mean_interval(logs))
