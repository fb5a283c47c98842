"use strict";
// Every text of a reply goes through textContent or createTextNode; nothing here builds markup from strings.
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const VERDICTS = ["covered", "partial", "missing", "contradicted"];
const SIGNS = { covered: "✓", partial: "◐", missing: "○", contradicted: "✗" };
const PAGE = 25;
const BASELINES = { length: ["L", "reply length"], token_coverage: ["W", "reference words"], cosine: ["C", "cosine"] };
const byId = (id) => document.getElementById(id);
const num = (x, digits = 2) => (x === null || x === undefined ? "n/a" : x.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−"));
const percent = (x) => (x === null || x === undefined ? "n/a" : (100 * x).toFixed(x > 0 && x < 0.1 ? 1 : 0) + " %");
const many = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
const replies = (n) => many(n, "reply").replace("replys", "replies");
const plain = (name) => name.replaceAll("_", " ");
let group = data.groups[0];
let limit = PAGE;

// Who gave the scores: the project's own authors, the people of a public set, or some of both.
const ours = () => group.ours > 0 && group.ours === group.scored;
const given = () => (ours() ? "our score" : group.ours ? "given score" : "human score");
const mean = () => (ours() ? "our mean score" : `mean ${given()}`);
const raters = () => (ours() ? "we" : group.ours ? "the raters" : "humans");
const rater = (found) => (found.ours ? "ours" : "human");
function ceilings() {
  return [["two humans", group.human_human], ["our two ratings", group.our_ratings]].filter(([, found]) => found);
}

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

function svg(tag, attributes = {}, text = null) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  return node;
}

function titled(node, text) { node.append(svg("title", {}, text)); return node; }
function replace(id, ...nodes) { byId(id).replaceChildren(...nodes); }
function interval(f) { return f.low === null ? "" : `[${num(f.low)}, ${num(f.high)}]${f.unreliable ? " *" : ""}`; }
const linear = (from, to, low, high) => (x) => low + ((x - from) / (to - from)) * (high - low);

// --- headline -----------------------------------------------------------------------------------------------------
const STRIPS = [
  ["qwk", "Weighted kappa (QWK)", -0.2, 1], ["pearson", "Pearson’s r", -0.2, 1], ["spearman", "Spearman’s ρ", -0.2, 1],
  ["rmse", "RMSE, lower is better", 0, 0.6], ["smd", "Mean difference in SD (SMD)", -1.5, 1.5],
];

function strip(name, label, least, most) {
  const f = group[name];
  const above = ceilings().map(([who, found]) => [who, found[name]]).filter(([, found]) => found && found.value !== null);
  const seen = [f.value, f.low, f.high, ...above.map(([, found]) => found.value)].filter((value) => typeof value === "number");
  let step = { rmse: 0.1, smd: 0.5 }[name] || 0.2;
  const from = Math.min(least, ...seen.map((value) => Math.floor(value / step) * step));
  const to = Math.max(most, ...seen.map((value) => Math.ceil(value / step - 1e-9) * step));
  while ((to - from) / step > 10) step *= 2;
  const x = linear(from, to, 12, 628);
  const clamp = (value) => Math.max(from, Math.min(to, value));
  const plot = svg("svg", { viewBox: "0 0 640 58", role: "img", "aria-label": `${label}: ${num(f.value)} ${interval(f)}` });
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + 1e-9; i++) {
    const at = i * step;
    plot.append(svg("line", { x1: x(at), x2: x(at), y1: 14, y2: 38, class: "gridline" }), svg("text", { x: x(at), y: 54, "text-anchor": "middle" }, num(at, 1)));
  }
  ticks(plot, name, (value) => x(clamp(value)));
  if (f.low !== null) plot.append(svg("line", { x1: x(clamp(f.low)), x2: x(clamp(f.high)), y1: 26, y2: 26, class: "bar" }));
  for (const [who, found] of above) {
    const at = x(clamp(found.value));
    plot.append(titled(svg("path", { d: `M${at} 17l8 9l-8 9l-8-9z`, class: "diamond" }), `${who}: ${num(found.value)} ${interval(found)}`));
  }
  if (f.value !== null) plot.append(titled(svg("circle", { cx: x(clamp(f.value)), cy: 26, r: 7, class: "dot" }), `grader: ${num(f.value)} ${interval(f)}`));
  const words = f.value === null ? f.reason : interval(f);
  return el("div", { class: "strip" }, el("div", {}, el("b", {}, num(f.value)), el("span", {}, label), el("span", {}, words || "")), plot);
}

