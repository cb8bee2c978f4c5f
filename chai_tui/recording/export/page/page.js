// The report's timeline: unpacks what was recorded, draws it, and answers mouse and keys.
const GUTTER = 168, MARGIN = 82, TITLE = 20, MOST_CORES = 32;
const CORE = -1;  // a core that the system does not tell
const byId = (id) => document.getElementById(id);
const chart = byId("chart"), scroll = byId("scroll"), tip = byId("tip");
let data, rows, lines, view, roomy;

// What was recorded

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const summed = (numbers) => { let sum = 0; return numbers.map((number) => (sum += number)); };

function spans([gaps, lengths, what, share], edges) {
  const from = [], to = [];
  let at = 0;
  gaps.forEach((gap, index) => {
    at += gap; from.push(edges[at]);
    at += lengths[index]; to.push(edges[at]);
  });
  return { from, to, what, share };
}

function read(told) {
  data = told;
  data.span = Math.max(1, data.span);
  data.at = summed(data.at);
  data.use = data.use.map(([core, at, busy, makers]) => ({ core, at: summed(at), busy, makers }));
  const edges = summed(data.edges);
  rows = data.rows.map((row) => {
    const ends = summed(row.steps[0]);
    return {
      ...row,
      cores: spans(row.cores, edges),
      waits: spans(row.waits, edges),
      steps: {
        from: ends.filter((_, index) => index % 2 === 0),
        to: ends.filter((_, index) => index % 2 === 1),
        what: row.steps[1],
      },
      marks: [],
    };
  });
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  data.free = [];  // marks that are nobody's
  for (const [at, maker, kind, text] of data.marks) {
    (byNumber.get(maker)?.marks ?? data.free).push({ at, kind, text });
  }
  roomy = rows.length <= 16;
  view = { from: 0, to: data.span };
  layOut();
}

// Where everything stands: lines from top to bottom, each a title or a maker

function layOut() {
  lines = [];
  let top = 0, first = 0;
  for (const [title, count] of data.groups) {
    const begins = top;
    if (title) { lines.push({ title, top, height: TITLE }); top += TITLE; }
    for (const row of rows.slice(first, first + count)) {
      const height = roomy ? 52 : 30;
      lines.push({ row, top, height }); top += height;
    }
    if (title) { lines.push({ frame: true, top: begins + 2, height: top - begins }); top += 6; }
    first += count;
  }
  lines.height = top;
}

const lanes = () => roomy
  ? { core: [6, 16], wait: [23, 10], step: [34, 14] } : { core: [3, 10], wait: [13, 5], step: [18, 9] };
const coreHeight = () => Math.max(4, Math.min(12, Math.floor(150 / Math.max(1, data.use.length))));
const shownCores = () => (data.use.length <= MOST_CORES ? data.use : []);
const headHeight = () => 22 + (data.at.length ? 40 : 0) + shownCores().length * (coreHeight() + 2) + 6;

let asked = false;
function redraw() {
  if (!asked) { asked = true; requestAnimationFrame(draw); }
}

function draw() {
  asked = false;
  const palette = colours(document.documentElement), width = chart.clientWidth, height = Math.min(lines.height + 4, scroll.clientHeight || Infinity);
  drawHead(begin(byId("head"), width, headHeight(), palette), palette);
  const top = scroll.scrollTop;
  drawLines(begin(byId("rows"), scroll.clientWidth, height, palette), top, top + height, palette);
  byId("view").textContent = `${timeText(view.from, finest())} – ${timeText(view.to, finest())} of ${timeText(data.span, 0.01)}`;
  document.documentElement.dataset.view = `${Math.round(view.from)} ${Math.round(view.to)}`;
}

// Mouse and keys

