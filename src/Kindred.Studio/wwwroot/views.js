import { h, fill, get } from './dom.js';
import { t } from './words.js';

/** What a network sees: pictures and the views that a recipe draws of them, by seed. */
export async function views(body, what, signal) {
  const recipes = await get('/api/recipes');
  if (signal.aborted) return;
  const ofRun = what?.startsWith('run:') ? what.slice(4) : null;
  const state = { recipe: what && !ofRun ? what : recipes.includes('simclr') ? 'simclr' : recipes[0], seed: 0 };
  const out = h('div', { 'aria-live': 'polite' });
  const seed = h('input.short', { type: 'number', min: 0, value: 0, id: 'seed', onchange(e) { state.seed = Math.max(0, Number(e.target.value) || 0); draw(); } });
  const choose = h('select', { id: 'recipe', onchange(e) { location.hash = `#/views/${encodeURIComponent(e.target.value)}`; } }, recipes.map(r => h('option', { value: r, selected: r === state.recipe }, r)));
  fill(body, h('div.head', null, h('h1', null, t('nav.views')), h('span.grow'),
    ofRun ? h('a', { href: `#/runs/${ofRun}` }, t('views.run')) : [h('label', { htmlFor: 'recipe' }, t('views.recipe')), choose],
    h('label', { htmlFor: 'seed' }, t('views.seed')), seed,
    h('button.primary', { type: 'button', onclick() { state.seed++; seed.value = state.seed; draw(); } }, t('views.again'))),
  h('p.lead', null, t('views.what')), out);

  async function draw() {
    out.classList.add('busy');
    try {
      const from = ofRun ? `run=${ofRun}` : `recipe=${encodeURIComponent(state.recipe)}`;
      const drawn = await get(`/api/views?${from}&seed=${state.seed}&rows=6&tile=112`);
      if (signal.aborted) return;
      fill(out, h('div.columns.views', null, h('figure.card', null, h('img.grid', { src: `data:image/png;base64,${drawn.png}`, alt: t('views.alt'), width: drawn.width, height: drawn.height }),
        h('figcaption.hint', null, t('views.caption', { data: drawn.data }))), h('pre.card.words', { tabIndex: 0, 'aria-label': t('views.parameters') }, drawn.words)));
    } catch (error) { if (!signal.aborted) fill(out, h('p.problem', { role: 'alert' }, error.message)); }
    finally { out.classList.remove('busy'); }
  }
  await draw();
}