// A letter above each baseline's tick; letters that would overlap stand together.
function ticks(plot, name, at) {
  const found = Object.entries(group.baselines).filter(([, figures]) => figures[name].value !== null).map(([baseline, figures]) => ({ x: at(figures[name].value), letters: BASELINES[baseline][0], text: `${BASELINES[baseline][1]}: ${num(figures[name].value)}` }));
  found.sort((a, b) => a.x - b.x);
  for (const tick of found) plot.append(titled(svg("line", { x1: tick.x, x2: tick.x, y1: 17, y2: 35, class: "tick" }), `baseline ${tick.text}`));
  const labels = [];
  for (const tick of found) {
    const last = labels[labels.length - 1];
    if (last && tick.x - last.x < 16) last.letters += tick.letters;
    else labels.push({ ...tick });
  }
  for (const label of labels) plot.append(svg("text", { x: label.x, y: 12, "text-anchor": "middle", class: "letter" }, label.letters));
}

function bestBaseline(name) {
  const found = Object.entries(group.baselines).map(([baseline, figures]) => [BASELINES[baseline][1], figures[name].value]).filter(([, value]) => value !== null);
  return found.sort((a, b) => b[1] - a[1])[0] || null;
}

function drawHeadline() {
  const scored = group.scored > 0, attacks = group.attacks;
  byId("title").textContent = scored
    ? `The ${data.run.versions.grader} grader agrees with ${given()}s at QWK ${num(group.qwk.value)}`
    : attacks ? `${attacks.passed.toLocaleString("en")} of ${many(attacks.n, "attack")} got through the ${data.run.versions.grader} grader` : `What the ${data.run.versions.grader} grader made of ${replies(group.n)}`;
  byId("eyebrow").textContent = `Grading report · ${data.run.files.join(", ")} · ${group.name}`;
  const parts = [];
  if (scored) {
    const reach = group.qwk.low === null ? "" : `, 95 % interval ${interval(group.qwk)}`;
    parts.push(`On ${replies(group.scored)} to ${many(group.clusters, "question")}${reach}; 1 would be perfect agreement, 0 is chance.`);
    for (const [who, found] of ceilings()) if (found.qwk.value !== null) parts.push(`${who[0].toUpperCase()}${who.slice(1)} agree with each other at ${num(found.qwk.value)}.`);
    const best = bestBaseline("qwk");
    if (best) parts.push(`The best baseline, ${best[0]}, reaches ${num(best[1])}.`);
    parts.push(`A grade is off by ${num(group.mae.value)} on average.`);
    if (attacks) parts.push(`${attacks.passed} of ${many(attacks.n, "attack")} got through.`);
  }
  if (attacks && !scored) parts.push(`That is ${share(attacks)} of all. Worst: ${worstFamilies()}.`);
  if (group.ungraded) parts.push(`${group.ungraded.toLocaleString("en")} of ${group.n.toLocaleString("en")} cases stayed ungraded${group.too_many_ungraded ? ", too many to trust the rest" : ""}.`);
  byId("lead").textContent = parts.join(" ");
  byId("h-headline").textContent = `Agreement with ${given()}s`;
  replace("legend", ...ceilings().slice(0, 1).map(([who]) => el("span", {}, el("span", { class: "key human" }, "◆"), ceilings().length > 1 ? " the ceiling: two ratings of the same reply" : ` the ceiling: ${who}`, "; ")), el("span", {}, el("span", { class: "key base" }, "│"), " baselines: ", Object.values(BASELINES).map(([letter, name]) => `${letter} ${name}`).join(", "), "."));
  byId("h-headline").parentNode.classList.toggle("bare", !scored);
  replace("strips", ...(scored ? STRIPS.map((one) => strip(...one)) : [el("p", {}, `Nothing to compare with: ${group.qwk.reason}.`)]));
  byId("headline-note").textContent = !scored ? "" : (group.qwk.unreliable ? "* Fewer than 20 questions: the interval is unreliable. " : "") +
    (group.ours ? "The golden sets’ scores are the project’s own: written with the replies, then rated again blind. " : "") +
    "Baselines know no scale: their correlations are of plain values, their other figures of a line fitted on other questions." +
    (group.label_classes ? ` Labels (${group.label_classes.join(", ")}): accuracy ${num(group.accuracy.value)} ${interval(group.accuracy)}, macro F1 ${num(group.macro_f1.value)} ${interval(group.macro_f1)}.` : "") +
    (group.key_point_kappa ? ` Key points: kappa ${num(group.key_point_kappa.value)} ${interval(group.key_point_kappa)} over ${group.key_points.toLocaleString("en")}${group.key_point_ceiling ? `, between two ratings ${num(group.key_point_ceiling.value)} ${interval(group.key_point_ceiling)}` : ""}.` : "");
}

