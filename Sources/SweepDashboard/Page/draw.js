"use strict";
// Drawing: colours, canvases that follow their size, numbers as text.

const byId = (id) => document.getElementById(id);

// Viridis, which is as readable in black and white and to most colour-blind eyes.
const viridis = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141],
  [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];

function heatColor(share) {
  const place = Math.max(0, Math.min(1, share)) * (viridis.length - 1);
  const low = Math.min(viridis.length - 2, Math.floor(place));
  const part = place - low;
  const mix = viridis[low].map((c, i) => Math.round(c + part * (viridis[low + 1][i] - c)));
  return `rgb(${mix[0]},${mix[1]},${mix[2]})`;
}

// The same for thin lines, without what cannot be told from the background.
function lineColor(share) {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return heatColor(isDark ? 0.25 + 0.75 * share : 0.85 * share);
}

// Okabe and Ito's colours, then the same as dashes.
const lineColors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999"];
const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
const lineLook = (n) => ({
  color: lineColors[n % lineColors.length],
  dash: dashes[Math.floor(n / lineColors.length) % dashes.length],
});

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A canvas in the screen's own pixels; draws soon, and once however often it is asked to.
class Picture {
  constructor(id, draw) {
    this.canvas = byId(id);
    this.body = draw;
    this.isDue = false;
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }
  redraw() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => { this.isDue = false; this.draw(); });
  }
  draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (width === 0 || height === 0) return;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = style("--front");
    pen.strokeStyle = style("--line");
    pen.lineWidth = 1;
    pen.setLineDash([]);
    this.body(pen, width, height);
    this.canvas.dataset.draws = String(Number(this.canvas.dataset.draws || 0) + 1);
  }
  note(text) {
    const pen = this.canvas.getContext("2d");
    pen.fillStyle = style("--dim");
    pen.textAlign = "center";
    pen.fillText(text, this.canvas.clientWidth / 2, this.canvas.clientHeight / 2);
    pen.textAlign = "left";
  }
}

function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3).replace(/\.?0+e/, "e");
  return String(Number(value.toPrecision(5)));
}

function seconds(value) {
  if (value === null || value === undefined) return "?";
  const s = Math.max(0, value);
  if (s < 10) return s.toFixed(1) + "s";
  if (s < 60) return Math.round(s) + "s";
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  if (s < 3600) return Math.floor(s / 60) + "m " + two(s % 60) + "s";
  if (s < 86400) return Math.floor(s / 3600) + "h " + two(s / 60 % 60) + "m";
  return Math.floor(s / 86400) + "d " + Math.floor(s / 3600 % 24) + "h";
}

// A text cut so that it fits.
function fitted(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let low = 0, high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pen.measureText(text.slice(0, middle) + "…").width <= width) low = middle; else high = middle - 1;
  }
  return low === 0 ? "" : text.slice(0, low) + "…";
}

// Round numbers that span an interval, at most so many.
function ticks(low, high, most) {
  if (!(high > low)) return [low];
  const rough = (high - low) / most;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step) found.push(t);
  return found;
}

// The same on a logarithmic axis: 1, 2 and 5 times powers of ten, or powers only.
function logTicks(low, high, most) {
  const found = [];
  const decades = Math.log10(high / low);
  const steps = decades * 3 <= most ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / most));
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) {
    if (p % every) continue;
    for (const s of steps) {
      const t = s * Math.pow(10, p);
      if (t >= low * 0.999 && t <= high * 1.001) found.push(t);
    }
  }
  return found.length > 1 ? found : ticks(low, high, Math.min(4, most));
}

function element(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") made.className = value; else made.setAttribute(key, value);
  }
  return made;
}
