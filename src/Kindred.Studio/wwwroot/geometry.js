import { h, s, fill, get, number } from './dom.js';
import { t } from './words.js';

const edge = { left: 58, right: 12, top: 10, bottom: 26 };
const percent = v => `${Number((100 * v).toPrecision(2))} %`;

/** How alike positives and negatives are over a training, the directions in use, and the circle where z has two numbers. Nothing where the run wrote nothing. */
export async function geometry(box, id, signal) {
  let looks = [], at = null, playing = 0;
  const heat = h('div.card.pad'), bars = h('div.card.pad'), spectrum = h('div.card.pad'), circle = h('div.card.pad');
  const when = h('output', { htmlFor: 'look' });
  const slide = h('input.wide', { type: 'range', id: 'look', min: 0, max: 0, value: 0, oninput(e) { at = Number(e.target.value); draw(); } });
  const play = h('button', { type: 'button', onclick: () => { if (playing) stop(); else start(); } }, t('geometry.play'));
  signal.addEventListener('abort', () => clearInterval(playing));

  function start() {
    at = 0;
    playing = setInterval(() => { draw(); if (++at >= looks.length) { at = looks.length - 1; stop(); } }, 160);
    play.textContent = t('geometry.pause');
  }
  function stop() { clearInterval(playing); playing = 0; play.textContent = t('geometry.play'); }

  function draw() {
    const shown = Math.min(at ?? looks.length - 1, looks.length - 1), look = looks[shown];
    slide.max = looks.length - 1;
    slide.value = shown;
    when.textContent = t('run.at', { step: number(look.step) });
    fill(heat, h('h3', null, t('geometry.over')), over(looks, shown));
    fill(bars, h('h3', null, t('geometry.now', { step: number(look.step) })), alike(look), key(look));
    fill(spectrum, h('h3', null, t('geometry.spectrum', { n: look.dimension })), directions(look, looks[0]));
    circle.hidden = !look.circle;
    if (look.circle) fill(circle, h('h3', null, t('geometry.circle')), ring(look));
  }

  async function load() {
    const found = await get(`/api/runs/${id}/geometry`);
    if (signal.aborted) return;
    looks = found.looks;
    if (looks.length === 0) { fill(box, found.reason ? h('section.part', null, h('h2', null, t('geometry.title')), h('p.hint', null, t('geometry.none', { reason: found.reason }))) : null); return; }
    if (!box.firstChild) fill(box, h('section.part', null, h('div.head', null, h('h2', null, t('geometry.title')), h('span.grow'), play, h('label', { htmlFor: 'look' }, t('geometry.look')), slide, when),
      h('p.lead', null, t('geometry.what')), h('div.charts.wide', null, heat, bars, spectrum, circle)));
    draw();
  }
  await load();
  return load;
}

const frame = (label, ...children) => s('svg.drawn', { viewBox: '0 0 480 220', role: 'img', 'aria-label': label }, children);
const across = (i, n) => edge.left + (480 - edge.left - edge.right) * i / n;
const up = v => 220 - edge.bottom - (220 - edge.top - edge.bottom) * v;

function over(looks, shown) {
  const cells = [], mean = (name, tone) => looks.every(l => l[name] === undefined) ? null
    : s(`polyline.mean.${tone}`, { points: looks.filter(l => l[name] !== undefined).map(l => `${across(looks.indexOf(l) + 0.5, looks.length)},${up((l[name] + 1) / 2)}`).join(' ') });
  const wide = across(1, looks.length) - across(0, looks.length);
  looks.forEach((look, i) => {
    for (const [name, tone] of [['negatives', 'low'], ['positives', 'high']]) {
      const counts = look[name], most = counts && Math.max(...counts);
      counts?.forEach((c, bin) => { if (c) cells.push(s(`rect.${tone}`, { x: across(i, looks.length), y: up((bin + 1) / counts.length), width: wide + 0.3, height: up(0) - up(1 / counts.length) + 0.3, 'fill-opacity': (0.75 * Math.sqrt(c / most)).toFixed(2) })); });
    }
  });
  const last = looks[looks.length - 1];
  return frame(t('geometry.over.label', { positive: number(last.positive), negative: number(last.negative) }), cells, mean('negative', 'low'), mean('positive', 'high'),
    s('rect.chosen', { x: across(shown, looks.length), y: edge.top, width: wide, height: up(0) - edge.top }),
    [-1, 0, 1].map(v => s('text', { x: edge.left - 6, y: up((v + 1) / 2) + 4, 'text-anchor': 'end' }, String(v))),
    s('text', { x: edge.left, y: 214 }, number(looks[0].step)), s('text', { x: 480 - edge.right, y: 214, 'text-anchor': 'end' }, t('run.at', { step: number(last.step) })));
}