// An attack rate with its interval.
const share = (rate) => percent(rate.pass_rate) + (rate.low === null || rate.low === undefined ? "" : ` [${percent(rate.low)}, ${percent(rate.high)}]`);

function worstFamilies() {
  const worst = Object.entries(group.attacks_by_family).filter(([, rate]) => rate.passed).slice(0, 3);
  return worst.map(([family, rate]) => `${plain(family)} (${rate.passed} of ${rate.n})`).join(", ") || "none";
}

// --- plots --------------------------------------------------------------------------------------------------------
function square(label, xName, yName) {
  const plot = svg("svg", { viewBox: "0 0 420 400", role: "img", "aria-label": label });
  const x = linear(0, 1, 46, 410), y = linear(0, 1, 356, 10);
  for (let i = 0; i <= 5; i++) {
    const at = i / 5;
    plot.append(svg("line", { x1: x(at), x2: x(at), y1: y(0), y2: y(1), class: "gridline" }), svg("line", { x1: x(0), x2: x(1), y1: y(at), y2: y(at), class: "gridline" }));
    plot.append(svg("text", { x: x(at), y: 373, "text-anchor": "middle" }, at.toFixed(1)), svg("text", { x: 38, y: y(at) + 4, "text-anchor": "end" }, at.toFixed(1)));
  }
  plot.append(svg("line", { x1: x(0), y1: y(0), x2: x(1), y2: y(1), class: "axis", "stroke-dasharray": "4 4" }));
  plot.append(svg("text", { x: 228, y: 394, "text-anchor": "middle" }, xName), svg("text", { x: 12, y: 183, "text-anchor": "middle", transform: "rotate(-90 12 183)" }, yName));
  return { plot, x, y };
}

const mine = (dataset, split) => group.sort === "whole" || (group.sort === "dataset" ? dataset === group.name : `${dataset || ""}/${split}` === group.name);
const jitter = (i, salt) => (((i * 2654435761 + salt * 40503) >>> 0) % 1000) / 1000 - 0.5;

function drawScatter() {
  const points = data.points.filter(([, , dataset, split]) => mine(dataset, split));
  byId("s-scatter").hidden = !points.length;
  const { plot, x, y } = square(`grade against ${given()}`, given(), "grade");
  if (points.length > 1500) heat(plot, x, y, points);
  else points.forEach(([human, grade, , , at], i) => {
    const dot = svg("circle", { cx: x(human) + 6 * jitter(i, 1), cy: y(grade) + 4 * jitter(i, 2), r: 3.4, class: "dot", opacity: points.length > 300 ? 0.3 : 0.55 });
    if (at >= 0) { dot.style.cursor = "pointer"; dot.addEventListener("click", () => openCase(at)); titled(dot, `${data.cases[at].id}: ${given()} ${num(human)}, grade ${num(grade)}`); }
    plot.append(dot);
  });
  byId("h-scatter").textContent = `Grade against ${given()}`;
  byId("scatter-hint").textContent = points.length > 1500 ? "Squares grow with the number of replies. On the dashed line both agree." : "One dot a reply, shaken a little so that equal ones show; click it to read the reply. On the dashed line both agree.";
  replace("scatter", plot);
}

function heat(plot, x, y, points) {
  const bins = new Map();
  for (const [human, grade] of points) {
    const key = `${Math.round(human * 20)},${Math.round(grade * 20)}`;
    bins.set(key, (bins.get(key) || 0) + 1);
  }
  const most = Math.max(...bins.values());
  for (const [key, count] of bins) {
    const [i, j] = key.split(",").map(Number);
    const side = Math.max(1.5, 17 * Math.sqrt(count / most));
    plot.append(titled(svg("rect", { x: x(i / 20) - side / 2, y: y(j / 20) - side / 2, width: side, height: side, class: "dot", opacity: 0.75 }), `${replies(count)} near ${given()} ${num(i / 20)}, grade ${num(j / 20)}`));
  }
}