function show(from, to) {
  const least = Math.min(data.span, 20), width = Math.min(data.span, Math.max(least, to - from));
  view.from = Math.max(0, Math.min(data.span - width, from + (to - from - width) / 2));
  view.to = view.from + width;
  tip.hidden = true;
  redraw();
}
function zoom(times, at = (view.from + view.to) / 2) {
  show(at - (at - view.from) * times, at + (view.to - at) * times);
}
function pan(share) {
  const width = view.to - view.from, from = view.from + width * share;
  show(Math.max(0, Math.min(data.span - width, from)), Math.max(width, Math.min(data.span, from + width)));
}
const atX = (x) => view.from + ((x - GUTTER) / Math.max(40, chart.clientWidth - GUTTER - MARGIN)) * (view.to - view.from);

function pressed(key) {
  switch (key) {
    case "+": case "=": case "w": case "W": zoom(0.7); break;
    case "-": case "−": case "s": case "S": zoom(1 / 0.7); break;
    case "ArrowLeft": case "a": case "A": pan(-0.15); break;
    case "ArrowRight": case "d": case "D": pan(0.15); break;
    case "ArrowUp": scroll.scrollTop -= 52; break;
    case "ArrowDown": scroll.scrollTop += 52; break;
    case "0": case "Home": show(0, data.span); break;
    default: return false;
  }
  return true;
}

function hit(x, y) {
  const at = atX(x), box = byId("rows").getBoundingClientRect(), inside = y - box.top;
  if (x < GUTTER || inside < 0) return headHit(at, inside, x);
  const place = inside + scroll.scrollTop, line = lines.find((each) => each.row && place >= each.top && place < each.top + each.height);
  if (!line) return "";
  const row = line.row, { core, wait, step } = lanes(), [seated, started, ended, known] = row.life;
  const name = row.called ? `${row.called} #${row.n}` : `Chai Maker #${row.n}${row.recipe ? ` · ${row.recipe}` : ""}`, near = (view.to - view.from) * 5 / chart.clientWidth;
  const mark = row.marks.find((each) => Math.abs(each.at - at) < near);
  if (mark) return `${name}\n${timeText(mark.at, finest())}: ${mark.text}`;
  if (!row.open && Math.abs(ended - at) < near) return `${name}\n${data.states[row.state]} ${row.state} at ${timeText(ended, finest())}${row.cause ? `\n${row.cause}` : ""}`;
  if (at < seated || at > ended) return "";
  const find = (lane) => { const index = after(lane.to, at); return index < lane.from.length && lane.from[index] <= at ? index : -1; };
  const depth = place - line.top, sampled = data.every ? `, sampled every ${data.every} s` : ", as sampled";
  if (depth >= step[0] - 1) {
    const index = find(row.steps);
    if (index >= 0) { const [words, kind] = data.names[row.steps.what[index]]; return `${name}\n${words}${kind ? ` (${kind})` : ""}\n${fromTo(row.steps.from[index], row.steps.to[index])}`; }
    return at < started ? `${name}\n${data.states.seated} seated, not started yet\n${fromTo(seated, started)}` : "";
  }
  const waiting = find(row.waits), running = find(row.cores), told = [];
  if (running >= 0) {
    const number = row.cores.what[running];
    told.push(`on ${number === CORE ? "a core" : `core ${number}`} for ${shareText(row.cores.share[running])} of the time${sampled}\n${fromTo(row.cores.from[running], row.cores.to[running])}`);
  }
  if (waiting >= 0) {
    const reason = row.waits.what[waiting], [sign, words, id] = data.reasons[reason];
    const how = id === "paused" ? "" : ` for ${shareText(row.waits.share[waiting])} of the time${id === "GIL" && data.infers ? ", inferred" : ""}${sampled}`;
    told.push(`${sign} ${words}${how}\n${fromTo(row.waits.from[waiting], row.waits.to[waiting])}`);
  }
  if (depth >= wait[0] - 1) told.reverse();
  if (!told.length) told.push(at > known ? `${data.unsampled.join(" ")}: nobody measured what it did` : `on no core, or for less than 2 % of the time${sampled}`);
  return [name, ...told].join("\n");
}

