import { h, fill, get, number, colour, say } from './dom.js';
import { t } from './words.js';
import { scatter } from './scatter.js';

const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
const unlabelled = 255, most = 254;

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
  const facts = await get(`/api/embeddings/${id}`);
  if (signal.aborted) return;
  const off = new Set();
  let map = null, rows = [];
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const overlay = h('canvas.over', { tabIndex: 0, role: 'application', 'aria-label': t('embeddings.map') });
  const tip = h('div.tip', { hidden: true });
  const stage = h('div.stage.card', null, canvas, overlay, tip);
  const side = h('div.side', { 'aria-live': 'polite' }, h('p.hint', null, t('embeddings.how')));
  const method = h('select', { id: 'map', onchange: load }, h('option', { value: 'pca' }, 'PCA'), facts.umap ? h('option', { value: 'umap', selected: facts.count <= 3000 }, 'UMAP') : null);
  const search = h('input', { type: 'search', placeholder: t('embeddings.find'), 'aria-label': t('embeddings.find'), onchange: find });
  const legend = h('ul.legend.labels');
  fill(body,
    h('div.head', null, h('h1', null, facts.name), h('span.hint', null, [t('embeddings.count', { n: number(facts.count), d: facts.dimension }), facts.method, facts.layer, facts.data].filter(Boolean).join(' · ')),
      h('span.grow'), search, h('label', { htmlFor: 'map' }, t('embeddings.by')), method,
      h('button', { type: 'button', 'aria-label': t('embeddings.closer'), onclick: () => map?.zoomAt(1.5) }, '+'), h('button', { type: 'button', 'aria-label': t('embeddings.farther'), onclick: () => map?.zoomAt(1 / 1.5) }, '−'),
      h('button', { type: 'button', onclick: () => map?.reset() }, t('embeddings.all'))),
    h('div.map', null, stage, side), legend);
  signal.addEventListener('abort', () => map?.close());

  async function load() {
    stage.classList.add('busy');
    const answer = await fetch(`/api/embeddings/${id}/points?map=${method.value}`);
    if (signal.aborted) return;
    stage.classList.remove('busy');
    if (!answer.ok) { fill(side, h('p.problem', { role: 'alert' }, (await answer.json()).error)); return; }
    const bytes = await answer.arrayBuffer(), count = new DataView(bytes).getUint32(0, true);
    const xy = new Float32Array(bytes, 4, 2 * count), labels = new Int16Array(bytes.slice(4 + 8 * count));
    const tone = Uint8Array.from(labels, l => l < 0 ? unlabelled : l % most);
    map?.close();
    const fresh = [canvas, overlay].map(c => { const n = c.cloneNode(); return n; });
    stage.replaceChildren(...fresh, tip);
    map = scatter(fresh[0], fresh[1], xy, tone, { pick, hover, lasso });
    paint();
    map.mark(rows);
  }

  function paint() {
    const list = new Array(256).fill(null);
    facts.labels.forEach((l, i) => { if (!off.has(i)) list[i % most] = rgb(colour(i)); });
    list[unlabelled] = facts.labels.length ? [140, 150, 165] : rgb(colour(0));
    map.colours(list);
  }

  fill(legend, facts.labels.slice(0, 40).map((label, i) => h('li', null, h('button.quiet', { type: 'button', 'aria-pressed': 'true', onclick(e) {
    if (off.has(i)) off.delete(i); else off.add(i);
    e.currentTarget.setAttribute('aria-pressed', String(!off.has(i)));
    paint();
  } }, h('span.dot', { style: { background: colour(i) } }), label))));

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

  await load();
}
