// The page's life: it listens to one stream of events for the chosen sweep.

let source = null;
let metric = null;

function connect() {
  source?.close();
  data.rows.reset();
  heat.key = parallel.key = "";
  const query = new URLSearchParams();
  if (data.sweep) query.set("sweep", data.sweep);
  if (metric) query.set("metric", metric);
  source = new EventSource("/api/events?" + query);
  source.addEventListener("open", () => link("live", "live"));
  source.addEventListener("error", () => link("lost", "no connection to windrow dashboard; trying again"));
  source.addEventListener("cluster", (event) => takeCluster(JSON.parse(event.data)));
  source.addEventListener("rows", (event) => takeRows(JSON.parse(event.data)));
  source.addEventListener("store", (event) => tellProblem("store", JSON.parse(event.data).problem));
}

function link(kind, text) {
  const at = byId("link");
  if (at.textContent === text) return;
  at.className = kind;
  at.textContent = text;
}

const problems = {};
function tellProblem(kind, text) {
  problems[kind] = text;
  const all = Object.values(problems).filter((t) => t);
  byId("problem").hidden = all.length === 0;
  byId("problem").textContent = all.join(" · ");
}

function takeCluster(event) {
  data.cluster = event;
  tellProblem("coordinator", event.problem);
  listSweeps(event.sweeps ?? []);
  showProgress();
  showRunning();
  showNodes();
  growCurves(event.running ?? []);
  readFailures();
  showFailures();
  document.body.dataset.clusters = String(Number(document.body.dataset.clusters || 0) + 1);
}

function listSweeps(sweeps) {
  const list = byId("sweep"), names = sweeps.map((s) => s.name);
  if (names.join("\n") !== [...list.options].map((o) => o.value).join("\n")) {
    list.replaceChildren(...names.map((name) => element("option", name, { value: name })));
    if (data.sweep) list.value = data.sweep;
  }
  if (data.sweep && names.includes(data.sweep)) return;
  const wanted = decodeURIComponent(location.hash.slice(1));
  const first = names.includes(wanted) ? wanted
    : sweeps.find((s) => s.state === "running")?.name ?? names[names.length - 1];
  if (first) choose(first);
}

function choose(name) {
  if (name === data.sweep) return;
  data.sweep = name;
  metric = data.summary?.metric ?? null;
  byId("sweep").value = name;
  history.replaceState(null, "", "#" + encodeURIComponent(name));
  data.chosen.clear();
  curves.list = [];
  listCurves();
  heat.cursor = null;
  failures.known = "";
  problems.store = null;
  connect();
  redrawRows();
}

function takeRows(event) {
  const first = data.rows.take(event);
  if (first === null) { connect(); return; }
  if (event.factors) {
    byId("metric").replaceChildren(...data.rows.metrics.map((name) => element("option", name, { value: name })));
    byId("metric").value = data.rows.metric;
    chooseHeatAxes();
    tellChosen();
  } else if (heat.cursor === null && first < 64) {
    chooseHeatAxes();
  }
  finishCurves(first);
  document.body.dataset.rows = String(data.rows.count);
  redrawRows();
}

let tablesDue = false;
function redrawRows() {
  heat.picture.redraw();
  parallel.picture.redraw();
  curves.picture.redraw();
  if (tablesDue) return;
  tablesDue = true;
  requestAnimationFrame(() => { tablesDue = false; showBest(); });
}

const keys = [
  ["1 … 8", "go to progress, grid, curves, parameters, running, best, workers, failures"],
  ["j k", "the next sweep, the one before"],
  ["m", "choose the metric"],
  ["b", "curves of the five best trials"],
  ["r", "curves of running trials"],
  ["x", "clear the curves"],
  ["g", "log scale on and off"],
  ["arrows, Enter", "in the grid: move, and show the best trial's curve; in the parameters: move, and choose"],
  ["Escape", "choose all trials; close"],
  ["?", "these keys"],
];
const places = ["progress", "heat", "curves", "parallel", "running", "best", "nodes", "failures"];

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (/^(SELECT|INPUT|TEXTAREA)$/.test(event.target.tagName) || document.querySelector("dialog[open]")) return;
  const list = byId("sweep");
  const step = { j: 1, k: -1 }[event.key];
  if (event.key >= "1" && event.key <= "8") {
    const at = byId(places[Number(event.key) - 1]);
    at.scrollIntoView({ block: "start" });
    (at.querySelector("canvas[tabindex]") ?? at).focus({ preventScroll: true });
  } else if (step && list.options.length) {
    const place = Math.max(0, Math.min(list.options.length - 1, list.selectedIndex + step));
    choose(list.options[place].value);
  } else if (event.key === "m") byId("metric").focus();
  else if (event.key === "b") byId("curves-best").click();
  else if (event.key === "r") byId("curves-running").click();
  else if (event.key === "x") byId("curves-clear").click();
  else if (event.key === "g") byId("curves-log").click();
  else if (event.key === "?") byId("help").showModal();
  else if (event.key === "Escape" && data.chosen.size) { data.chosen.clear(); tellChosen(); redrawRows(); }
  else return;
  event.preventDefault();
}

byId("help-list").append(...keys.flatMap(([key, text]) => [element("dt", key), element("dd", text)]));
byId("help-button").addEventListener("click", () => byId("help").showModal());
byId("sweep").addEventListener("change", (event) => choose(event.target.value));
byId("metric").addEventListener("change", (event) => { metric = event.target.value; curves.list = []; listCurves(); connect(); });
document.addEventListener("keydown", press);
addEventListener("hashchange", () => {
  const name = decodeURIComponent(location.hash.slice(1));
  if (data.cluster?.sweeps?.some((s) => s.name === name)) choose(name);
});
startHeat();
startParallel();
startCurves();
tellChosen();
connect();