function headHit(at, inside, x) {
  if (x < GUTTER || at < 0 || at > data.span) return "";
  const near = ((view.to - view.from) * 6) / chart.clientWidth, free = data.free.find((each) => Math.abs(each.at - at) < near);
  const place = inside + byId("head").clientHeight, index = after(data.at, at), top = 22 + (data.at.length ? 40 : 0);
  if (free && place < 24) return `${timeText(free.at, finest())}: ${free.text}`;
  if (place > 20 && place < top && index < data.at.length) return `cores at once: ${(data.once[index] / 100).toFixed(1)}\n${timeText(at, finest())}${data.together > 1 ? `, average of ${data.together} samples` : ""}`;
  const use = shownCores()[Math.floor((place - top) / (coreHeight() + 2))];
  if (place < top || !use) return "";
  const point = after(use.at, at);
  if (point >= use.at.length) return "";
  const part = (value, words) => (value < 0 ? `${words}: not known` : `${words}: ${value} %`);
  return `core ${use.core}\n${part(use.busy[point], "busy")}\n${part(use.makers[point], `with ${data.who}`)}`;
}

function listen() {
  let held = null;
  chart.addEventListener("wheel", (event) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!(event.ctrlKey || event.metaKey || document.activeElement === chart) && !sideways) return;
    event.preventDefault();
    const by = event.deltaMode ? 30 : 1;
    if (sideways || event.shiftKey) pan(((event.deltaX || event.deltaY) * by) / chart.clientWidth);
    else zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * by * 0.002))), atX(event.clientX - chart.getBoundingClientRect().left));
  }, { passive: false });
  chart.addEventListener("pointerdown", (event) => {
    if (event.button || event.offsetX > scroll.clientWidth && event.target === scroll) return;
    held = { x: event.clientX, y: event.clientY, from: view.from, to: view.to, top: scroll.scrollTop };
    chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    if (held) {
      const by = ((held.x - event.clientX) / Math.max(40, box.width - GUTTER - MARGIN)) * (held.to - held.from);
      const from = Math.max(0, Math.min(data.span - (held.to - held.from), held.from + by));
      scroll.scrollTop = held.top + held.y - event.clientY;
      show(from, from + held.to - held.from);
      return;
    }
    const text = hit(event.clientX - box.left, event.clientY);
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    const x = event.clientX - box.left, y = event.clientY - box.top;
    tip.style.left = `${Math.max(4, Math.min(x + 14, box.width - tip.offsetWidth - 6))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > box.height ? Math.max(2, y - tip.offsetHeight - 10) : y + 18}px`;
  });
  chart.addEventListener("pointerup", () => { held = null; });
  chart.addEventListener("pointercancel", () => { held = null; });
  chart.addEventListener("pointerleave", () => { tip.hidden = true; });
  chart.addEventListener("dblclick", () => show(0, data.span));
  document.addEventListener("keydown", (event) => {
    // Keys that move the page do so, unless the timeline was clicked.
    const ofPage = ["ArrowUp", "ArrowDown", "Home"].includes(event.key) && document.activeElement !== chart;
    if (!ofPage && !event.ctrlKey && !event.metaKey && !event.altKey && pressed(event.key)) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-key]")) button.addEventListener("click", () => pressed(button.dataset.key));
  scroll.addEventListener("scroll", () => { tip.hidden = true; redraw(); });
  new ResizeObserver(redraw).observe(chart);
  window.addEventListener("beforeprint", print);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
}

function recolour() { if (data) { legend(); redraw(); } }

// Beginning

const theme = byId("theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
  recolour();
});
if (!byId("timeline").hidden) unpack(byId("data").textContent).then((told) => {
  read(told);
  byId("drawn").hidden = false;
  byId("tall").style.height = `${lines.height + 4}px`;
  listen();
  legend();
  draw();
  document.documentElement.dataset.readyMs = String(Math.round(performance.now()));
}).catch((error) => {
  byId("problem").hidden = false;
  document.documentElement.dataset.error = String(error);
});