function curve(plot, x, y, bins, squares) {
  const most = Math.max(...bins.map((b) => b.n)), colour = squares ? "var(--human)" : "var(--main)";
  plot.append(svg("path", { d: bins.map((b, i) => `${i ? "L" : "M"}${x(b.stated)} ${y(b.found)}`).join(""), fill: "none", stroke: colour, "stroke-width": 2, opacity: 0.6, "stroke-dasharray": squares ? "6 4" : "none" }));
  for (const b of bins) {
    const r = 3 + 6 * Math.sqrt(b.n / most), at = [x(b.stated), y(b.found)];
    const mark = squares ? svg("rect", { x: at[0] - r, y: at[1] - r, width: 2 * r, height: 2 * r, fill: "var(--card)", stroke: colour, "stroke-width": 2.5 }) : svg("circle", { cx: at[0], cy: at[1], r, fill: colour, opacity: 0.85 });
    plot.append(titled(mark, `${b.n} with ${num(b.stated)} on average: found ${num(b.found)}`));
  }
}

function drawCalibration() {
  const { plot, x, y } = square("calibration", "what the grader says", `what ${raters()} found`);
  const points = group.key_point_calibration;
  const words = [];
  byId("s-calibration").hidden = !group.calibration.bins.length && !(points && points.bins.length);
  if (points && points.bins.length) { curve(plot, x, y, points.bins, true); words.push(`Squares: share of verdicts that are right at such a confidence (error ${num(points.error)}).`); }
  if (group.calibration.bins.length) { curve(plot, x, y, group.calibration.bins, false); words.unshift(`Dots: ${mean()} of replies with such a grade (error ${num(group.calibration.error)}).`); }
  byId("calibration-hint").textContent = words.join(" ") || group.calibration.reason || "";
  replace("calibration", plot);
}

function drawCoverage() {
  const curve = group.key_point_coverage || [];
  byId("s-coverage").hidden = !curve.length;
  if (!curve.length) return;
  const plot = svg("svg", { viewBox: "0 0 420 400", role: "img", "aria-label": "accuracy of the verdicts over the share that is taken, the surest first" });
  const least = Math.min(0.5, ...curve.map((kept) => Math.floor(10 * (kept.accuracy.low ?? kept.accuracy.value)) / 10));
  const x = linear(0, 1, 46, 410), y = linear(least, 1, 356, 10);
  for (let at = 0; at <= 1.001; at += 0.2) plot.append(svg("line", { x1: x(at), x2: x(at), y1: y(least), y2: y(1), class: "gridline" }), svg("text", { x: x(at), y: 373, "text-anchor": "middle" }, at.toFixed(1)));
  for (let at = least; at <= 1.001; at += 0.1) plot.append(svg("line", { x1: x(0), x2: x(1), y1: y(at), y2: y(at), class: "gridline" }), svg("text", { x: 38, y: y(at) + 4, "text-anchor": "end" }, at.toFixed(1)));
  plot.append(svg("text", { x: 228, y: 394, "text-anchor": "middle" }, "share of the verdicts, the surest first"), svg("text", { x: 12, y: 183, "text-anchor": "middle", transform: "rotate(-90 12 183)" }, "share that is right"));
  const line = (end) => curve.map((kept, i) => `${i ? "L" : "M"}${x(kept.coverage)} ${y(end(kept.accuracy))}`).join("");
  const known = curve.filter((kept) => kept.accuracy.low !== null);
  if (known.length === curve.length) {
    const back = curve.slice().reverse().map((kept) => `L${x(kept.coverage)} ${y(kept.accuracy.low)}`).join("");
    plot.append(svg("path", { d: `${line((figure) => figure.high)}${back}Z`, fill: "var(--main)", opacity: 0.15 }));
  }
  plot.append(svg("path", { d: line((figure) => figure.value), fill: "none", stroke: "var(--main)", "stroke-width": 2 }));
  for (const kept of curve) plot.append(titled(svg("circle", { cx: x(kept.coverage), cy: y(kept.accuracy.value), r: 4, fill: "var(--main)" }), `${kept.n} verdicts with a confidence of ${num(kept.least_confidence)} or more: ${percent(kept.accuracy.value)} right`));
  const half = curve.find((kept) => kept.coverage === 0.5) || curve[0];
  byId("coverage-hint").textContent = `Of all ${curve[0].n.toLocaleString("en")} verdicts ${percent(curve[0].accuracy.value)} are right, of the surer half ${percent(half.accuracy.value)}. The band is the 95 % interval over questions.`;
  replace("coverage", plot);
}

