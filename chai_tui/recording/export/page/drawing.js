// How the timeline is drawn: time to the right, a row for each maker; on the screen and on paper.

// How times are written

const seconds = (ticks) => ticks * data.unit;
function timeText(ticks, step) {
  const digits = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step) - 1e-9));
  const value = Number(seconds(ticks).toFixed(digits)); // before it is split: a minute has no 60.0 s
  if (value < 60) return `${value.toFixed(digits)} s`;
  const minutes = Math.floor(value / 60), rest = value - minutes * 60;
  return `${minutes}:${rest.toFixed(digits).padStart(digits ? digits + 3 : 2, "0")}`;
}
const spanText = (ticks) => {
  const value = seconds(ticks);
  return value >= 1 ? `${value.toFixed(2)} s` : value >= 1e-3 ? `${(value * 1e3).toPrecision(3)} ms` : `${Math.round(value * 1e6)} µs`;
};
const finest = () => Math.max(data.unit, seconds(view.to - view.from) / 1000);
const fromTo = (from, to) => `${timeText(from, finest())} – ${timeText(to, finest())}, ${spanText(to - from)}`;
const shareText = (share) => (share > 0 ? `${share} %` : "under 1 %");

// What is drawn

function colours(element) {
  const style = getComputedStyle(element), found = {};
  for (const name of ["ground", "panel", "ink", "dim", "line", "frame", "good", "bad", "halted", "step", "rest", "on-core"]) {
    found[name] = style.getPropertyValue(`--${name}`).trim();
  }
  found.cores = Array.from({ length: 8 }, (_, core) => style.getPropertyValue(`--core-${core}`).trim());
  found.core = (core) => (core === CORE ? found.dim : found.cores[core % 8]);
  found.state = (state) => ({ served: found.good, done: found.good, failed: found.bad, killed: found.bad, stopped: found.halted, ended: found.halted, paused: found.halted })[state] ?? found.dim;
  found.reasons = [found.halted, found.dim, found.halted];
  found.patterns = found.reasons.map((colour, reason) => pattern(reason, colour));
  return found;
}

// Each reason has a pattern of its own: the GIL is hatched, a core that is missing dotted, a pause barred.
function pattern(reason, colour) {
  const tile = document.createElement("canvas"), size = 6;
  tile.width = tile.height = size;
  const to = tile.getContext("2d");
  to.fillStyle = to.strokeStyle = colour;
  to.globalAlpha = 0.22;
  to.fillRect(0, 0, size, size);
  to.globalAlpha = 1;
  if (reason === 0) {
    to.lineWidth = 1.4;
    to.beginPath();
    for (const shift of [-size, 0, size]) { to.moveTo(shift, size); to.lineTo(shift + size, 0); }
    to.stroke();
  } else if (reason === 1) {
    to.fillRect(1, 1, 1.5, 1.5); to.fillRect(4, 4, 1.5, 1.5);
  } else {
    to.fillRect(0, 0, 2, size);
  }
  return tile.getContext("2d").createPattern(tile, "repeat");
}

function begin(canvas, width, height, palette) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const to = canvas.getContext("2d");
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.fillStyle = palette.ground;
  to.fillRect(0, 0, width, height);
  to.textBaseline = "middle";
  to.plot = { left: GUTTER, width: Math.max(40, width - GUTTER - MARGIN), all: width };
  return to;
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
function write(to, text, x, y, colour, { size = 11, weight = 400, most = Infinity, align = "left" } = {}) {
  to.font = `${weight} ${size}px ${FONT}`;
  to.fillStyle = colour;
  to.textAlign = align;
  if (to.measureText(text).width > most) {
    let kept = text.length;
    while (kept > 0 && to.measureText(`${text.slice(0, kept)}…`).width > most) kept -= 1 + (kept >> 4);
    if (kept < 2) return;
    text = `${text.slice(0, kept)}…`;
  }
  to.fillText(text, x, y);
}

const xOf = (to, at) => to.plot.left + ((at - view.from) / (view.to - view.from)) * to.plot.width;

function ticksOf(to) {
  const least = (seconds(view.to - view.from) * 90) / to.plot.width, power = 10 ** Math.floor(Math.log10(least));
  let step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= least);
  if (step > 10) step = [15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find((each) => each >= least) ?? step;
  const first = Math.ceil(seconds(view.from) / step - 1e-9), last = Math.floor(seconds(view.to) / step + 1e-9);
  const found = [];
  for (let index = first; index <= last; index++) found.push((index * step) / data.unit);
  return { step, found };
}

