"""The claims of EControl (Gao, Islamov, Stich, ICLR 2024), from the stores alone."""

import math

from .intervals import log_slope, mean_interval, ratio_interval, slope_interval
from .stores import best, groups
from . import figures as draw
from .verdicts import TOLD, Claim, Measure, at_least, at_most, exactly

# What the paper's claims on real data are about; others are told beside them.
PAPERS_DATA = ["a9a", "mushrooms", "digits-odd"]
FEEDBACK = ["ec", "ef21", "econtrol"]


def counterexample(stores):
    store = stores("econtrol-counterexample")
    worst = 0.0
    for trial in store.where(method="compressed-sgd"):
        rows = [row for row in trial.trace if 0 < row["loss"] < 1e300]
        slope = slope_interval([row["round"] for row in rows],
                               [math.log(row["loss"]) for row in rows])[0]
        worst = max(worst, abs(slope / (2 * math.log1p(11 * trial["step_size"] / 6)) - 1))
    measures = [
        Measure("counterexample.growth",
                "compressed-sgd: relative error of the measured growth per round against "
                "(1 + 11γ/6)²", exactly(worst), at_most(1e-6))]
    for method in FEEDBACK:
        lowest = min(trial.trace[-1]["loss"] for trial in store.where(method=method)
                     if not trial.has_diverged)
        measures.append(Measure(
            f"counterexample.{method}", f"{method}: the last loss (it starts at 1.75)",
            exactly(lowest), at_most(1e-12)))
    return Claim(
        "1", "Compression needs feedback",
        "compressed-sgd with top-1 diverges exponentially on three quadratics in ℝ³, as "
        "(1 + 11γ/6)ᵗ exactly; ec, ef21 and econtrol converge on them.",
        ["econtrol-counterexample-loss"], measures)


def floors(stores):
    store = stores("econtrol-floors")
    ec = store.where(method="ec")
    zeta = log_slope([(t["zeta"], t.tail("suboptimality")) for t in ec
                      if t["step_size"] == 0.004])
    step = log_slope([(t["step_size"], t.tail("suboptimality")) for t in ec if t["zeta"] == 1])
    measures = [
        Measure("floors.zeta", "ec: exponent of its floor in ζ (γ = 0.004)", zeta, (1.8, 2.2)),
        Measure("floors.step", "ec: exponent of its floor in γ (ζ = 1)", step, (1.8, 2.2))]
    for method in ["ec-ideal", "ef21", "econtrol"]:
        worst = max(t.trace[-1]["grad_norm_sq"] / t.trace[0]["grad_norm_sq"]
                    for t in store.where(method=method))
        measures.append(Measure(
            f"floors.{method}", f"{method}: the last ‖∇f‖² as a share of the first, worst of all "
            "ζ, γ and seeds", exactly(worst), at_most(1e-24)))
        measures.append(Measure(
            f"floors.{method}.linear", f"{method}: rounds in which the share falls from 10⁻¹² to 10⁻²⁴ "
            "as a multiple of those in which it falls to 10⁻¹² (γ = 0.004; 1 if linear)",
            linearity(store.where(method=method, step_size=0.004)), (0.5, 2)))
    return Claim(
        "2", "The floor of ec, without noise",
        "With σ = 0, ec with a constant step stalls at a floor that grows like ζ² and falls like "
        "γ²; ef21, econtrol and ec-ideal reach machine precision, linearly.",
        ["econtrol-floors-rounds", "econtrol-floors-step-size"], measures)


def linearity(trials):
    """How many times longer the second twelve digits take than the first."""
    def first(trial, share):
        start = trial.trace[0]["grad_norm_sq"]
        return next((row["round"] for row in trial.trace if row["grad_norm_sq"] <= share * start), math.inf)
    return ratio_interval(
        [first(t, 1e-24) - first(t, 1e-12) for t in trials], [first(t, 1e-12) for t in trials])


