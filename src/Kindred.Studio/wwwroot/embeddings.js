import { h, fill, get, number, colour, say } from './dom.js';
import { t } from './words.js';
import { scatter, hex } from './scatter.js';
import { grid as cells } from './grid.js';
import { curation } from './curation.js';

const unlabelled = 255, most = 254, plain = [140, 150, 165];

/** All files of vectors. */
export async function embeddings(body, _, signal) {
  const all = await get('/api/embeddings');
  if (signal.aborted) return;
  if (all.length === 1) { location.replace(`#/embeddings/${all[0].id}`); return; }
  fill(body, h('div.head', null, h('h1', null, t('nav.embeddings'))), all.length === 0
    ? h('div.empty.card', null, h('h2', null, t('embeddings.none')), h('p', null, t('embeddings.none.how')), h('pre', null, 'kindred embed runs/first --out runs/first.npy'))
    : h('div.cards.big', null, all.map(e => h('a.card.study', { href: `#/embeddings/${e.id}` }, h('h2', null, e.name)))));
}

/** One file: its map, a colour a label, and what lies near a point. */
export async function embedding(body, id, signal) {
  const off = new Set();
  let map = null, rows = [], own = null, facts = null;
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const overlay = h('div.over', { tabIndex: 0, role: 'application', 'aria-label': t('embeddings.map') });
  const tip = h('div.tip', { hidden: true });
  const zoom = h('div.zoom', null, h('button', { type: 'button', 'aria-label': t('embeddings.closer'), onclick: () => map?.zoomAt(1.5) }, '+'),
    h('button', { type: 'button', 'aria-label': t('embeddings.farther'), onclick: () => map?.zoomAt(1 / 1.5) }, '−'), h('button', { type: 'button', 'aria-label': t('embeddings.all'), title: t('embeddings.all'), onclick: () => map?.reset() }, '⤢'));
  const stage = h('div.stage.card', null, canvas, overlay, zoom, tip);
  signal.addEventListener('abort', () => map?.close());
  let recolour = null;
  addEventListener('theme', () => recolour?.(), { signal });
  // Of very many points some are there before anything is known of them but where they lie.
  fetch(`/api/embeddings/${id}/sample`).then(sketch).catch(() => { /* all of them come anyway */ });
  facts = await get(`/api/embeddings/${id}`);
  if (signal.aborted) return;
  const small = facts.umap && facts.count <= 3000, points = map => fetch(`/api/embeddings/${id}/points?map=${map}`), first = points(small ? 'umap' : 'pca');
  const side = h('div.side', { 'aria-live': 'polite' }, h('p.hint', null, t('embeddings.how')));
  const method = h('select', { id: 'map', onchange: () => load() }, h('option', { value: 'pca' }, 'PCA'), facts.umap ? h('option', { value: 'umap', selected: small }, 'UMAP') : null);
  const search = h('input', { type: 'search', placeholder: t('embeddings.find'), 'aria-label': t('embeddings.find'), onchange: find });
  const legend = h('ul.legend.labels');
  const columns = await get(`/api/embeddings/${id}/columns`);
  if (signal.aborted) return;
  const by = h('select', { id: 'by', onchange: tint }, h('option', { value: '' }, t(facts.labels.length ? 'embeddings.label' : 'embeddings.one')),
    columns.map(c => h('option', { value: c.id }, t(`column.${c.name}`) === `column.${c.name}` ? c.name : t(`column.${c.name}`))));
  const tools = h('div.strip');
  fill(body,
    h('div.head', null, h('h1', null, facts.name), h('span.hint', null, [t('embeddings.count', { n: number(facts.count), d: facts.dimension }), facts.method, facts.layer, facts.data].filter(Boolean).join(' · ')),
      h('span.grow'), search, h('label', { htmlFor: 'map' }, t('embeddings.by')), method, h('label', { htmlFor: 'by' }, t('embeddings.colour')), by),
    tools, h('div.map', null, stage, side), legend);

  async function sketch(answer) {
    if (answer.status !== 200) return;
    const xy = new Float32Array(await answer.arrayBuffer());
    if (signal.aborted || own) return;
    if (!facts) fill(body, h('div.head', null, h('h1', null, '…')), stage);
    const gridded = await cells(xy);
    if (signal.aborted || own) return;
    await put(scatter(canvas, overlay, xy, gridded, new Uint8Array(xy.length / 2).fill(unlabelled), {}, true), [canvas, overlay], made => made.colours(Object.assign(new Array(256).fill(null), { [unlabelled]: plain })));
  }

  // A map takes the place of the one before when it has something to show.
  async function put(made, on, ready) {
    const before = map;
    map = made;
    await ready(made);
    if (map !== made || signal.aborted) { made.close(); return; }
    stage.replaceChildren(...on, zoom, tip);
    made.ask();
    before?.close();
  }

  async function load(asked = points(method.value)) {
    if (!map?.sample) stage.classList.add('busy');
    try { await draw(await asked); } finally { stage.classList.remove('busy'); }
  }

  async function draw(answer) {
    if (signal.aborted) return;
    if (!answer.ok) { fill(side, h('p.problem', { role: 'alert' }, (await answer.json()).error)); return; }
    const bytes = await answer.arrayBuffer(), count = new DataView(bytes).getUint32(0, true);
    const xy = new Float32Array(bytes, 4, 2 * count);
    own = Uint8Array.from(new Int16Array(bytes, 4 + 8 * count, count), l => l < 0 ? unlabelled : l % most);
    const fresh = [canvas, overlay].map(c => c.cloneNode()), gridded = await cells(xy);
    if (signal.aborted) return;
    const at = map?.sample ? map.view : null;
    await put(scatter(fresh[0], fresh[1], xy, gridded, own, { pick, hover, lasso }), fresh, async made => { if (at) made.view = at; await tint(); });
    map.mark(rows);
  }

  // Labels have colours of their own; numbers lie on a ramp of 254, from blue by way of grey to orange.
  async function tint() {
    const made = map;
    off.clear();
    let names = facts.labels, tones = own, range = null;
    if (by.value) {
      stage.classList.add('busy');
      try {
        const facts = await get(`/api/embeddings/${id}/columns/${by.value}`);
        const values = new Float32Array(await (await fetch(`/api/embeddings/${id}/columns/${by.value}/values`)).arrayBuffer());
        if (signal.aborted) return;
        names = facts.labels ?? [];
        if (!facts.labels) range = [facts.low, facts.high];
        const wide = facts.high > facts.low ? facts.high - facts.low : 1;
        tones = Uint8Array.from(values, v => Number.isNaN(v) ? unlabelled : facts.labels ? v % most : Math.round((most - 1) * (v - facts.low) / wide));
      } catch (error) { fill(side, h('p.problem', { role: 'alert' }, error.message)); return; }
      finally { stage.classList.remove('busy'); }
    }
    const list = () => {
      const made = new Array(256).fill(null);
      if (range) for (let i = 0; i < most; i++) made[i] = ramp(i / (most - 1));
      else names.forEach((_, i) => { if (!off.has(i)) made[i % most] = hex(colour(i)); });
      made[unlabelled] = names.length || range ? plain : hex(colour(0));
      return made;
    };
    const painted = made.colours(list(), tones);
    recolour = () => made.colours(list());
    fill(legend, range ? h('li.scale', null, h('span', null, number(range[0])), h('span.ramp.cold', { role: 'img', 'aria-label': t('embeddings.ramp') }), h('span', null, number(range[1])))
      : names.slice(0, 40).map((label, i) => h('li', null, h('button.quiet', { type: 'button', 'aria-pressed': 'true', onclick(e) {
        if (off.has(i)) off.delete(i); else off.add(i);
        e.currentTarget.setAttribute('aria-pressed', String(!off.has(i)));
        recolour();
      } }, h('span.dot', { style: { background: colour(i) } }), label))));
    await painted;
  }

  let hovering = 0;
  function hover(row, x, y) {
    clearTimeout(hovering);
    if (row === null) { tip.hidden = true; return; }
    hovering = setTimeout(async () => {
      const [found] = await get(`/api/embeddings/${id}/names?rows=${row}`);
      fill(tip, facts.pictures ? h('img', { src: `/api/embeddings/${id}/pictures/${row}?side=64`, alt: '' }) : null, h('div', null, found.name, found.label ? h('div.hint', null, found.label) : null));
      tip.style.left = `${Math.min(x + 14, stage.clientWidth - 200)}px`;
      tip.style.top = `${y + 14}px`;
      tip.hidden = false;
    }, 90);
  }

  async function pick(row) {
    if (row === null) return;
    const { point, near } = await get(`/api/embeddings/${id}/near/${row}?k=24`);
    if (signal.aborted) return;
    rows = [row, ...near.map(n => n.row)];
    map.mark(rows);
    const same = near.filter(n => n.label && n.label === point.label).length;
    fill(side, h('div.point', null, picture(point, 128), h('div', null, h('h2', null, point.name), point.label ? h('p', null, point.label) : null,
      point.label ? h('p.hint', null, t('embeddings.same', { n: same, of: near.length })) : null)), h('h3', null, t('embeddings.near')), grid(near));
    say(t('embeddings.chosen', { name: point.name }));
  }

  async function show(list, title) {
    rows = list.map(n => n.row);
    map.mark(rows.slice(0, 200));
    fill(side, h('h2', null, title), grid(list));
  }

  async function lasso(found) {
    const list = found.length ? await get(`/api/embeddings/${id}/names?rows=${found.slice(0, 60).join(',')}`) : [];
    await show(list, t('embeddings.lasso', { n: number(found.length) }));
  }

  async function find() {
    if (!search.value.trim()) return;
    const list = await get(`/api/embeddings/${id}/find?text=${encodeURIComponent(search.value.trim())}`);
    await show(list, t('embeddings.found', { n: number(list.length) }));
  }

  const picture = (n, sidePixels) => facts.pictures ? h('img', { src: `/api/embeddings/${id}/pictures/${n.row}?side=${sidePixels}`, alt: n.name, loading: 'lazy' }) : null;
  const grid = list => h(facts.pictures ? 'ul.thumbs' : 'ul.names', null, list.map(n => h('li', null, h('button.quiet', { type: 'button', title: `${n.name}${n.label ? ` · ${n.label}` : ''}`, onclick: () => pick(n.row) },
    picture(n, 96), facts.pictures ? null : h('span', null, n.name), n.score !== undefined ? h('span.score', null, n.score.toFixed(3)) : null))));

  fill(tools, curation({ id, facts, side, grid, picture, pick, show, signal, mark: list => { rows = list; map?.mark(list); } }));
  await load(first);
}

const ramp = v => [[46, 107, 214], [150, 150, 165], [232, 112, 58]].map((_, k, ends) => Math.round(v < 0.5 ? ends[0][k] + (ends[1][k] - ends[0][k]) * 2 * v : ends[1][k] + (ends[2][k] - ends[1][k]) * (2 * v - 1)));