function alike(look) {
  const parts = [];
  for (const [name, tone] of [['negatives', 'low'], ['positives', 'high']]) {
    const counts = look[name];
    if (!counts) continue;
    const most = Math.max(...counts), all = counts.length;
    parts.push(s(`path.${tone}.area`, { d: `M${across(0, all)},${up(0)}` + counts.map((c, i) => `L${across(i, all)},${up(c / most)}L${across(i + 1, all)},${up(c / most)}`).join('') + `L${across(all, all)},${up(0)}Z` }));
  }
  for (const [name, tone] of [['negative', 'low'], ['positive', 'high']]) if (look[name] !== undefined)
    parts.push(s(`line.mean.${tone}`, { x1: across(look[name] + 1, 2), x2: across(look[name] + 1, 2), y1: up(0), y2: up(1) }));
  return frame(t('geometry.over.label', { positive: number(look.positive), negative: number(look.negative) }), parts, s('line.axis', { x1: edge.left, x2: 480 - edge.right, y1: up(0), y2: up(0) }),
    [-1, -0.5, 0, 0.5, 1].map(v => s('text', { x: across(v + 1, 2), y: 212, 'text-anchor': 'middle' }, String(v))));
}

const key = look => h('ul.legend', null, [['positive', 'high'], ['negative', 'low']].filter(([name]) => look[name] !== undefined).map(([name, tone]) =>
  h('li', null, h(`span.dot.${tone}`), t(`geometry.${name}`, { mean: number(look[name]) }))));

function directions(look, before) {
  const list = look.spectrum, top = Math.max(...list, ...before.spectrum, 1e-6), floor = Math.log10(top) - 4, high = v => up(Math.max(0, (Math.log10(Math.max(v, 1e-12)) - floor) / 4));
  const all = Math.max(list.length, before.spectrum.length);
  return frame(t('geometry.spectrum.label', { share: percent(list[0]), n: list.filter(v => v > 0.01).length }),
    list.map((v, i) => s('rect.column', { x: across(i, all) + 0.5, width: Math.max(1, across(1, all) - across(0, all) - 1.5), y: high(v), height: up(0) - high(v) })),
    s('polyline.before', { points: before.spectrum.map((v, i) => `${across(i + 0.5, all)},${high(v)}`).join(' ') }),
    s('line.axis', { x1: edge.left, x2: 480 - edge.right, y1: up(0), y2: up(0) }),
    [0, 1, 2, 3].map(d => s('text', { x: edge.left - 6, y: up(1 - d / 4) + 4, 'text-anchor': 'end' }, percent(10 ** (floor + 4 - d)))),
    s('text', { x: edge.left, y: 214 }, '1'), s('text', { x: 480 - edge.right, y: 214, 'text-anchor': 'end' }, t('geometry.direction', { n: all })));
}

function ring(look) {
  const counts = look.circle, most = Math.max(...counts), even = counts.reduce((a, b) => a + b, 0) / counts.length, at = (angle, r) => `${240 + r * Math.cos(angle)},${110 - r * Math.sin(angle)}`;
  const size = c => 40 + 62 * c / most;
  return frame(t('geometry.circle.label', { share: percent(counts.filter(c => c > even / 4).length / counts.length) }),
    counts.map((c, i) => { const a = 2 * Math.PI * i / counts.length - Math.PI, b = 2 * Math.PI * (i + 1) / counts.length - Math.PI; return s('polygon.column', { points: [at(a, 40), at(a, size(c)), at(b, size(c)), at(b, 40)].join(' ') }); }),
    s('circle.axis', { cx: 240, cy: 110, r: 40 }), s('circle.before', { cx: 240, cy: 110, r: size(even) }));
}