def real_floors(stores):
    measures = []
    figures = []
    for data in stores.data("econtrol-real-floors"):
        store = stores(f"econtrol-real-floors-{data}")
        figures.append(f"econtrol-real-floors-{data}-rounds")
        floor = store.one(method="ec").tail("suboptimality")
        measures.append(Measure(
            f"real-floors.{data}.ec", f"{data}, ec: f − f* where it stalls", exactly(floor),
            (3e-5, 3e-2) if data in PAPERS_DATA else TOLD))
        for method in ["ef21", "econtrol"]:
            last = abs(store.one(method=method).trace[-1]["suboptimality"])
            measures.append(Measure(
                f"real-floors.{data}.{method}", f"{data}, {method}: the last |f − f*|",
                exactly(last), at_most(1e-14)))
    return Claim(
        "3", "The floor of ec, on real data",
        "On label-sorted rows (λ = 0.1, n = 20, k/d = 10 %, γ = 1/L, full gradients) ec stalls "
        "around 10⁻² … 10⁻⁴ above f*; econtrol with η = k/d and ef21 reach 10⁻¹⁶.",
        figures, measures)


SPEEDUP = ["sgd", "ec", "ef21", "ef21-sgdm", "ef21-sgdm.default", "econtrol"]


def speedup_trials(store, method, clients):
    """The trials of a method; ef21-sgdm is that with β = 0.01, its default has 0.1."""
    trials = store.where(method=method.split(".")[0], clients=clients)
    if method.startswith("ef21-sgdm"):
        beta = 0.1 if method.endswith("default") else 0.01
        trials = [t for t in trials if t["method_beta"] == beta]
    return trials


def band(groups_of_trials, floor):
    """(x, geometric mean, lowest, highest) for a figure."""
    points = []
    for (x,), trials in groups_of_trials.items():
        values = [floor(trial) for trial in trials]
        if all(map(math.isfinite, values)):
            mean = math.exp(sum(map(math.log, values)) / len(values))
            points.append((x, mean, min(values), max(values)))
    return points


def speedup_figure(store, data):
    names = {"ef21-sgdm": "ef21-sgdm, β = 0.01", "ef21-sgdm.default": "ef21-sgdm, β = 0.1"}
    series = {names.get(method, method): band(
        groups(speedup_trials(store, method, store.values("clients")), "clients"),
        lambda t: t.tail("suboptimality")) for method in SPEEDUP}
    at_four = next(point[1] for point in series["sgd"] if point[0] == 4)
    return draw.lines(
        series, f"{data}: the floor of f − f* against the number of clients", "n",
        "mean f − f* over the second half of the rounds", guides=[(f"{4 * at_four / 2}/x", "∝ 1/n")])


def speedup(stores):
    measures, figures, drawn = [], [], {}
    for data in stores.data("econtrol-speedup"):
        store = stores(f"econtrol-speedup-{data}")
        several = [n for n in store.values("clients") if n >= 4]
        for method, wanted in [
            ("sgd", (-1.35, -0.75)), ("econtrol", (-1.35, -0.75)),
            ("ef21-sgdm", (-1.35, -0.75)),
            ("ef21", (-0.15, 0.15)), ("ec", TOLD), ("ef21-sgdm.default", TOLD),
        ]:
            trials = speedup_trials(store, method, several)
            measures.append(Measure(
                f"speedup.{data}.{method}",
                f"{data}, {method.replace('.default', ' with β = 0.1')}: exponent of its floor in n, "
                "from n = 4",
                log_slope([(t["clients"], t.tail("suboptimality")) for t in trials]), wanted))
        drawn[f"econtrol-speedup-{data}-floors"] = speedup_figure(store, data)
    return Claim(
        "4", "Linear speed-up in the number of clients",
        "With small batches on label-sorted rows the floor of econtrol, ef21-sgdm and sgd falls "
        "about like 1/n from n = 4 to 64; that of ef21 does not fall at all.",
        figures, measures, drawn)