function grid(to, top, height, palette) {
  to.fillStyle = palette.line;
  for (const at of ticksOf(to).found) to.fillRect(Math.round(xOf(to, at)), top, 1, height);
}

function clipped(to, top, height, draw) {
  to.save();
  to.beginPath();
  to.rect(to.plot.left, top, to.plot.width, height);
  to.clip();
  draw();
  to.restore();
}

function drawHead(to, palette) {
  const { step, found } = ticksOf(to);
  grid(to, 18, 1e4, palette);
  for (const at of found) {
    const x = xOf(to, at), align = x > to.plot.all - 40 ? "right" : "center";
    write(to, timeText(at, step), Math.min(x, to.plot.all - 4), 10, palette.dim, { align });
  }
  for (const mark of data.free) if (mark.at >= view.from && mark.at <= view.to) drawMark(to, mark, 16, 6, palette);
  let top = 22;
  if (data.at.length) {
    const most = Math.max(1, Math.ceil(Math.max(...data.once.map((value) => value / 100))));
    write(to, "cores at once", 12, top + 11, palette.ink);
    write(to, `0 to ${most}`, 12, top + 25, palette.dim, { size: 10 });
    clipped(to, top, 34, () => steps(to, data.at, data.once, top, 34, most * 100, palette.frame, 0.45));
    top += 40;
  }
  const height = coreHeight();
  for (const { core, at, busy, makers } of shownCores()) {
    if (height >= 10 || core % 4 === 0) {
      write(to, `core ${core}`, 12, top + height / 2, palette.core(core), { size: Math.min(11, height + 3), weight: 600 });
    }
    to.fillStyle = palette.panel;
    to.fillRect(to.plot.left, top, to.plot.width, height);
    clipped(to, top, height, () => {
      steps(to, at, busy, top, height, 100, palette.dim, 0.4);
      steps(to, at, makers, top, height, 100, palette.core(core), 1);
    });
    top += height + 2;
  }
}

// A value holds for the time before it was sampled; of those on one pixel the average is drawn, of
// what is unknown nothing. (A path of thousands of boxes takes a browser a second, boxes do not.)
function steps(to, times, values, top, height, most, colour, alpha) {
  const every = ((data.every ?? 1) * data.together) / data.unit, first = Math.max(0, after(times, view.from) - 1);
  const begins = (index) => Math.round(xOf(to, index ? times[index - 1] : times[0] - every));
  let left = times.length ? begins(first) : 0, sum = 0, count = 0;
  to.fillStyle = colour;
  to.globalAlpha = alpha;
  for (let index = first; index < times.length && begins(index) <= to.plot.left + to.plot.width; index++) {
    if (values[index] >= 0) { sum += values[index]; count += 1; }
    const right = Math.round(xOf(to, times[index]));
    if (right <= left) continue;
    const tall = count ? (Math.min(sum / count, most) / most) * height : 0;
    if (tall > 0) to.fillRect(left, top + height - tall, right - left, tall);
    left = right; sum = count = 0;
  }
  to.globalAlpha = 1;
}

// The index of the first number that is greater.
function after(numbers, value) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] > value) high = middle; else low = middle + 1;
  }
  return low;
}

// Calls back for what is seen, on whole pixels; of what is on one pixel for the first.
function visible(to, lane, draw) {
  const first = to.plot.left - 2, last = to.plot.left + to.plot.width + 2;
  let reached = -1;
  for (let index = after(lane.to, view.from); index < lane.from.length && lane.from[index] < view.to; index++) {
    const left = Math.round(Math.max(first, xOf(to, lane.from[index])));
    const right = Math.max(left + 1, Math.round(Math.min(last, xOf(to, lane.to[index]))));
    if (right <= reached) continue;
    draw(index, left, right - left);
    reached = right;
  }
}

// Boxes of one colour are filled together, and those that touch are one.
function boxes(to) {
  const found = new Map();
  return {
    add(fill, left, top, width, height) {
      let all = found.get(fill);
      if (!all) found.set(fill, (all = []));
      const last = all.at(-1);
      if (last && last[0] + last[2] === left && last[3] === height) last[2] += width;
      else all.push([left, top, width, height]);
    },
    paint() {
      for (const [fill, all] of found) {
        to.fillStyle = fill;
        for (const [left, top, width, height] of all) to.fillRect(left, top, width, height);
      }
    },
  };
}

