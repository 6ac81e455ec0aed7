"""What a claim says, what was measured, and whether it holds."""

import dataclasses
import math

HOLDS, PARTLY, FAILS, ABSENT = "holds", "holds in part", "does not hold", "not measured"


@dataclasses.dataclass
class Measure:
    """A number with its 95 % interval, and the range in which the claim puts it.

    A measure without a range is told beside the claim, which does not speak of it.
    """

    key: str
    text: str
    interval: tuple
    wanted: tuple

    @property
    def value(self):
        return self.interval[0]

    @property
    def holds(self):
        """Whether the whole interval lies where the claim puts the number."""
        if self.wanted is None:
            return None
        low, high = self.wanted
        return low <= self.interval[1] and self.interval[2] <= high


@dataclasses.dataclass
class Claim:
    """A statement of a paper, or of ours, with the numbers that it stands or falls by."""

    key: str
    title: str
    statement: str
    figures: list
    measures: list
    drawn: dict = dataclasses.field(default_factory=dict)
    choices: list = dataclasses.field(default_factory=list)

    @property
    def verdict(self):
        held = [measure.holds for measure in self.measures if measure.wanted is not None]
        if not held:
            return ABSENT
        return HOLDS if all(held) else PARTLY if any(held) else FAILS


def exactly(value):
    """A number that is not an estimate: it has no interval."""
    return value, value, value


TOLD = None


def at_least(low):
    return low, math.inf


def at_most(high):
    return -math.inf, high


def shown(number):
    """A number as the document has it: three digits that count."""
    if number == 0 or not math.isfinite(number):
        return {math.inf: "∞", -math.inf: "−∞"}.get(number, "0" if number == 0 else "–")
    if 1e-3 <= abs(number) < 1e5:
        digits = max(0, 2 - math.floor(math.log10(abs(number))))
        return f"{number:.{digits}f}".replace("-", "−")
    mantissa, exponent = f"{number:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{raised}".replace("-", "−")


def shown_interval(interval):
    value, low, high = interval
    if low == high:
        return shown(value)
    return f"{shown(value)} ({shown(low)} … {shown(high)})"


def shown_range(wanted):
    if wanted is None:
        return ""
    low, high = wanted
    if low == -math.inf:
        return f"≤ {shown(high)}"
    if high == math.inf:
        return f"≥ {shown(low)}"
    return f"{shown(low)} … {shown(high)}"
