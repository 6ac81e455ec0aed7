// The grid as a heat map over two parameters; each cell is a summary of its trials.

const heat = {
  x: 0, y: 1, cell: "best", cursor: null, cells: new Map(), seen: 0, key: "", scales: [],
  picture: null,
};

// Two parameters that tell most: the ones with the most values that still fit.
function chooseHeatAxes() {
  const order = data.rows.factors.map((_, f) => f)
    .sort((a, b) => data.rows.levels[b].length - data.rows.levels[a].length || a - b);
  heat.x = order[0] ?? -1;
  heat.y = order[1] ?? -1;
  fillHeatControls();
}

function fillHeatControls() {
  for (const [id, axis] of [["heat-x", "x"], ["heat-y", "y"]]) {
    const list = byId(id);
    list.replaceChildren(...data.rows.factors.map((name, f) => element("option", name, { value: f })),
      element("option", "–", { value: -1 }));
    list.value = String(heat[axis]);
  }
}

// Adds what is new; begins anew when axes, filter or a scale have changed.
function countHeat() {
  const rows = data.rows;
  if (rows.factors.length === 0) return;
  const levels = [heat.x, heat.y].map((f) => f < 0 ? [""] : rows.levels[f]);
  const sizes = levels.map((l) => l.length);
  const key = [rows.generation, rows.metric, heat.x, heat.y, sizes, data.isMaximized,
    [...data.chosen].map(([f, p]) => [f, ...p])].join("|");
  if (key !== heat.key) {
    heat.key = key;
    heat.seen = 0;
    heat.cells = new Map();
    heat.scales = levels.map((l) => new Scale(l, 48));
  }
  const [sx, sy] = heat.scales;
  const [px, py] = [rows.places[heat.x], rows.places[heat.y]];
  for (let row = heat.seen; row < rows.count; row++) {
    if (!data.passes(row)) continue;
    const at = (py ? sy.slot[py[row]] : 0) * 4096 + (px ? sx.slot[px[row]] : 0);
    let cell = heat.cells.get(at);
    if (!cell) heat.cells.set(at, cell = { n: 0, diverged: 0, sum: 0, finite: 0, best: NaN, row: -1 });
    cell.n++;
    if (rows.diverged[row]) { cell.diverged++; continue; }
    const value = rows.values[row];
    if (!Number.isFinite(value)) continue;
    cell.sum += value;
    cell.finite++;
    if (Number.isNaN(cell.best) || (data.isMaximized ? value > cell.best : value < cell.best)) {
      cell.best = value;
      cell.row = row;
    }
  }
  heat.seen = rows.count;
}

function cellValue(cell) {
  if (heat.cell === "count") return cell.n;
  if (cell.finite === 0) return NaN;
  return heat.cell === "mean" ? cell.sum / cell.finite : cell.best;
}

// Where a value lies among the others: by its logarithm where they span decades.
function heatShare(values) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return () => 0.5;
  const low = finite.reduce((a, b) => Math.min(a, b)), high = finite.reduce((a, b) => Math.max(a, b));
  if (!(high > low)) return () => 0.5;
  if (low > 0 && high / low > 20) return (v) => Math.log(v / low) / Math.log(high / low);
  return (v) => (v - low) / (high - low);
}

function drawHeat(pen, width, height) {
  countHeat();
  if (data.rows.factors.length === 0 || data.rows.count === 0) {
    heat.picture.note("No trial has finished yet.");
    return;
  }
  const [sx, sy] = heat.scales;
  const front = pen.fillStyle;
  const left = Math.min(width * 0.3, 8 + Math.max(...sy.names.map((n) => pen.measureText(n).width)));
  const box = { x: left + 6, y: 4, w: width - left - 10, h: height - 40 };
  const [cw, ch] = [box.w / sx.count, box.h / sy.count];
  const share = heatShare([...heat.cells.values()].map(cellValue));
  pen.fillStyle = style("--empty");
  pen.fillRect(box.x, box.y, box.w, box.h);
  const gap = cw > 6 && ch > 6 ? 1 : 0;
  for (const [at, cell] of heat.cells) {
    const [i, j] = [at % 4096, Math.floor(at / 4096)];
    const value = cellValue(cell);
    const [x, y] = [box.x + i * cw, box.y + j * ch];
    if (Number.isFinite(value)) {
      // A better value is brighter.
      const s = share(value);
      pen.fillStyle = heatColor(heat.cell === "count" || data.isMaximized ? s : 1 - s);
      pen.fillRect(x, y, Math.max(1, cw - gap), Math.max(1, ch - gap));
    } else {
      pen.strokeStyle = style("--bad");
      pen.beginPath();
      pen.moveTo(x + 2, y + 2); pen.lineTo(x + cw - 3, y + ch - 3);
      pen.moveTo(x + cw - 3, y + 2); pen.lineTo(x + 2, y + ch - 3);
      pen.stroke();
    }
  }
  pen.fillStyle = front;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  const everyY = Math.max(1, Math.ceil(sy.count * 14 / box.h));
  sy.names.forEach((name, j) => {
    if (j % everyY === 0) pen.fillText(fitted(pen, name, left - 2), left, box.y + (j + 0.5) * ch);
  });
  pen.textAlign = "center";
  pen.textBaseline = "top";
  const room = Math.max(...sx.names.map((n) => Math.min(60, pen.measureText(n).width))) + 8;
  const everyX = Math.max(1, Math.ceil(sx.count * room / box.w));
  sx.names.forEach((name, i) => {
    if (i % everyX === 0) pen.fillText(fitted(pen, name, 64), box.x + (i + 0.5) * cw, box.y + box.h + 4);
  });
  pen.fillStyle = style("--dim");
  pen.textAlign = "left";
  pen.fillText(fitted(pen, axisNames(" ↓ ", " → "), box.w * 0.5), box.x, height - 16);
  drawLegend(pen, [...heat.cells.values()].map(cellValue), box.x + box.w, height - 16);
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  if (heat.cursor) {
    pen.strokeStyle = style("--front");
    pen.lineWidth = 2;
    pen.strokeRect(box.x + heat.cursor[0] * cw + 1, box.y + heat.cursor[1] * ch + 1, Math.max(2, cw - 2), Math.max(2, ch - 2));
  }
  heat.box = box;
}

