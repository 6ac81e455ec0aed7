// Curves of chosen trials: whole ones from the store, and those of running trials as they grow.

const curves = { picture: null, list: [], isLog: true, y: null };
const mostCurves = 28;

function addCurve(id, label) {
  if (!id || curves.list.some((c) => c.id === id)) return;
  if (curves.list.length >= mostCurves) curves.list.shift();
  const curve = { id, label, points: [], isFinished: false, number: freeNumber() };
  curves.list.push(curve);
  listCurves();
  loadCurve(curve);
}

function freeNumber() {
  let n = 0;
  while (curves.list.some((c) => c.number === n)) n++;
  return n;
}

async function loadCurve(curve) {
  const query = new URLSearchParams({ sweep: data.sweep, trial: curve.id, x: "round", y: data.rows.metric ?? data.summary?.metric ?? "loss" });
  try {
    const answer = await fetch("/api/curve?" + query);
    if (!answer.ok) throw new Error(await answer.text());
    const body = await answer.json();
    if (body.finished || body.points.length >= curve.points.length) curve.points = body.points;
    curve.isFinished = body.finished;
    curve.problem = body.finished && body.points.length === 0 ? "it has logged no rounds" : null;
  } catch (error) {
    curve.problem = String(error.message || error).trim();
  }
  listCurves();
  curves.picture.redraw();
}

// A look at what runs: chosen curves grow, and those that have ended are read whole.
function growCurves(running) {
  const metric = data.summary?.metric;
  for (const curve of curves.list) {
    if (curve.isFinished) continue;
    const trial = running.find((t) => t.id === curve.id && t.sweep === data.sweep);
    if (!trial) { if (curve.wasRunning) { curve.wasRunning = false; loadCurve(curve); } continue; }
    curve.wasRunning = true;
    if (trial.value === null || trial.round === null || (data.rows.metric && data.rows.metric !== metric)) continue;
    const last = curve.points[curve.points.length - 1];
    if (last && trial.round < last[0]) curve.points = [];
    if (!last || trial.round > last[0]) curve.points.push([trial.round, trial.value]);
  }
  curves.picture.redraw();
}

// Trials that have finished since: their whole curve is there.
function finishCurves(first) {
  const waiting = curves.list.filter((c) => !c.isFinished);
  if (waiting.length === 0) return;
  const fresh = new Set(data.rows.ids.slice(first));
  for (const curve of waiting) if (fresh.has(curve.id)) loadCurve(curve);
}

function listCurves() {
  byId("curves-list").replaceChildren(...curves.list.map((curve) => {
    const look = lineLook(curve.number);
    const line = element("li");
    const swatch = element("span", null, { class: "swatch" });
    swatch.style.background = look.dash.length
      ? `repeating-linear-gradient(90deg, ${look.color} 0 ${look.dash[0]}px, transparent 0 ${look.dash[0] + look.dash[1]}px)` : look.color;
    const last = curve.points[curve.points.length - 1];
    const text = `${curve.label || curve.id} ` + (curve.problem ? `(${curve.problem})` : last ? `${number(last[1])} at ${last[0]}` : "…")
      + (curve.isFinished || curve.problem ? "" : " running");
    const remove = element("button", "×", { type: "button", "aria-label": `Remove ${curve.label || curve.id}` });
    remove.addEventListener("click", () => {
      curves.list = curves.list.filter((c) => c !== curve);
      listCurves();
      curves.picture.redraw();
    });
    line.append(swatch, element("span", text), remove);
    return line;
  }));
  byId("curves").dataset.count = String(curves.list.length);
  byId("curves").dataset.points = String(curves.list.reduce((n, c) => n + c.points.length, 0));
}

function drawCurves(pen, width, height) {
  byId("curves").dataset.points = String(curves.list.reduce((n, c) => n + c.points.length, 0));
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  const isShown = (v) => Number.isFinite(v) && (!curves.isLog || v > 0);
  for (const curve of curves.list) {
    for (const [x, y] of curve.points) {
      if (y === null || !isShown(y)) continue;
      x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y);
    }
  }
  if (!(x1 >= x0)) {
    curves.picture.note(curves.list.length === 0 ? "Choose trials below, in the grid, or with the buttons." : "Nothing to draw yet.");
    return;
  }
  const front = pen.fillStyle;
  if (x1 === x0) x1 = x0 + 1;
  if (y1 === y0) { y0 = curves.isLog ? y0 / 2 : y0 - 1; y1 = curves.isLog ? y1 * 2 : y1 + 1; }
  const map = curves.isLog ? Math.log10 : (v) => v;
  const [low, high] = [map(y0), map(y1)];
  const labels = (curves.isLog ? logTicks(y0, y1, 7) : ticks(y0, y1, 6)).map((t) => [map(t), number(t)]);
  const left = Math.max(...labels.map(([, text]) => pen.measureText(text).width)) + 8;
  const box = { x: left, y: 20, w: width - left - 12, h: height - 58 };
  const px = (x) => box.x + box.w * (x - x0) / (x1 - x0);
  const py = (y) => box.y + box.h * (1 - (map(y) - low) / (high - low));
  pen.strokeStyle = style("--line");
  pen.fillStyle = style("--dim");
  pen.textAlign = "right";
  for (const [t, text] of labels) {
    const y = box.y + box.h * (1 - (t - low) / (high - low));
    pen.beginPath(); pen.moveTo(box.x, y); pen.lineTo(box.x + box.w, y); pen.stroke();
    pen.fillText(text, left - 4, y + 4);
  }
  pen.textAlign = "center";
  for (const t of ticks(x0, x1, Math.max(2, Math.floor(box.w / 80)))) pen.fillText(number(t), Math.min(px(t), width - 22), height - 24);
  pen.fillText("round", box.x + box.w / 2, height - 8);
  pen.textAlign = "left";
  pen.fillText(data.rows.metric ?? data.summary?.metric ?? "", 0, 11);
  pen.fillStyle = front;
  pen.lineWidth = 1.6;
  for (const curve of curves.list) {
    const look = lineLook(curve.number);
    pen.strokeStyle = look.color;
    pen.setLineDash(look.dash);
    pen.beginPath();
    let isDown = false;
    for (const [x, y] of curve.points) {
      if (y === null || !isShown(y)) { isDown = false; continue; }
      if (isDown) pen.lineTo(px(x), py(y)); else pen.moveTo(px(x), py(y));
      isDown = true;
    }
    pen.stroke();
  }
  pen.setLineDash([]);
}

function startCurves() {
  curves.picture = new Picture("curves-canvas", drawCurves);
  byId("curves-log").addEventListener("change", (event) => { curves.isLog = event.target.checked; curves.picture.redraw(); });
  byId("curves-best").addEventListener("click", () => { for (const row of bestRows(5)) addCurve(data.rows.ids[row], data.rows.label(row)); });
  byId("curves-running").addEventListener("click", () => {
    for (const t of (data.cluster?.running ?? []).filter((t) => t.sweep === data.sweep).slice(0, 10)) addCurve(t.id, t.label);
  });
  byId("curves-clear").addEventListener("click", () => { curves.list = []; listCurves(); curves.picture.redraw(); });
}
