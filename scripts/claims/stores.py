"""Reads the stores of sweeps: results.csv and trace.csv, nothing else."""

import csv
import math
import pathlib


def number(text):
    """A cell as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


class Trial:
    """A row of results.csv, its parameters and metrics as numbers where they are numbers."""

    def __init__(self, row, trace):
        self.row = {name: number(text) for name, text in row.items()}
        self.trace = trace

    def __getitem__(self, name):
        return self.row[name]

    @property
    def has_diverged(self):
        return self.row["status"] == "diverged"

    def column(self, name):
        """A column of the trace, from row 0 on."""
        return [row[name] for row in self.trace]

    def tail(self, name):
        """The mean of a column over the second half of the rounds; infinite after divergence."""
        if self.has_diverged:
            return math.inf
        last = self.trace[-1]["round"]
        rows = [row[name] for row in self.trace if row["round"] > last / 2]
        return sum(rows) / len(rows)


class Store:
    """The finished trials of a sweep."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        traces = {}
        for file in sorted(folder.glob("trace*.csv")):
            with open(file, newline="") as lines:
                reader = csv.reader(lines)
                header = next(reader)
                places = [
                    (place, name) for place, name in enumerate(header)
                    if name not in ("trial", "attempt", "row_crc")]
                for cells in reader:
                    traces.setdefault(cells[0], []).append(
                        {name: float(cells[place] or "nan") for place, name in places})
        with open(folder / "results.csv", newline="") as lines:
            self.trials = [
                Trial(row, traces.get(row["trial"], [])) for row in csv.DictReader(lines)]

    def where(self, **wanted):
        """The trials with these values; a value may be a list of values."""
        def meets(trial):
            return all(
                trial[name] in value if isinstance(value, (list, tuple)) else trial[name] == value
                for name, value in wanted.items())
        return [trial for trial in self.trials if meets(trial)]

    def values(self, name, **wanted):
        """The values of a column among these trials, in order."""
        return sorted({trial[name] for trial in self.where(**wanted)})

    def one(self, **wanted):
        """The only trial with these values."""
        trials = self.where(**wanted)
        if len(trials) != 1:
            raise LookupError(f"{len(trials)} trials with {wanted}, expected one")
        return trials[0]


def groups(trials, *names):
    """Trials by the values of these columns, in order."""
    found = {}
    for trial in trials:
        found.setdefault(tuple(trial[name] for name in names), []).append(trial)
    return dict(sorted(found.items(), key=lambda item: [str(cell) for cell in item[0]]))


# Parameters by which a choice is told from others of its claim.
NAMED = ["method", "method_kind", "method_feedback", "method_second_round", "method_error", "method_eta",
         "method_candidates", "compressor", "compressor_decode", "compressor_rows",
         "compressor_columns", "compressor_k", "split", "zeta", "sigma", "clients"]


class Choice:
    """The values of tuned parameters that were best, and which of them are the lowest or highest tried."""

    def __init__(self, trials, tuned, values):
        row = trials[0].row
        self.row = {name: row[name] for name in NAMED
                    if name in row and row[name] != "" and name not in tuned}
        self.values = dict(zip(tuned, values))
        self.at_edge = []
        for name, value in self.values.items():
            tried = sorted({trial[name] for trial in trials if isinstance(trial[name], float)})
            if len(tried) > 2 and value in (tried[0], tried[-1]):
                self.at_edge.append((name, value, "lowest" if value == tried[0] else "highest"))


CHOICES = []


def taken_choices():
    """What `best` has chosen since this was last asked."""
    taken = list(CHOICES)
    CHOICES.clear()
    return taken


def best(trials, score, tuned, higher=False):
    """The trials at the value of the tuned columns whose mean score is best, and those values.

    Diverged trials count as infinitely bad, as in `windrow best`, of which this is independent.
    """
    worst = -math.inf if higher else math.inf
    candidates = {}
    for values, members in groups(trials, *tuned).items():
        scores = [worst if trial.has_diverged else score(trial) for trial in members]
        scores = [worst if math.isnan(value) else value for value in scores]
        candidates[values] = sum(scores) / len(scores)
    if not candidates:
        raise LookupError("no trials to choose from")
    choose = max if higher else min
    values = choose(candidates, key=lambda values: candidates[values])
    if math.isfinite(candidates[values]):
        CHOICES.append(Choice(trials, tuned, values))
    return groups(trials, *tuned)[values], values