function drawBands() {
  byId("s-bands").hidden = !group.scored;
  byId("bands-hint").textContent = `Mean grade (dot) and ${mean()} (ring) of wrong to strong replies; the number is the RMSE.`;
  const plot = svg("svg", { viewBox: "0 0 420 220", role: "img", "aria-label": `mean grade by band of ${given()}s` });
  const x = linear(0, 1, 118, 352);
  for (let i = 0; i <= 5; i++) plot.append(svg("line", { x1: x(i / 5), x2: x(i / 5), y1: 8, y2: 188, class: "gridline" }), svg("text", { x: x(i / 5), y: 206, "text-anchor": "middle" }, (i / 5).toFixed(1)));
  group.bands.forEach((band, i) => {
    const y = 24 + 36 * i;
    plot.append(svg("text", { x: 0, y: y + 4, class: "strong" }, `${band.low}–${band.high}`), svg("text", { x: 104, y: y + 4, "text-anchor": "end" }, `n ${band.n}`));
    if (!band.n) return;
    plot.append(svg("line", { x1: x(band.human), x2: x(band.grade), y1: y, y2: y, class: "bar" }));
    plot.append(svg("circle", { cx: x(band.human), cy: y, r: 6, class: "ring" }), svg("circle", { cx: x(band.grade), cy: y, r: 5.5, class: "dot" }));
    plot.append(svg("text", { x: 362, y: y + 4, class: "strong" }, num(band.rmse)));
  });
  replace("bands", plot);
}

// A verdict with its sign, whose word a narrow screen leaves out at the top; labels have no sign.
const signed = (name) => (SIGNS[name] ? [el("span", { "aria-hidden": "true" }, `${SIGNS[name]} `), el("span", { class: "word" }, name)] : [name]);

function drawConfusion() {
  const table = group.key_point_confusion || group.confusion;
  byId("s-confusion").hidden = !table;
  byId("confusion-hint").textContent = !table ? "" : `${group.key_point_confusion ? "Key points" : "Labels"}: a row is what ${raters()} said, a column what the grader said; shares are of the row.`;
  if (!table) return replace("confusion");
  const order = (names) => names.slice().sort((a, b) => VERDICTS.indexOf(a) - VERDICTS.indexOf(b));
  const rows = order(Object.keys(table)), columns = order([...new Set(rows.flatMap((row) => Object.keys(table[row])))]);
  const head = el("tr", {}, el("th", {}, `${raters()} say ↓ grader →`), ...columns.map((name) => el("th", {}, ...signed(name))));
  const lines = rows.map((row) => {
    const total = Object.values(table[row]).reduce((a, b) => a + b, 0);
    return el("tr", {}, el("th", { scope: "row" }, ...signed(row)), ...columns.map((column) => {
      const count = table[row][column] || 0, share = total ? count / total : 0;
      const colour = row === column ? "var(--covered)" : "var(--contradicted)";
      return el("td", { style: `background: color-mix(in srgb, ${colour} ${Math.round(45 * share)}%, transparent)` }, String(count), el("small", {}, ` ${percent(share)}`));
    }));
  });
  replace("confusion", el("div", { class: "scroll" }, el("table", {}, head, ...lines)));
}

// --- tables -------------------------------------------------------------------------------------------------------
function cell(f) { return el("td", {}, num(f && f.value), el("small", {}, f && f.low !== null && f.value !== null ? `${num(f.low)}…${num(f.high)}${f.unreliable ? "*" : ""}` : "")); }

function drawDatasets() {
  const figures = { qwk: "QWK", pearson: "Pearson", spearman: "Spearman", rmse: "RMSE", mae: "MAE", smd: "SMD" };
  if (data.groups.some((g) => g.label_classes)) Object.assign(figures, { accuracy_2way: "right or not", macro_f1_2way: "macro F1", macro_f1: "macro F1, set’s labels" });
  const row = (name, found, n, sort = {}) => el("tr", sort, el("th", { scope: "row" }, name), el("td", {}, n), ...Object.keys(figures).map((figure) => (found[figure] ? cell(found[figure]) : el("td", {}, "–"))));
  // Beneath each set stand its own ceiling and baselines, so that like is read beside like; a split's are in its own tab.
  const shown = data.groups.filter((g) => g.scored);
  const lines = shown.flatMap((g) => [row(g.name, g, `${g.scored.toLocaleString("en")} / ${g.clusters}`), ...(g.sort === "split" && g !== group ? [] : [
    ...[["two humans", g.human_human], ["our two ratings", g.our_ratings]].filter(([, found]) => found).map(([who, found]) => row(who, found, String(found.n), { class: "aside" })),
    ...Object.entries(g.baselines).map(([name, found]) => row(`baseline: ${BASELINES[name][1]}`, found, "", { class: "aside" })),
  ])]);
  replace("datasets", el("table", {}, el("tr", {}, ...["", "replies / questions", ...Object.values(figures)].map((name) => el("th", {}, name))), ...lines));
  byId("s-datasets").hidden = !shown.length;
}