def noise_kinds(stores):
    store = stores("econtrol-noise-kinds")
    several = [n for n in store.values("clients") if n >= 10]
    measures = []
    for noise, dimension, step, method, wanted, text in [
        ("skewed", 2, 0.001, "ef21", (-0.15, 0.15), "does not fall"),
        ("skewed", 2, 0.001, "econtrol", (-1.35, -0.65), "falls like 1/n"),
        ("gaussian", 10, 0.01, "ef21", (-1.15, -0.85), "falls as well"),
    ]:
        trials = store.where(
            noise=noise, dimension=dimension, step_size=step, method=method, clients=several)
        measures.append(Measure(
            f"noise-kinds.{noise}.{method}",
            f"{noise} noise, d = {dimension}, γ = {step}, {method}: exponent of its floor in n from "
            f"n = 10 ({text})",
            log_slope([(t["clients"], t.tail("grad_norm_sq")) for t in trials]), wanted))
    key = ("clients", "seed")
    for dimension in [2, 10]:
        floors = {
            method: groups(store.where(noise="gaussian", dimension=dimension, step_size=0.01,
                                       method=method, clients=several), *key)
            for method in ["ef21", "sgd"]}
        measures.append(Measure(
            f"noise-kinds.gaussian.ratio.{dimension}",
            f"gaussian noise, d = {dimension}, γ = 0.01: the floor of ef21 as a multiple of sgd's, "
            "n ≥ 10", ratio_interval(
                [floors["ef21"][k][0].tail("grad_norm_sq") for k in floors["ef21"]],
                [floors["sgd"][k][0].tail("grad_norm_sq") for k in floors["ef21"]]), (5.0, 9.0)))
    return Claim(
        "5", "Noise that ef21 cannot average out",
        "With skewed noise and top-1 the floor of ef21 stays as n grows to 100 and that of "
        "econtrol falls like 1/n; with symmetric Gaussian noise the floor of ef21 falls, too, 5 to "
        "9 times above that of sgd.",
        [], measures, noise_figures(store))


def noise_figures(store):
    drawn = {}
    for noise, dimension, step in [
            ("skewed", 2, 0.001), ("skewed", 2, 0.01), ("gaussian", 2, 0.01), ("gaussian", 10, 0.01)]:
        series = {method: band(
            groups(store.where(noise=noise, dimension=dimension, step_size=step, method=method), "clients"),
            lambda t: t.tail("grad_norm_sq")) for method in ["sgd", "ec", "ef21", "econtrol"]}
        start = series["sgd"][0][1] / 2 * series["sgd"][0][0]
        drawn[f"econtrol-noise-kinds-{noise}-{dimension}-{step}"] = draw.lines(
            series, f"{noise} noise, d = {dimension}, γ = {step}: the floor against the number of clients",
            "n", "mean ‖∇f‖² over the second half", guides=[(f"{start}/x", "∝ 1/n")])
    return drawn


def eta(stores):
    store = stores("econtrol-eta")
    share = 0.1
    steady = [t for t in store.trials if t["method_eta"] <= share]
    stable = sum(not t.has_diverged and t.trace[-1]["suboptimality"] < 1 for t in steady)
    above = [t for t in store.trials if t["method_eta"] >= 4 * share]
    wild = sum(t.has_diverged or not t.trace[-1]["suboptimality"] < 1 for t in above)
    first = min(t["method_eta"] for t in store.trials
                if t.has_diverged or not t.trace[-1]["suboptimality"] < 1)
    step = 0.03
    def tails(value):
        rows = store.where(method_eta=value, step_size=step)
        return [t.tail("suboptimality") for t in sorted(rows, key=lambda t: t["seed"])]
    _, chosen = best(store.where(step_size=step), lambda t: t.tail("suboptimality"),
                     ["method_eta"])
    return Claim(
        "6", "The strength of the feedback",
        "econtrol is stable for η ≤ k/d and unstable from about 2k/d – 4k/d on; η → 0 is ef21 with "
        "its high floor; the best is near k/d.",
        ["econtrol-eta-eta"], [
            Measure("eta.stable", "share of the runs with η ≤ k/d that end within 1 of f*",
                    exactly(stable / len(steady)), at_least(1)),
            Measure("eta.unstable", "share of the runs with η ≥ 4k/d that do not",
                    exactly(wild / len(above)), at_least(1)),
            Measure("eta.first", "the smallest η with a run that does not, as a multiple of k/d",
                    exactly(first / share), (2, 4)),
            Measure("eta.best", "the best η as a multiple of k/d (γ = 0.03)",
                    exactly(chosen[0] / share), (0.5, 2)),
            Measure("eta.zero", "the floor at η = 0 as a multiple of that at η = k/d (γ = 0.03)",
                    ratio_interval(tails(0), tails(share)), at_least(5)),
            Measure("eta.theory",
                    "the floor at η = δ/400, the theory's, as a multiple of that at η = k/d "
                    "(γ = 0.03)", ratio_interval(tails(0.00025), tails(share)), at_least(1)),
        ])


