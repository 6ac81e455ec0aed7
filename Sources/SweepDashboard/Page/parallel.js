// Parallel coordinates: an axis for each parameter and one for the metric. Trials between two axes are
// drawn by the pairs of values that they have, so that 10⁵ of them cost as much as a hundred.

const parallel = { picture: null, key: "", seen: 0, axes: [], pairs: [], cursor: [0, 0] };

const metricSlots = 40;

// Axes: factors that tell trials apart, then the metric.
function countParallel() {
  const rows = data.rows;
  const factors = rows.factors.map((_, f) => f).filter((f) => rows.levels[f].length > 1);
  const last = parallel.low;
  // The metric's range is known when all rows are: a new extreme begins anew.
  let low = Infinity, high = -Infinity;
  for (let row = 0; row < rows.count; row++) {
    const v = rows.values[row];
    if (!rows.diverged[row] && Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  }
  const key = [rows.generation, rows.metric, low, high, data.isMaximized, factors.map((f) => rows.levels[f].length),
    [...data.chosen].map(([f, p]) => [f, ...p])].join("|");
  if (key !== parallel.key) {
    parallel.key = key;
    parallel.seen = 0;
    parallel.low = low;
    parallel.high = high;
    parallel.isLog = low > 0 && high / low > 20;
    parallel.axes = factors.map((f) => ({ factor: f, name: rows.factors[f], scale: new Scale(rows.levels[f], 40) }));
    parallel.pairs = parallel.axes.map(() => new Map());
  }
  const axes = parallel.axes;
  for (let row = parallel.seen; row < rows.count; row++) {
    const isIn = data.passes(row) ? 1 : 0;
    const value = rows.values[row];
    const goodness = rows.diverged[row] || !Number.isFinite(value) ? -1 : metricShare(value);
    for (let a = 0; a < axes.length; a++) {
      const from = axes[a].scale.slot[rows.places[axes[a].factor][row]];
      const to = a + 1 < axes.length
        ? axes[a + 1].scale.slot[rows.places[axes[a + 1].factor][row]]
        : goodness < 0 ? metricSlots : Math.min(metricSlots - 1, Math.floor(goodness * metricSlots));
      const at = (isIn * 4096 + from) * 4096 + to;
      let pair = parallel.pairs[a].get(at);
      if (!pair) parallel.pairs[a].set(at, pair = { n: 0, sum: 0, finite: 0 });
      pair.n++;
      if (goodness >= 0) { pair.sum += goodness; pair.finite++; }
    }
  }
  parallel.seen = rows.count;
}

// 0 is the worst value, 1 the best.
function metricShare(value) {
  const { low, high, isLog } = parallel;
  if (!(high > low)) return 0.5;
  const share = isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return data.isMaximized ? share : 1 - share;
}

function drawParallel(pen, width, height) {
  countParallel();
  const axes = parallel.axes;
  if (axes.length === 0) {
    parallel.picture.note(data.rows.count === 0 ? "No trial has finished yet." : "No parameter has two values yet.");
    return;
  }
  const front = pen.fillStyle;
  const box = { x: 12, y: 34, w: width - 110, h: height - 58 };
  const x = (a) => box.x + box.w * a / axes.length;
  const y = (slot, count) => box.y + box.h * (count > 1 ? slot / (count - 1) : 0.5);
  const metricY = (slot) => slot === metricSlots ? box.y + box.h + 14 : box.y + box.h * (1 - (slot + 0.5) / metricSlots);
  for (const isIn of [0, 1]) {
    for (let a = 0; a < axes.length; a++) {
      const most = [...parallel.pairs[a].values()].reduce((m, p) => Math.max(m, p.n), 1);
      for (const [at, pair] of parallel.pairs[a]) {
        if (Math.floor(at / 16777216) !== isIn) continue;
        const [from, to] = [Math.floor(at / 4096) % 4096, at % 4096];
        pen.strokeStyle = !isIn ? style("--empty") : pair.finite ? lineColor(pair.sum / pair.finite) : style("--bad");
        pen.globalAlpha = isIn ? 0.35 + 0.6 * pair.n / most : 0.8;
        pen.lineWidth = 0.7 + 2.5 * Math.sqrt(pair.n / most);
        pen.beginPath();
        pen.moveTo(x(a), y(from, axes[a].scale.count));
        pen.lineTo(x(a + 1), a + 1 < axes.length ? y(to, axes[a + 1].scale.count) : metricY(to));
        pen.stroke();
      }
    }
  }
  pen.globalAlpha = 1;
  pen.lineWidth = 1;
  const back = style("--card");
  for (let a = 0; a <= axes.length; a++) {
    pen.strokeStyle = style("--dim");
    pen.beginPath();
    pen.moveTo(x(a), box.y);
    pen.lineTo(x(a), box.y + box.h);
    pen.stroke();
    pen.fillStyle = front;
    pen.textAlign = a === 0 ? "left" : a === axes.length ? "left" : "center";
    const room = box.w / axes.length - 6;
    pen.fillText(fitted(pen, a < axes.length ? axes[a].name : data.rows.metric, Math.max(room, 70)), x(a) - (a === axes.length ? 20 : 0), 14);
    pen.textAlign = "left";
    const names = a < axes.length ? axes[a].scale.names : [];
    const every = Math.max(1, Math.ceil(names.length * 15 / box.h));
    names.forEach((name, slot) => {
      if (slot % every) return;
      const text = fitted(pen, name, Math.max(20, room - 12));
      const top = y(slot, names.length);
      pen.fillStyle = back;
      pen.globalAlpha = 0.75;
      pen.fillRect(x(a) + 4, top - 8, pen.measureText(text).width + 4, 15);
      pen.globalAlpha = 1;
      const isChosen = isSlotChosen(a, slot);
      pen.fillStyle = isChosen ? style("--note") : front;
      pen.fillText((isChosen ? "● " : "") + text, x(a) + 6, top + 4);
    });
    if (document.activeElement === parallel.picture.canvas && a === parallel.cursor[0] && a < axes.length) {
      pen.strokeStyle = style("--note");
      pen.strokeRect(x(a) - 5, y(parallel.cursor[1], names.length) - 9, 70, 17);
    }
  }
  pen.fillStyle = style("--dim");
  const { low, high, isLog } = parallel;
  for (const s of [0, 0.25, 0.5, 0.75, 1]) {
    const share = data.isMaximized ? s : 1 - s;
    const value = isLog ? low * Math.pow(high / low, share) : low + share * (high - low);
    if (Number.isFinite(value)) pen.fillText(number(value), x(axes.length) + 6, box.y + box.h * (1 - s) + 4);
  }
  parallel.box = box;
}

// Levels of a factor that lie in a slot of its axis.
function slotLevels(a, slot) {
  const axis = parallel.axes[a];
  return [...axis.scale.slot.keys()].filter((place) => axis.scale.slot[place] === slot);
}

function isSlotChosen(a, slot) {
  const chosen = parallel.axes[a] && data.chosen.get(parallel.axes[a].factor);
  return chosen ? slotLevels(a, slot).some((place) => chosen.has(place)) : false;
}

function toggleSlot(a, slot) {
  const axis = parallel.axes[a];
  if (!axis) return;
  const chosen = data.chosen.get(axis.factor) ?? new Set();
  const isChosen = isSlotChosen(a, slot);
  for (const place of slotLevels(a, slot)) { if (isChosen) chosen.delete(place); else chosen.add(place); }
  if (chosen.size === 0) data.chosen.delete(axis.factor); else data.chosen.set(axis.factor, chosen);
  tellChosen();
  redrawRows();
}

function tellChosen() {
  let count = 0;
  for (let row = 0; row < data.rows.count; row++) if (data.passes(row)) count++;
  byId("parallel-text").textContent = data.chosen.size === 0
    ? "Click a value, or move with the arrow keys and press Enter, to look at its trials only; Escape shows all."
    : `${count} of ${data.rows.count} trials: ` + [...data.chosen].map(([factor, places]) =>
      `${data.rows.factors[factor]} ∈ {${[...places].slice(0, 8).map((p) => data.rows.levels[factor][p] || "–").join(", ")}}`).join(", ");
}

function startParallel() {
  parallel.picture = new Picture("parallel-canvas", drawParallel);
  const canvas = byId("parallel-canvas");
  canvas.addEventListener("click", (event) => {
    if (!parallel.box || parallel.axes.length === 0) return;
    const place = canvas.getBoundingClientRect();
    const { x, y, w, h } = parallel.box;
    const a = Math.min(parallel.axes.length - 1, Math.max(0, Math.floor((event.clientX - place.left - x + 8) / w * parallel.axes.length)));
    const count = parallel.axes[a].scale.count;
    const slot = Math.round((event.clientY - place.top - y) / h * (count - 1));
    parallel.cursor = [a, Math.max(0, Math.min(count - 1, slot))];
    toggleSlot(...parallel.cursor);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step && parallel.axes.length) {
      const a = Math.max(0, Math.min(parallel.axes.length - 1, parallel.cursor[0] + step[0]));
      parallel.cursor = [a, Math.max(0, Math.min(parallel.axes[a].scale.count - 1, parallel.cursor[1] + step[1]))];
      parallel.picture.redraw();
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      toggleSlot(...parallel.cursor);
      event.preventDefault();
    } else if (event.key === "Escape") {
      data.chosen.clear();
      tellChosen();
      redrawRows();
    }
  });
  for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, () => parallel.picture.redraw());
}