function drawAttacks() {
  byId("s-attacks").hidden = !group.attacks;
  if (!group.attacks) return;
  byId("attacks-hint").textContent = `${group.attacks.passed.toLocaleString("en")} of ${group.attacks.n.toLocaleString("en")} got more than they deserve: ${share(group.attacks)}. Shorter is better; the thin line is the 95 % interval.`;
  const families = Object.entries(group.attacks_by_family);
  const plot = svg("svg", { viewBox: `0 0 420 ${24 * families.length + 6}`, role: "img", "aria-label": "share of attacks that got through, by family" });
  families.forEach(([family, rate], i) => {
    const y = 6 + 24 * i;
    plot.append(svg("text", { x: 168, y: y + 13, "text-anchor": "end", class: rate.passed ? "strong" : "" }, plain(family)));
    plot.append(svg("rect", { x: 178, y, width: 150, height: 16, rx: 3, fill: "var(--grid)" }), svg("rect", { x: 178, y, width: 150 * rate.pass_rate, height: 16, rx: 3, fill: "var(--contradicted)" }));
    if (typeof rate.low === "number") plot.append(titled(svg("line", { x1: 178 + 150 * rate.low, x2: 178 + 150 * rate.high, y1: y + 8, y2: y + 8, class: "whisker" }), `${plain(family)}: ${share(rate)}`));
    plot.append(svg("text", { x: 336, y: y + 13 }, `${rate.passed}/${rate.n} · ${percent(rate.pass_rate)}`));
  });
  replace("attacks", plot);
}

// Bars from the middle: left of it a group is graded harder than the raters grade it, right of it more softly.
function drawSubgroups() {
  const sorts = Object.entries(group.subgroups).filter(([sort]) => sort !== "kind");
  byId("s-subgroups").hidden = !sorts.length;
  const rows = sorts.flatMap(([sort, found]) => [{ sort }, ...Object.entries(found).map(([name, s]) => ({ name, ...s }))]);
  const plot = svg("svg", { viewBox: `0 0 420 ${20 * rows.length + 24}`, role: "img", "aria-label": "difference of standardised means by group" });
  const x = linear(-0.6, 0.6, 216, 376), height = 20 * rows.length;
  plot.append(svg("rect", { x: x(-0.1), y: 4, width: x(0.1) - x(-0.1), height, fill: "var(--grid)" }), svg("line", { x1: x(0), x2: x(0), y1: 4, y2: height + 4, class: "axis" }));
  for (const at of [-0.5, -0.1, 0.1, 0.5]) plot.append(svg("text", { x: x(at), y: height + 20, "text-anchor": "middle" }, num(at, 1)));
  rows.forEach((row, i) => {
    const y = 18 + 20 * i;
    if (row.sort) { plot.append(svg("text", { x: 0, y, class: "strong" }, row.sort)); return; }
    const to = Math.max(-0.6, Math.min(0.6, row.difference || 0));
    plot.append(svg("text", { x: 12, y }, row.name), svg("text", { x: 208, y, "text-anchor": "end" }, String(row.n)));
    plot.append(titled(svg("rect", { x: Math.min(x(0), x(to)), y: y - 10, width: Math.max(1.5, Math.abs(x(to) - x(0))), height: 11, rx: 2, fill: row.flagged ? "var(--contradicted)" : "var(--main)" }), `${row.name}: ${num(row.difference)}, RMSE ${num(row.rmse)}, ${replies(row.n)}`));
    plot.append(svg("text", { x: 418, y, "text-anchor": "end", class: row.flagged ? "flag" : "" }, num(row.difference)));
  });
  replace("subgroups", plot);
}

