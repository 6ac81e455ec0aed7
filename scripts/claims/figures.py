"""Figures of the numbers that claims are judged by, where `windrow plot` draws others; through gnuplot."""

import pathlib
import subprocess
import tempfile

# Those of `windrow plot`: Okabe and Ito's colours, markers and dashes that tell lines apart in print.
COLORS = ["#000000", "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"]
MARKERS = [7, 5, 9, 11, 13, 6, 4, 8, 10, 12]
DASHES = ["solid", "(10,4)", "(3,3)", "(12,3,3,3)", "(16,4,2,4,2,4)", "(6,3)"]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def lines(series, title, x, y, log="xy", guides=()):
    """A figure of one panel: (x, y) or (x, y, low, high) by name; guides are expressions of x with a name."""
    return {"series": {name: sorted(points) for name, points in series.items()}, "title": title,
            "x": x, "y": y, "log": log, "guides": list(guides)}


def draw(figure, path):
    """Writes a figure as SVG; False where there is no gnuplot."""
    blocks, parts = [], []
    for place, (name, points) in enumerate(figure["series"].items()):
        style = (f"lc rgb '{COLORS[place % len(COLORS)]}' lw 1.8 dt {DASHES[place % len(DASHES)]} "
                 f"pt {MARKERS[place % len(MARKERS)]} ps 0.8")
        if len(points) > 20:
            style += f" pi {len(points) // 12}"
        rows = [(*point, point[1], point[1]) if len(point) == 2 else point for point in points]
        blocks.append("\n".join(" ".join(f"{cell:.6g}" for cell in row) for row in rows))
        color = COLORS[place % len(COLORS)]
        if any(row[2] != row[3] for row in rows):
            parts.append(f"data index {place} using 1:3:4 with filledcurves fc rgb '{color}' "
                         "fs transparent solid 0.12 noborder notitle")
        parts.append(f"data index {place} using 1:2 with linespoints {style} title {quoted(name)}")
    for expression, name in figure["guides"]:
        parts.append(f"{expression} with lines lc rgb '#808080' lw 1.2 dt (4,4) title {quoted(name)}")
    logs = f"set logscale {figure['log']}\n" if figure["log"] else ""
    largest = max(point[0] for points in figure["series"].values() for point in points)
    for axis in figure["log"]:
        if axis == "y" or largest >= 1e5:
            logs += f"set format {axis} '10^{{%L}}'\n"
    script = f"""
set terminal svg enhanced size 820,400 font 'Helvetica,13' background rgb 'white'
set output 'figure.svg'
data = 'figure.dat'
{logs}set tics out nomirror scale 0.6
set grid back lc rgb '#e4e4e4' lw 0.6 dt solid
set border 3 lw 0.8
set title {quoted(figure["title"])} noenhanced font ',15'
set xlabel {quoted(figure["x"])} noenhanced
set ylabel {quoted(figure["y"])} noenhanced
set key outside right top Left reverse noenhanced samplen 3 spacing 1.25
set autoscale fix
set offsets graph 0.03, graph 0.03, graph 0.03, graph 0.03
plot """ + ", \\\n     ".join(parts) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder)
        (here / "figure.dat").write_text("\n\n\n".join(blocks) + "\n", encoding="utf-8")
        (here / "figure.gp").write_text(script, encoding="utf-8")
        try:
            done = subprocess.run(
                ["gnuplot", "figure.gp"], cwd=here, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return False
        if done.returncode != 0:
            raise RuntimeError(f"gnuplot: {done.stderr.strip()}")
        path.write_bytes((here / "figure.svg").read_bytes())
    return True