def homogeneous(stores):
    store = stores("econtrol-heterogeneity-noise")

    def ratio(zeta, sigma):
        floors = {}
        for method in ["ec", "econtrol"]:
            trials, _ = best(
                store.where(method=method, zeta=zeta, sigma=sigma),
                lambda t: t.tail("suboptimality"), ["step_size"])
            trials = sorted(trials, key=lambda t: t["seed"])
            floors[method] = [t.tail("suboptimality") for t in trials]
        return ratio_interval(floors["econtrol"], floors["ec"])

    many = []
    for data in stores.data("econtrol-speedup"):
        wide = stores(f"econtrol-speedup-{data}")
        floors = {method: groups(wide.where(method=method, clients=64), "seed")
                  for method in ["ec", "econtrol"]}
        many.append(Measure(
            f"homogeneous.many.{data}", f"{data}, sorted by label, n = 64, batches of two, one step size "
            "(claim 4): the same", ratio_interval(*(
                [trials[0].tail("suboptimality") for trials in floors[method].values()]
                for method in ["econtrol", "ec"])), TOLD))
    return Claim(
        "7", "Where plain ec is ahead",
        "Where heterogeneity is small, plain ec may be ahead of econtrol; where it is large, it is "
        "not.",
        ["econtrol-heterogeneity-noise-rounds"], [
            Measure("homogeneous.small",
                    "ζ = 1, σ = 10: the floor of econtrol as a multiple of ec's, each at its best "
                    "step size", ratio(1, 10), at_least(1)),
            Measure("homogeneous.large", "ζ = 100, σ = 1: the same", ratio(100, 1), at_most(1)),
            *many])


def equal_bits(stores):
    measures, figures = [], []
    for data in stores.data("econtrol-equal-bits"):
        store = stores(f"econtrol-equal-bits-{data}")
        figures.append(f"econtrol-equal-bits-{data}-bits")
        for (compressor, decode), trials in groups(
                store.trials, "compressor", "compressor_decode").items():
            name = f"{compressor} ({decode} decodes)" if decode else compressor
            floors = {}
            for (method,), members in groups(trials, "method").items():
                chosen, _ = best(members, lambda t: t.tail("suboptimality"), ["step_size"])
                chosen = sorted(chosen, key=lambda t: t["seed"])
                floors[method] = [t.tail("suboptimality") for t in chosen]
            for other in ["ec", "ef21", "ef21-sgdm"]:
                key = f"equal-bits.{data}.{compressor}{'.' + decode if decode else ''}.{other}"
                if not all(map(math.isfinite, floors["econtrol"] + floors[other])):
                    continue
                measures.append(Measure(
                    key, f"{data}, {name}: f − f* of econtrol as a multiple of that of {other}",
                    ratio_interval(floors["econtrol"], floors[other]), at_most(1.1)))
    return Claim(
        "9", "Equal bits",
        "At one length of messages, on label-sorted rows with small batches and each at its best step "
        "size, econtrol is on par with or ahead of ec, ef21 and ef21-sgdm under every compressor.",
        figures, measures)


def rounds_to(trial, target):
    """The first logged round at which f − f* is at most a target; the last one if there is none."""
    return next((row["round"] for row in trial.trace if row["suboptimality"] <= target),
                trial["rounds"])


