import { h, fill, get, number } from './dom.js';
import { t } from './words.js';

/** What a network sees: pictures and the views that a recipe draws of them, by seed; with a run, how alike its network finds them. */
export async function views(body, what, signal) {
  const recipes = await get('/api/recipes');
  if (signal.aborted) return;
  const ofRun = what?.startsWith('run:') ? what.slice(4) : null;
  const state = { recipe: what && !ofRun ? what : recipes.includes('simclr') ? 'simclr' : recipes[0], seed: 0, without: '' };
  const out = h('div.part', { 'aria-live': 'polite' });
  const seed = h('input.short', { type: 'number', min: 0, value: 0, id: 'seed', onchange(e) { state.seed = Math.max(0, Math.floor(Number(e.target.value)) || 0); draw(); } });
  const choose = h('select', { id: 'recipe', onchange(e) { location.hash = `#/views/${encodeURIComponent(e.target.value)}`; } }, recipes.map(r => h('option', { value: r, selected: r === state.recipe }, r)));
  const without = h('select', { id: 'without', onchange(e) { state.without = e.target.value; draw(); } }, h('option', { value: '' }, t('views.all')));
  fill(body, h('div.head', null, h('h1', null, t('nav.views')), h('span.grow'),
    ofRun ? h('a', { href: `#/runs/${ofRun}` }, t('views.run')) : [h('label', { htmlFor: 'recipe' }, t('views.recipe')), choose],
    h('label', { htmlFor: 'without' }, t('views.without')), without,
    h('label', { htmlFor: 'seed' }, t('views.seed')), seed,
    h('button.primary', { type: 'button', onclick() { state.seed++; seed.value = state.seed; draw(); } }, t('views.again'))),
  h('p.lead', null, t('views.what')), out);

  async function draw() {
    out.classList.add('busy');
    try {
      const from = ofRun ? `run=${ofRun}` : `recipe=${encodeURIComponent(state.recipe)}`;
      const drawn = await get(`/api/views?${from}&seed=${state.seed}&rows=6&tile=128&without=${encodeURIComponent(state.without)}`);
      if (signal.aborted) return;
      if (without.options.length === 1) without.append(...drawn.removable.map(name => h('option', { value: name }, name)));
      fill(out,
        drawn.why ? h('p.problem.soft', null, t('views.why', { reason: drawn.why })) : null,
        drawn.others ? h('p.hint', null, t('views.others', { h: drawn.others.h.toFixed(2), z: drawn.others.z.toFixed(2) })) : null,
        h('div.rows', null, drawn.pictures.map(p => h(p.views.length > 2 ? 'section.card.row.long' : 'section.card.row', null,
          h('figure.tile', null, image(p, t('views.picture', { name: p.name })), h('figcaption', null, h('b', null, p.name), h('div.hint', null, `${p.width} × ${p.height}`))),
          p.views.map((v, i) => h('figure.tile', null, image(v, `${p.name}, ${v.name}`), h('figcaption', null, h('b', null, v.name),
            v.alike ? meter(v.alike, p.views[0].name) : i === 0 && drawn.others ? h('div.hint', null, t('views.first')) : null,
            h('ul.steps', null, v.steps.map(s => h(s.applied ? 'li' : 'li.off', null, h('span', null, s.operation), s.applied ? s.drawn ? ` ${s.drawn}` : '' : ` – ${s.operation === state.without ? t('views.off') : t('views.not')}`))))))))),
        h('p.hint', null, t('views.caption', { data: drawn.data })));
    } catch (error) { if (!signal.aborted) fill(out, h('p.problem', { role: 'alert' }, error.message)); }
    finally { out.classList.remove('busy'); }
  }
  await draw();
}

const image = (what, alt) => h('img', { src: `data:image/png;base64,${what.png}`, alt });

/** Cosines from −1 to 1 as a bar, of h and of z. */
const meter = (alike, to) => h('dl.alike', { title: t('views.alike', { view: to }) }, [['h', alike.h], ['z', alike.z]].map(([name, v]) => [h('dt', null, name),
  h('dd', null, h('span.bar', { role: 'img', 'aria-label': t('views.alike.label', { layer: name, view: to, cosine: number(Math.round(100 * v) / 100) }) }, h('span', { style: { width: `${50 + 50 * v}%` } })), h('span', null, v.toFixed(2)))]));
