// What has come from the server: the cluster, and a sweep's finished trials in flat arrays.

class Rows {
  constructor() { this.reset(); }
  reset() {
    this.generation = -1;
    this.count = 0;
    this.factors = [];
    this.levels = [];
    this.metrics = [];
    this.metric = null;
    this.compared = null;
    this.maximize = false;
    this.ids = [];
    this.values = new Float64Array(1024);
    this.diverged = new Uint8Array(1024);
    this.places = [];
  }
  grow(count) {
    const larger = (old, Kind) => {
      if (old.length >= count) return old;
      const fresh = new Kind(Math.max(count, 2 * old.length));
      fresh.set(old);
      return fresh;
    };
    this.values = larger(this.values, Float64Array);
    this.diverged = larger(this.diverged, Uint8Array);
    this.places = this.places.map((p) => larger(p, Int32Array));
  }
  // Takes an event; says from which row on there is something new.
  take(event) {
    if (event.factors) {
      this.reset();
      this.generation = event.generation;
      this.factors = event.factors;
      this.metrics = event.metrics;
      this.metric = event.metric;
      this.compared = event.compared;
      this.maximize = event.maximize;
      this.levels = event.factors.map(() => []);
      this.places = event.factors.map(() => new Int32Array(1024));
    }
    if (event.generation !== this.generation || event.from !== this.count) return null;
    for (const [factor, names] of event.levels) this.levels[factor].push(...names);
    const first = this.count, n = event.ids.length, width = this.factors.length;
    this.grow(first + n);
    for (let i = 0; i < n; i++) {
      this.ids.push(event.ids[i]);
      this.values[first + i] = event.values[i] === null ? NaN : event.values[i];
      for (let f = 0; f < width; f++) this.places[f][first + i] = event.places[i * width + f];
    }
    this.diverged.fill(0, first, first + n);
    for (const i of event.diverged) this.diverged[first + i] = 1;
    this.count = first + n;
    return first;
  }
  label(row) {
    return this.factors.map((name, f) => [name, this.levels[f][this.places[f][row]]])
      .filter(([, level]) => level !== "").map(([name, level]) => `${name}=${level}`).join(" ");
  }
}

// The levels of a factor as a scale: numbers by size before words, and many numbers in bins.
class Scale {
  constructor(levels, most) {
    const known = levels.map((text, place) => ({ text, place, value: text === "" ? NaN : Number(text) }));
    const isNumeric = known.some((l) => !Number.isNaN(l.value)) && known.every((l) => l.text === "" || !Number.isNaN(l.value));
    this.size = levels.length;
    this.slot = new Int32Array(levels.length);
    if (isNumeric && levels.length > most) {
      const values = known.map((l) => l.value).filter((v) => !Number.isNaN(v));
      const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
      const isLog = low > 0 && high / low > 100;
      const map = (v) => isLog ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low || 1);
      const hasNone = values.length < known.length;
      for (const level of known) {
        this.slot[level.place] = Number.isNaN(level.value)
          ? most : Math.min(most - 1, Math.floor(map(level.value) * most));
      }
      this.names = Array.from({ length: most }, (_, i) => {
        const share = (i + 0.5) / most;
        return number(isLog ? low * Math.pow(high / low, share) : low + share * (high - low));
      });
      if (hasNone) this.names.push("–");
    } else {
      known.sort((a, b) => {
        const [x, y] = [Number.isNaN(a.value), Number.isNaN(b.value)];
        if (x !== y) return x ? 1 : -1;
        return x ? a.place - b.place : a.value - b.value;
      });
      known.forEach((level, position) => { this.slot[level.place] = position; });
      this.names = known.map((level) => level.text === "" ? "–" : level.text);
    }
  }
  get count() { return this.names.length; }
}

const data = {
  cluster: null,
  rows: new Rows(),
  sweep: null,
  // Sets of values that are chosen, by factor: trials outside are dim or left out.
  chosen: new Map(),
  get summary() {
    return this.cluster?.sweeps?.find((s) => s.name === this.sweep) ?? null;
  },
  get isMaximized() { return this.rows.maximize && this.rows.compared === this.rows.metric; },
  passes(row) {
    for (const [factor, places] of this.chosen) {
      if (!places.has(this.rows.places[factor][row])) return false;
    }
    return true;
  },
};