function drawCores(to, lane, top, height, palette) {
  const used = boxes(to), there = boxes(to), numbers = [];
  visible(to, lane, (index, left, width) => {
    const core = lane.what[index], share = Math.min(1, lane.share[index] / 100), tall = Math.max(1, Math.round(share * height));
    if (width > 2) there.add(palette.core(core), left, top, width, height - tall);
    used.add(palette.core(core), left, top + height - tall, width, tall);
    if (core !== CORE && width > 8 + 7 * String(core).length) numbers.push([String(core), Math.max(left, to.plot.left) + 4, share > 0.7]);
  });
  to.globalAlpha = 0.16;
  there.paint();
  to.globalAlpha = 1;
  used.paint();
  for (const [core, x, isOn] of numbers) {
    const size = !roomy ? 8.5 : isOn ? 11 : 10;
    write(to, core, x, top + (isOn ? height / 2 + 0.5 : height / 3), isOn ? palette["on-core"] : palette.ink, { size, weight: 650 });
  }
}

function drawWaits(to, lane, top, height, palette) {
  const all = boxes(to), words = [];
  visible(to, lane, (index, left, width) => {
    const tall = Math.max(2, Math.round((Math.min(100, lane.share[index]) / 100) * height));
    const reason = lane.what[index], shown = Math.max(left, to.plot.left), room = Math.min(left + width, to.plot.left + to.plot.width) - shown;
    all.add((width > 3 ? palette.patterns : palette.reasons)[reason], left, top, width, tall);
    if (roomy && tall > 8 && room > 80) words.push([data.reasons[reason][2], shown + room / 2]);
  });
  all.paint();
  for (const [word, middle] of words) {
    const width = 8 + 6 * word.length;
    to.fillStyle = palette.ground;
    to.fillRect(middle - width / 2, top, width, height);
    write(to, word, middle, top + height / 2 + 0.5, palette.ink, { size: 9.5, align: "center" });
  }
}

function drawSteps(to, lane, top, height, palette) {
  const all = boxes(to), words = [];
  visible(to, lane, (index, left, width) => {
    const [name, kind] = data.names[lane.what[index]];
    all.add(kind === "wait" ? palette.rest : palette.step, left, top, width - (width > 3 ? 1 : 0), height);
    const shown = Math.max(left, to.plot.left), room = left + width - shown;
    if (room > 26) words.push([name, shown, room]);
  });
  all.paint();
  for (const [name, left, room] of words) {
    write(to, name, left + 4, top + height / 2 + 0.5, palette.ink, { size: roomy ? 10.5 : 8.5, most: room - 8 });
  }
}

function drawRow(to, row, top, height, palette) {
  const { core, wait, step } = lanes(), [seated, started, ended, known] = row.life;
  const end = `${data.states[row.state]} ${row.state}`;
  write(to, `#${row.n}`, 14, top + core[0] + core[1] / 2, palette.ink, { size: roomy ? 12.5 : 11, weight: 650 });
  write(to, end, roomy ? 54 : 58, top + core[0] + core[1] / 2, palette.state(row.state), { size: roomy ? 11.5 : 10.5 });
  if (roomy) write(to, row.recipe, 14, top + step[0] + step[1] / 2 - 3, palette.dim, { most: GUTTER - 26 });
  clipped(to, top, height, () => {
    // Nobody measured what is behind the last sample.
    const from = Math.max(seated, known);
    if (ended > from) {
      const left = Math.max(to.plot.left, xOf(to, from)), right = xOf(to, ended), middle = top + core[0] + core[1] / 2;
      to.strokeStyle = palette.dim;
      to.globalAlpha = 0.6;
      to.setLineDash([3, 3]);
      to.beginPath(); to.moveTo(left, middle); to.lineTo(right, middle); to.stroke();
      to.setLineDash([]);
      to.globalAlpha = 1;
    }
    drawCores(to, row.cores, top + core[0], core[1], palette);
    drawWaits(to, row.waits, top + wait[0], wait[1], palette);
    if (started > seated) {
      const left = xOf(to, seated), width = xOf(to, started) - left;
      to.strokeStyle = palette.frame;
      to.strokeRect(left + 0.5, top + step[0] + 0.5, Math.max(1, width - 1), step[1] - 1);
      if (roomy && width > 60) write(to, `${data.states.seated} seated`, left + 4, top + step[0] + step[1] / 2, palette.dim, { size: 10, most: width - 6 });
    }
    drawSteps(to, row.steps, top + step[0], step[1], palette);
    for (const mark of row.marks) drawMark(to, mark, top, height - 4, palette);
  });
  const last = xOf(to, row.life[2]);
  if (!row.open && last >= to.plot.left && last <= to.plot.left + to.plot.width + 1) drawEnd(to, last, row.state, end, top, palette);
}