// Each kind of reply (strong, partial, confidently wrong...): where its scores lie and where its grades do.
function drawKinds() {
  const kinds = Object.entries(group.subgroups.kind || {}).sort(([, a], [, b]) => b.human - a.human);
  byId("s-kinds").hidden = !kinds.length;
  byId("kinds-hint").textContent = `Mean grade (dot) and ${mean()} (ring); the number is the RMSE.`;
  const plot = svg("svg", { viewBox: `0 0 420 ${26 * kinds.length + 24}`, role: "img", "aria-label": "mean grade by kind of reply" });
  const x = linear(0, 1, 170, 372), height = 26 * kinds.length;
  for (let i = 0; i <= 5; i++) plot.append(svg("line", { x1: x(i / 5), x2: x(i / 5), y1: 4, y2: height, class: "gridline" }), svg("text", { x: x(i / 5), y: height + 18, "text-anchor": "middle" }, (i / 5).toFixed(1)));
  kinds.forEach(([name, kind], i) => dumbbell(plot, x, 16 + 26 * i, plain(name), kind));
  replace("kinds", plot);
}

function dumbbell(plot, x, y, name, found) {
  plot.append(svg("text", { x: 0, y: y + 4 }, name), svg("line", { x1: x(found.human), x2: x(found.grade), y1: y, y2: y, class: "bar" }));
  plot.append(titled(svg("circle", { cx: x(found.human), cy: y, r: 6, class: "ring" }), `${given()} ${num(found.human)}`), titled(svg("circle", { cx: x(found.grade), cy: y, r: 5.5, class: "dot" }), `grade ${num(found.grade)}, ${replies(found.n)}`));
  plot.append(svg("text", { x: 418, y: y + 4, "text-anchor": "end", class: "strong" }, num(found.rmse)));
}

// --- replies ------------------------------------------------------------------------------------------------------
function highlighted(reply, points) {
  const owner = new Array(reply.length).fill(null);
  for (const point of points) {
    const start = point.evidence ? reply.indexOf(point.evidence) : -1;
    if (start >= 0) for (let i = start; i < start + point.evidence.length; i++) owner[i] = owner[i] || point;
  }
  const text = el("div", { class: "reply" });
  for (let i = 0; i < reply.length; ) {
    let end = i;
    while (end < reply.length && owner[end] === owner[i]) end++;
    const piece = reply.slice(i, end);
    text.append(owner[i] ? el("mark", { class: owner[i].verdict, title: `${owner[i].verdict}: ${owner[i].point}` }, piece) : document.createTextNode(piece));
    i = end;
  }
  return text;
}

function meter(found) {
  const bar = el("div", { class: "meter" });
  for (const [value, sort] of [[found.attack ? found.attack.limit : found.human, "h"], [found.score, "g"]]) if (value !== null) bar.append(el("i", { class: sort, style: `left: ${100 * value}%` }));
  return bar;
}

const pointLine = (point) => el("tr", {}, el("td", { class: "wrap" }, point.point), el("td", { class: point.verdict }, el("span", { class: "verdict" }, `${SIGNS[point.verdict]} ${point.verdict}`), el("small", {}, ` ${percent(point.confidence)}`)), el("td", {}, num(point.credit)),
  el("td", point.human ? { class: point.human } : {}, el("span", { class: "verdict" }, point.human ? `${SIGNS[point.human]} ${point.human}` : "–")));

function body(found) {
  const node = el("div", { class: "body" }, highlighted(found.reply, found.points));
  if (found.ungraded) node.append(el("p", { class: "flag" }, `Ungraded: ${found.ungraded}`));
  if (found.reason) node.append(el("h3", {}, "Why it was scored so"), el("div", {}, found.reason));
  for (const review of found.reviews) node.append(el("h3", {}, "Second look"), el("div", {}, `${num(review.score)} instead of ${num(review.original)}, by ${review.by} on ${review.at.slice(0, 10)}: ${review.why}`), ...review.verdicts.flatMap((verdict, at) => verdict && found.points[at] ? [el("div", { class: verdict }, `${SIGNS[verdict]} ${verdict}: ${found.points[at].point}`)] : []));
  if (found.points.length) node.append(el("h3", {}, "Key points"), el("div", { class: "scroll points" }, el("table", {}, el("tr", {}, ...["point", "grader", "credit", rater(found)].map((name) => el("th", {}, name))), ...found.points.map(pointLine))));
  for (const m of found.misconceptions) node.append(el("h3", {}, "Misconception found"), el("div", {}, m.correction));
  if (found.references.length) node.append(el("h3", {}, "Reference"), ...found.references.map((text) => el("div", { class: "reply asked" }, text)));
  node.append(el("h3", {}, [found.id, found.dataset, found.split, found.kind, found.label && `label ${found.label}, predicted ${found.predicted}`].filter(Boolean).join(" · ")));
  return node;
}