function axisNames(down, across) {
  const name = (f) => data.rows.factors[f];
  return [heat.y < 0 ? null : name(heat.y) + down, heat.x < 0 ? null : name(heat.x) + across].filter((t) => t).join("  ");
}

// What the colours mean, right-aligned: the worst value, the colours, the best one.
function drawLegend(pen, values, right, top) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return;
  const low = finite.reduce((a, b) => Math.min(a, b)), high = finite.reduce((a, b) => Math.max(a, b));
  const isUp = heat.cell === "count" || data.isMaximized;
  const [dark, bright] = (isUp ? [low, high] : [high, low]).map(number);
  const text = bright + (heat.cell === "count" ? "" : " best");
  const end = right - pen.measureText(text).width - 6, start = end - 70;
  for (let i = 0; i < 35; i++) {
    pen.fillStyle = heatColor(i / 34);
    pen.fillRect(start + 2 * i, top + 2, 2, 8);
  }
  pen.fillStyle = style("--dim");
  pen.textAlign = "right";
  pen.fillText(text, right, top);
  pen.fillText(dark, start - 6, top);
}

function moveHeat(i, j) {
  const [sx, sy] = heat.scales;
  if (!sx) return;
  heat.cursor = [Math.max(0, Math.min(sx.count - 1, i)), Math.max(0, Math.min(sy.count - 1, j))];
  const [x, y] = heat.cursor;
  const cell = heat.cells.get(y * 4096 + x);
  const where = [[heat.x, sx.names[x]], [heat.y, sy.names[y]]].filter(([f]) => f >= 0)
    .map(([f, name]) => `${data.rows.factors[f]}=${name}`).join(", ") + ": ";
  byId("heat-text").textContent = where + (cell
    ? `${cell.n} trial${cell.n === 1 ? "" : "s"}` + (cell.finite ? `, best ${number(cell.best)}, mean ${number(cell.sum / cell.finite)}` : "")
      + (cell.diverged ? `, ${cell.diverged} diverged` : "") + (cell.row >= 0 ? "; Enter shows the best one's curve" : "")
    : "no trial yet");
  heat.picture.redraw();
}

function startHeat() {
  heat.picture = new Picture("heat-canvas", drawHeat);
  const canvas = byId("heat-canvas");
  const at = (event) => {
    if (!heat.box || !heat.scales[0]) return;
    const place = canvas.getBoundingClientRect();
    const i = Math.floor((event.clientX - place.left - heat.box.x) / heat.box.w * heat.scales[0].count);
    const j = Math.floor((event.clientY - place.top - heat.box.y) / heat.box.h * heat.scales[1].count);
    moveHeat(i, j);
  };
  canvas.addEventListener("mousemove", at);
  canvas.addEventListener("click", (event) => { at(event); showHeatCurve(); });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) {
      const [i, j] = heat.cursor ?? [-step[0], -step[1]];
      moveHeat(i + step[0], j + step[1]);
      event.preventDefault();
    } else if (event.key === "Enter") showHeatCurve();
  });
  for (const [id, axis] of [["heat-x", "x"], ["heat-y", "y"]]) {
    byId(id).addEventListener("change", (event) => {
      heat[axis] = Number(event.target.value);
      heat.cursor = null;
      heat.picture.redraw();
    });
  }
  byId("heat-cell").addEventListener("change", (event) => { heat.cell = event.target.value; heat.picture.redraw(); });
}

function showHeatCurve() {
  const cell = heat.cursor && heat.cells.get(heat.cursor[1] * 4096 + heat.cursor[0]);
  if (cell && cell.row >= 0) addCurve(data.rows.ids[cell.row], data.rows.label(cell.row));
}
