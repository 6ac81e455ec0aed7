// Tables and lists: progress, running trials, best trials, workers, failures.

function fillTable(id, heads, rows) {
  const table = byId(id);
  const line = (cells, kind) => {
    const made = element("tr");
    cells.forEach((cell, i) => {
      const at = element(kind, null, { class: heads[i].kind ?? "" });
      if (cell instanceof Node) at.append(cell); else at.textContent = cell;
      if (kind === "th") at.setAttribute("scope", "col");
      made.append(at);
    });
    return made;
  };
  // A button that has the focus keeps it through a new table.
  const focused = table.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const head = element("thead"), body = element("tbody");
  head.append(line(heads.map((h) => h.name), "th"));
  body.append(...rows.map((cells) => line(cells, "td")));
  table.replaceChildren(head, body);
  if (focused) table.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function button(text, key, name, act) {
  const made = element("button", text, { type: "button", "aria-label": name, "data-key": key });
  made.addEventListener("click", act);
  return made;
}

function showProgress() {
  const sweep = data.summary;
  byId("counts").textContent = sweep
    ? `${sweep.state}: ${sweep.finished} of ${sweep.trials} trials` + (sweep.failed ? `, ${sweep.failed} failed` : "")
      + (sweep.leased ? `, ${sweep.leased} at workers` : "") + (sweep.retried ? `, ${sweep.retried} attempts tried again` : "")
    : data.cluster ? "No sweep has been submitted: windrow submit FILE" : "";
  const done = sweep && sweep.trials ? 100 * sweep.finished / sweep.trials : 0;
  const failed = sweep && sweep.trials ? 100 * sweep.failed / sweep.trials : 0;
  byId("bar-done").style.width = done + "%";
  byId("bar-failed").style.width = failed + "%";
  byId("bar").setAttribute("aria-valuenow", String(Math.round(done + failed)));
  const rate = sweep?.rate;
  byId("pace").textContent = rate
    ? `${number(rate >= 1 ? rate : rate * 60)} trials ${rate >= 1 ? "a second" : "a minute"}`
      + (sweep.left_interval ? `, ${sweep.left_interval} left` : "") : "";
  byId("reason").textContent = sweep?.reason ?? sweep?.waiting ?? "";
  document.title = sweep ? `${Math.floor(done + failed)} % ${sweep.name}` : "windrow";
}

function showRunning() {
  const all = data.cluster?.running ?? [];
  const own = all.filter((t) => t.sweep === data.sweep).sort((a, b) => b.seconds - a.seconds).slice(0, 100);
  byId("running").dataset.count = String(own.length);
  fillTable("running-table", [
    { name: "Trial", kind: "label" }, { name: "Host" }, { name: "Runs", kind: "number" },
    { name: "Round", kind: "number" }, { name: data.summary?.metric ?? "Value", kind: "number" }, { name: "" },
  ], own.map((t) => [
    (t.label || t.id || `trial ${t.index}`) + (t.attempt > 1 ? ` (attempt ${t.attempt})` : ""), t.host, seconds(t.seconds),
    t.round === null ? "" : t.rounds ? `${t.round}/${t.rounds}` : String(t.round), t.value === null ? "" : number(t.value),
    t.id ? button("curve", "c" + t.id, `Curve of ${t.label}`, () => addCurve(t.id, t.label)) : "",
  ]));
}

// Rows with the best values, the best first.
function bestRows(count) {
  const rows = data.rows, found = [];
  const isBetter = (a, b) => data.isMaximized ? rows.values[a] > rows.values[b] : rows.values[a] < rows.values[b];
  for (let row = 0; row < rows.count; row++) {
    if (rows.diverged[row] || !Number.isFinite(rows.values[row]) || !data.passes(row)) continue;
    if (found.length === count && !isBetter(row, found[count - 1])) continue;
    let place = found.length;
    while (place > 0 && isBetter(row, found[place - 1])) place--;
    found.splice(place, 0, row);
    if (found.length > count) found.pop();
  }
  return found;
}

function showBest() {
  const rows = data.rows;
  fillTable("best-table", [
    { name: "Trial", kind: "label" }, { name: rows.metric ?? "Value", kind: "number" }, { name: "" },
  ], bestRows(10).map((row) => {
    const [id, label] = [rows.ids[row], rows.label(row)];
    const acts = element("span");
    acts.append(button("curve", "b" + id, `Curve of ${label}`, () => addCurve(id, label)), " ",
      button("log", "l" + id, `Log of ${label}`, () => showLog(id)));
    return [label, number(rows.values[row]), acts];
  }));
}

function showNodes() {
  const workers = data.cluster?.workers ?? [];
  byId("nodes").dataset.count = String(workers.length);
  fillTable("nodes-table", [
    { name: "#", kind: "number" }, { name: "Host" }, { name: "Busy", kind: "number" }, { name: "State" },
    { name: "Heard", kind: "number" }, { name: "Tags" },
  ], workers.map((w) => [
    String(w.number), w.host, `${w.busy}/${w.slots}`, w.state + (w.reason ? `: ${w.reason}` : ""),
    seconds(w.silence), w.tags.join(" "),
  ]));
}

const failures = { stored: [], known: "" };

// Reads the trials that were given up when their number has changed.
async function readFailures() {
  const key = `${data.sweep}|${data.summary?.failed}|${data.summary?.state}`;
  if (key === failures.known) return;
  failures.known = key;
  failures.stored = [];
  if (data.summary?.failed) {
    try {
      const answer = await fetch("/api/failures?" + new URLSearchParams({ sweep: data.sweep }));
      if (answer.ok && key === failures.known) failures.stored = await answer.json();
    } catch { failures.known = ""; }
  }
  showFailures();
}

function showFailures() {
  const recent = data.summary?.failures ?? [];
  const told = new Set(recent.filter((f) => f.final).map((f) => f.id));
  const all = recent.concat(failures.stored.filter((f) => !told.has(f.id)).map((f) => ({ ...f, final: true, label: "" })));
  const list = byId("failures-list");
  byId("failures").dataset.count = String(all.length);
  const key = JSON.stringify(all.map((f) => [f.id, f.attempt, f.final]));
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  if (all.length === 0) {
    list.replaceChildren(element("p", "None.", { class: "dim" }));
    return;
  }
  list.replaceChildren(...all.slice(0, 200).map((f) => {
    const box = element("details"), head = element("summary");
    head.append(element("code", f.id ?? `trial ${f.index}`), ` ${f.label} `,
      element("span", f.final ? "given up" : `attempt ${f.attempt} failed`, { class: f.final ? "bad" : "warn" }),
      ` on ${f.host}: ${f.reason.split("\n")[0].slice(0, 160)}`);
    box.append(head, element("pre", f.reason));
    if (f.id) box.append(button("Log", "f" + f.id + f.attempt, `Log of ${f.id}`, () => showLog(f.id)));
    return box;
  }));
}

async function showLog(id) {
  byId("log-title").textContent = `What ${id} has printed`;
  byId("log-text").textContent = "…";
  byId("log").showModal();
  try {
    const answer = await fetch("/api/log?" + new URLSearchParams({ sweep: data.sweep, trial: id }));
    const text = await answer.text();
    byId("log-text").textContent = text.trim() === "" ? "Nothing, or it was too long ago." : text;
  } catch (error) {
    byId("log-text").textContent = String(error);
  }
}
