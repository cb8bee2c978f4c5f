// The report's timeline: unpacks what was recorded, draws it, and answers mouse and keys.
"use strict";
(() => {
  const GUTTER = 168, MARGIN = 10, TITLE = 20;
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
  const shownCores = () => (data.use.length <= 32 ? data.use : []);
  const headHeight = () => 22 + (data.at.length ? 40 : 0) + shownCores().length * (coreHeight() + 2) + 6;

  // How times are written

  const seconds = (ticks) => ticks * data.unit;
  function timeText(ticks, step) {
    const value = seconds(ticks), digits = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step) - 1e-9));
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

  // Drawing

  function colours(element) {
    const style = getComputedStyle(element), found = {};
    for (const name of ["ground", "panel", "ink", "dim", "line", "frame", "good", "bad", "halted", "step", "rest", "on-core"]) {
      found[name] = style.getPropertyValue(`--${name}`).trim();
    }
    found.cores = Array.from({ length: 8 }, (_, core) => style.getPropertyValue(`--core-${core}`).trim());
    found.core = (core) => (core === CORE ? found.dim : found.cores[core % 8]);
    found.state = (state) => ({ served: found.good, failed: found.bad, killed: found.bad, stopped: found.halted, ended: found.halted, paused: found.halted })[state] ?? found.dim;
    found.patterns = data.reasons.map((_, reason) => pattern(reason, reason === 1 ? found.dim : found.halted));
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

  // A value holds for the time before it was sampled; where it is unknown, nothing is drawn.
  function steps(to, times, values, top, height, most, colour, alpha) {
    const every = (data.every ?? 1) * data.together / data.unit;
    to.fillStyle = colour;
    to.globalAlpha = alpha;
    to.beginPath();
    for (let index = Math.max(0, after(times, view.from) - 1); index < times.length; index++) {
      const from = index ? times[index - 1] : times[0] - every;
      if (from > view.to) break;
      const tall = (Math.min(values[index], most) / most) * height;
      if (tall > 0) to.rect(xOf(to, from), top + height - tall, xOf(to, times[index]) - xOf(to, from), tall);
    }
    to.fill();
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

  function visible(to, lane, draw) {
    let reached = -1;
    for (let index = after(lane.to, view.from); index < lane.from.length && lane.from[index] < view.to; index++) {
      const left = Math.max(to.plot.left - 2, xOf(to, lane.from[index]));
      const right = Math.min(to.plot.left + to.plot.width + 2, xOf(to, lane.to[index]));
      if (right < reached) continue;  // less than a pixel, and there is something already
      const width = Math.max(1, right - left);
      draw(index, left, width);
      reached = Math.floor(left) + 1;
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
      visible(to, row.cores, (index, left, width) => {
        const colour = palette.core(row.cores.what[index]), share = Math.min(1, row.cores.share[index] / 100);
        to.fillStyle = colour;
        to.globalAlpha = 0.16;
        to.fillRect(left, top + core[0], width, core[1]);
        to.globalAlpha = 1;
        const tall = Math.max(1, share * core[1]);
        to.fillRect(left, top + core[0] + core[1] - tall, Math.max(1, width - (width > 4 ? 0.5 : 0)), tall);
        const number = row.cores.what[index];
        if (number !== CORE && width > 8 + 7 * String(number).length) {
          write(to, String(number), Math.max(left, to.plot.left) + 4, top + core[0] + (share > 0.7 ? core[1] / 2 + 0.5 : core[1] / 3), share > 0.7 ? palette["on-core"] : palette.ink, { size: !roomy ? 8.5 : share > 0.7 ? 11 : 10, weight: 650 });
        }
      });
      visible(to, row.waits, (index, left, width) => {
        const reason = row.waits.what[index], tall = Math.max(2, (Math.min(100, row.waits.share[index]) / 100) * wait[1]);
        to.fillStyle = palette.patterns[reason];
        to.fillRect(left, top + wait[0], width, tall);
        const word = data.reasons[reason][2];
        if (roomy && tall > 8 && width > 60) {
          to.fillStyle = palette.ground;
          to.fillRect(left + 4, top + wait[0], 8 + 6 * word.length, wait[1]);
          write(to, word, left + 8, top + wait[0] + wait[1] / 2 + 0.5, palette.ink, { size: 9.5 });
        }
      });
      if (started > seated) {
        const left = xOf(to, seated), width = xOf(to, started) - left;
        to.strokeStyle = palette.frame;
        to.strokeRect(left + 0.5, top + step[0] + 0.5, Math.max(1, width - 1), step[1] - 1);
        if (roomy && width > 24) write(to, `${data.states.seated} seated`, left + 4, top + step[0] + step[1] / 2, palette.dim, { size: 10, most: width - 6 });
      }
      visible(to, row.steps, (index, left, width) => {
        const [name, kind] = data.names[row.steps.what[index]];
        to.fillStyle = kind === "wait" ? palette.rest : palette.step;
        to.fillRect(left, top + step[0], Math.max(1, width - (width > 3 ? 1 : 0)), step[1]);
        const shown = Math.max(left, to.plot.left);
        if (width - (shown - left) > 26) {
          write(to, name, shown + 4, top + step[0] + step[1] / 2 + 0.5, palette.ink, { size: roomy ? 10.5 : 8.5, most: width - (shown - left) - 8 });
        }
      });
      for (const mark of row.marks) {
        const x = xOf(to, mark.at);
        to.fillStyle = mark.kind === "signal" ? palette.halted : palette.bad;
        to.beginPath(); to.moveTo(x - 4, top); to.lineTo(x + 4, top); to.lineTo(x, top + 6); to.fill();
        to.fillRect(x - 0.5, top, 1, height - 4);
      }
      if (!row.open) drawEnd(to, row, end, top, palette);
    });
  }

  function drawEnd(to, row, end, top, palette) {
    const { core, step } = lanes(), x = xOf(to, row.life[2]), colour = palette.state(row.state);
    to.fillStyle = colour;
    to.fillRect(x - 1, top + core[0] - 1, 2, step[0] + step[1] - core[0] + 2);
    to.font = `600 ${roomy ? 11 : 9.5}px ${FONT}`;
    const width = to.measureText(end).width + 10, fits = x + width < to.plot.left + to.plot.width;
    const left = fits ? x + 1 : x - width - 1;
    to.fillStyle = palette.ground;
    to.globalAlpha = fits ? 0.7 : 0.92;
    to.fillRect(left, top + core[0], width, core[1]);
    to.globalAlpha = 1;
    write(to, end, left + 5, top + core[0] + core[1] / 2 + 0.5, colour, { size: roomy ? 11 : 9.5, weight: 600 });
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
    data.reasons.forEach(([, words], reason) => add(box(palette.patterns[reason]), words));
    add((to) => { to.strokeStyle = palette.dim; to.setLineDash([3, 3]); to.beginPath(); to.moveTo(0, 7); to.lineTo(26, 7); to.stroke(); }, data.unsampled[1]);
    add(box(palette.step), "a step that works");
    add(box(palette.rest), "a step that waits");
    const how = document.createElement("span");
    how.textContent = data.every ? "A core's height is the share used, as sampled." : "";
    if (how.textContent) place.append(how);
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
    const name = `Chai Maker #${row.n}${row.recipe ? ` · ${row.recipe}` : ""}`, near = (view.to - view.from) * 5 / chart.clientWidth;
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
    const place = inside + byId("head").clientHeight, index = after(data.at, at), top = 22 + (data.at.length ? 40 : 0);
    if (place > 20 && place < top && index < data.at.length) return `cores at once: ${(data.once[index] / 100).toFixed(1)}\n${timeText(at, finest())}${data.together > 1 ? `, average of ${data.together} samples` : ""}`;
    const use = shownCores()[Math.floor((place - top) / (coreHeight() + 2))];
    if (place < top || !use) return "";
    const point = after(use.at, at);
    if (point >= use.at.length) return "";
    const part = (value, words) => (value < 0 ? `${words}: not known` : `${words}: ${value} %`);
    return `core ${use.core}\n${part(use.busy[point], "busy")}\n${part(use.makers[point], "with makers")}`;
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
    chart.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && pressed(event.key)) event.preventDefault();
    });
    for (const button of document.querySelectorAll("[data-key]")) button.addEventListener("click", () => pressed(button.dataset.key));
    scroll.addEventListener("scroll", () => { tip.hidden = true; redraw(); });
    new ResizeObserver(redraw).observe(chart);
    window.addEventListener("beforeprint", print);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  }

  function recolour() { if (data) { legend(); redraw(); } }

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

  // Beginning

  const theme = byId("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    recolour();
  });
  if (byId("timeline").hidden) return;
  unpack(byId("data").textContent).then((told) => {
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
})();