function card(found, at) {
  const limitText = found.attack ? `limit ${num(found.attack.limit)}` : `${rater(found)} ${num(found.human)}`;
  const scores = el("div", { class: "scores" }, el("b", {}, found.score === null ? "–" : num(found.score)), ` ${limitText}`, meter(found), found.attack ? el("span", { class: "badge" }, plain(found.attack.family)) : null, found.reviews.length ? el("span", { class: "badge" }, "reviewed") : null);
  const summary = el("summary", {}, scores, el("div", {}, el("div", { class: "asked" }, found.question || found.question_id), el("div", { class: "reply" }, found.reply || "(empty reply)")));
  const node = el("details", { class: "case", id: `case-${at}` }, summary);
  node.addEventListener("toggle", () => { if (node.open && node.children.length === 1) node.append(body(found)); });
  return node;
}

function wanted() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = byId("state").value;
  return data.cases.map((found, at) => [found, at]).filter(([found]) => {
    if (!mine(found.dataset, found.split) || (state && found.state !== state)) return false;
    if (!words.length) return true;
    const text = [found.id, found.question, found.reply, found.kind, found.attack && found.attack.family, ...found.points.map((p) => p.point)].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function drawCases() {
  const found = wanted();
  replace("cases", ...found.slice(0, limit).map(([one, at]) => card(one, at)));
  const held = data.cases.length < data.all_cases ? `; this page holds the ${data.cases.length} that matter most of ${data.all_cases.toLocaleString("en")}` : "";
  byId("count").textContent = `${replies(found.length)}${held}`;
  byId("more").hidden = found.length <= limit;
}

function openCase(at) {
  byId("search").value = ""; byId("state").value = "";
  limit = Math.max(limit, wanted().findIndex(([, i]) => i === at) + 1);
  drawCases();
  const node = byId(`case-${at}`);
  if (node) { node.open = true; node.scrollIntoView({ behavior: "smooth", block: "center" }); }
}

// --- the page -----------------------------------------------------------------------------------------------------
function drawFooter() {
  const v = data.run.versions;
  const terms = [
    ["QWK", "quadratic weighted kappa on continuous scores: 1 is perfect agreement, 0 is chance. 0.7 and more is what automatic scoring asks for in tests that matter."],
    ["SMD", "mean grade minus mean score, in standard deviations. Beyond ±0.15 the grader is harsh or lenient."],
    ["Intervals", "95 % by bootstrap over questions, since replies to one question resemble one another. * under 20 questions: unreliable."],
    ["Attack", "a reply that deserves little and tries to look like more. It gets through when its score is over its limit, or when it gets no grade."],
  ];
  const list = el("dl", {}, ...terms.flatMap(([term, text]) => [el("dt", {}, term), el("dd", {}, text)]));
  const versions = `grader ${v.grader} · model ${v.model} · code ${v.code} · prompt ${v.prompt || "none"} · encoder ${v.encoder} · cases ${data.run.cases_hash.slice(0, 12)} · threshold ${data.threshold}`;
  const speed = group.latency_ms_p50 === null ? "" : `A grade takes ${group.latency_ms_p50.toFixed(0)} ms (median), ${group.latency_ms_p95.toFixed(0)} ms (95th percentile).`;
  replace("footer", list, el("p", {}, speed + (group.cost_usd === null ? "" : ` Cost: ${group.cost_usd.toFixed(4)} USD.`)), el("p", {}, el("code", {}, versions)));
}

function draw() {
  limit = PAGE;
  document.querySelectorAll("#tabs button").forEach((button, i) => button.setAttribute("aria-selected", String(data.groups[i] === group)));
  for (const part of [drawHeadline, drawScatter, drawCalibration, drawCoverage, drawBands, drawConfusion, drawDatasets, drawAttacks, drawKinds, drawSubgroups, drawCases, drawFooter]) part();
  // One plot alone gets no half of the page.
  document.querySelectorAll(".grid").forEach((grid) => grid.classList.toggle("single", grid.querySelectorAll("section:not([hidden])").length < 2));
}

if (data.groups.length > 1) {
  replace("tabs", ...data.groups.map((one) => {
    const button = el("button", { type: "button", role: "tab" }, one.name);
    button.addEventListener("click", () => { group = one; draw(); });
    return button;
  }));
}
byId("search").addEventListener("input", () => { limit = PAGE; drawCases(); });
byId("state").addEventListener("change", () => { limit = PAGE; drawCases(); });
byId("more").addEventListener("click", () => { limit += 4 * PAGE; drawCases(); });
draw();