function drawMark(to, { at, kind }, top, height, palette) {
  const x = xOf(to, at);
  to.fillStyle = kind === "signal" ? palette.halted : palette.bad;
  to.beginPath(); to.moveTo(x - 4, top); to.lineTo(x + 4, top); to.lineTo(x, top + 6); to.fill();
  to.fillRect(x - 0.5, top, 1, height);
}

// An end has its word beside it: there is room for it behind the last moment, too.
function drawEnd(to, x, state, end, top, palette) {
  const { core, step } = lanes(), size = roomy ? 11 : 9.5;
  to.fillStyle = palette.state(state);
  to.fillRect(Math.round(x) - 1, top + core[0] - 1, 2, step[0] + step[1] - core[0] + 2);
  write(to, end, x + 6, top + core[0] + core[1] / 2 + 0.5, palette.state(state), { size, weight: 600 });
}

function drawLines(to, from, until, palette) {
  grid(to, 0, until - from, palette);
  for (const line of lines) {
    const top = line.top - from;
    if (line.top + line.height < from || line.top > until) continue;
    if (line.frame) {
      to.strokeStyle = palette.frame;
      to.beginPath(); to.roundRect(4.5, top + 0.5, to.plot.all - 9, line.height, 6); to.stroke();
    } else if (line.title) {
      write(to, line.title, 14, top + TITLE / 2 + 3, palette.dim, { size: 11, weight: 600 });
    } else {
      drawRow(to, line.row, top, line.height, palette);
    }
  }
}

function legend() {
  const palette = colours(document.documentElement), place = byId("legend");
  place.replaceChildren();
  const add = (paint, text) => {
    const item = document.createElement("span"), swatch = document.createElement("canvas"), words = document.createElement("span");
    swatch.width = 52; swatch.height = 28;
    const to = swatch.getContext("2d");
    to.scale(2, 2);
    to.textBaseline = "middle";
    paint(to);
    words.textContent = text;
    item.append(swatch, words);
    place.append(item);
  };
  const box = (fill) => (to) => { to.fillStyle = fill; to.fillRect(0, 0, 26, 14); };
  const used = new Set(data.use.map(({ core }) => core));
  for (const row of rows) for (const core of row.cores.what) used.add(core);
  const cores = [...used].sort((a, b) => a - b);
  for (const core of cores.slice(0, 8)) {
    add((to) => { box(palette.core(core))(to); if (core !== CORE) write(to, String(core), 13, 7.5, palette["on-core"], { weight: 650, align: "center" }); }, core === CORE ? "on a core" : `core ${core}`);
  }
  if (cores.length > 8) add(box(palette.ground), "core 8 has the colour of core 0 again: its number is printed");
  const waits = new Set(rows.flatMap((row) => [...new Set(row.waits.what)]));
  data.reasons.forEach(([, words], reason) => { if (waits.has(reason)) add(box(palette.patterns[reason]), words); });
  add((to) => { to.strokeStyle = palette.dim; to.setLineDash([3, 3]); to.beginPath(); to.moveTo(0, 7); to.lineTo(26, 7); to.stroke(); }, data.unsampled[1]);
  add(box(palette.step), "a step that works");
  add(box(palette.rest), "a step that waits");
  const notes = [
    data.at.length && "A core's height is the share used, as sampled; where nothing is drawn, it used and wanted none.",
    data.together > 1 && `Of the counters, a point is the average of ${data.together} samples.`,
    data.use.length > MOST_CORES && `How busy each of the ${data.use.length} cores was is not drawn: csv has it.`,
  ];
  for (const note of notes.filter(Boolean)) {
    const words = document.createElement("span");
    words.textContent = note;
    place.append(words);
  }
}

// On paper: as much of the time as is shown, all rows, a picture for as many as a page takes.
function print() {
  const place = byId("printed"), width = 1000;
  place.className = "paper";
  place.replaceChildren();
  const palette = colours(place), add = (height, paint) => {
    const canvas = document.createElement("canvas");
    place.append(canvas);
    paint(begin(canvas, width, height, palette));
    canvas.style.height = "auto";
  };
  add(headHeight(), (to) => drawHead(to, palette));
  const most = roomy ? 8 * 52 : 16 * 30;
  for (let top = 0; top < lines.height; ) {
    const fits = lines.filter((line) => !line.frame && line.top > top && line.top <= top + most).map((line) => line.top);
    const until = top + most >= lines.height ? lines.height + 4 : fits.at(-1) ?? top + most;
    const from = top;
    add(until - from, (to) => drawLines(to, from, until, palette));
    top = until;
  }
}