def theory(stores):
    store = stores("econtrol-theory")
    target = 1e-9

    def fastest(**wanted):
        trials = [t for t in store.where(**wanted) if t["step_size"] != "theory"]
        return min(rounds_to(t, target) for t in trials if not t.has_diverged)

    measures = []
    for method in ["ef21", "ef21-sgdm"]:
        proved = store.one(method=method, step_size="theory")
        measures.append(Measure(
            f"theory.{method}.safe", f"{method}: f − f* after all rounds at the proved step size, as "
            "a share of that at the start",
            exactly(proved.trace[-1]["suboptimality"] / proved.trace[0]["suboptimality"]),
            at_most(0.5)))
        measures.append(Measure(
            f"theory.{method}.slow", f"{method}: rounds to f − f* = 10⁻⁹ at the proved step size (or "
            "all rounds, if that is not reached) as a multiple of those at the best one", exactly(
                rounds_to(proved, target) / fastest(method=method)), at_least(2)))
    measures.append(Measure(
        "theory.econtrol.slow", "econtrol: rounds to f − f* = 10⁻⁹ with η = δ/400 as a multiple of "
        "those with η = δ, each at its best step size",
        exactly(fastest(method="econtrol", method_eta=0.00025)
                / fastest(method="econtrol", method_eta=0.1)), at_least(2)))
    return Claim(
        "10", "Proved and tuned step sizes",
        "What is proved is safe and very slow: γ of ef21's and ef21-sgdm's theorems, and η = δ/400 of "
        "econtrol.",
        ["econtrol-theory-theory", "econtrol-theory-tuned"], measures)


def bits_to(trials, column, target):
    """Bits up and down until a metric first reaches a target, trial by trial; infinite if it does not."""
    return [next((row["bits_up"] + row["bits_down"] for row in trial.trace if row[column] >= target),
                 math.inf) for trial in trials]


def network(stores):
    measures, figures = [], []
    for data in ["digits", *stores.data("econtrol-network")]:
        name = "econtrol-network" + ("" if data == "digits" else f"-{data}")
        key = "network" + ("" if data == "digits" else f".{data}")
        store = stores(name)
        figures += [f"{name}-accuracy", f"{name}-loss"]
        chosen = {}
        for (method,), members in groups(store.trials, "method").items():
            trials, _ = best(
                members, lambda t: t.tail("test_accuracy"), ["step_size"], higher=True)
            chosen[method] = sorted(trials, key=lambda t: t["seed"])
        accuracy = {method: [t.tail("test_accuracy") for t in trials]
                    for method, trials in chosen.items()}
        measures += [
            Measure(f"{key}.{other}", f"{data}: test accuracy of econtrol minus that of {other}",
                    mean_interval([a - b for a, b in zip(accuracy["econtrol"], accuracy[other])]),
                    at_least(-0.02))
            for other in ["ec", "ef21", "ef21-sgdm"]]
        for share, column in [("up", "bits_up"), ("total", None)]:
            bits = {method: [t[column] if column else t["bits_up"] + t["bits_down"]
                             for t in chosen[method]] for method in ["sgd", "econtrol"]}
            measures.append(Measure(
                f"{key}.bits.{share}", f"{data}: bits {'up' if column else 'up and down'} of econtrol "
                "as a share of sgd's", exactly(sum(bits["econtrol"]) / sum(bits["sgd"])), TOLD))
        measures.append(Measure(
            f"{key}.reach", f"{data}: bits up and down until the test accuracy is first 0.9, econtrol's as "
            "a share of sgd's", ratio_interval(
                bits_to(chosen["econtrol"], "test_accuracy", 0.9),
                bits_to(chosen["sgd"], "test_accuracy", 0.9)), TOLD))
    return Claim(
        "8", "A network",
        "On networks, with clients that are partly split by label and 10 % of the entries sent, "
        "econtrol is on par with or ahead of the tuned rest.", figures, measures)


ALL = [
    counterexample, floors, real_floors, speedup, noise_kinds, eta, homogeneous, network, equal_bits,
    theory,
]
