import { h, fill, get, say } from './dom.js';
import { t } from './words.js';

/** POST with the key that only a page of this server can have read. */
async function post(path, key, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Kindred-Key': key }, body: JSON.stringify(body ?? {}) });
  const json = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(json.error ?? answer.statusText);
  return json;
}

/** A form that starts a run, where the server allows it; null where not. */
export async function starting(signal, begun) {
  const facts = await get('/api/starts');
  if (!facts.allowed || signal.aborted) return null;
  const recipe = h('select', { id: 'start-recipe', onchange: named }, facts.recipes.map(r => h('option', { value: r, selected: r === 'simclr' }, r)));
  const changes = h('textarea', { id: 'start-changes', rows: 4, spellcheck: false, placeholder: 'train.epochs=2\noptions.temperature=0.2' });
  const name = h('input', { id: 'start-name', type: 'text', maxLength: 60, spellcheck: false });
  const out = h('div', { 'aria-live': 'polite' });
  const lines = () => changes.value.split('\n').map(l => l.trim()).filter(Boolean);
  const wish = () => ({ recipe: recipe.value, changes: lines(), name: name.value.trim() });
  function named() { name.value = `${recipe.value}-${new Date().toISOString().slice(5, 16).replace(/[:T]/g, '-')}`; }
  const attempt = action => async event => { event.preventDefault(); try { await action(); } catch (error) { fill(out, h('p.problem', { role: 'alert' }, error.message)); } };
  const look = attempt(async () => {
    const { recipe: text, differences } = await post('/api/starts/look', facts.key, wish());
    fill(out, h('div.columns', null, h('div', null, h('h3', null, t('start.difference')), differences.length === 0 ? h('p.hint', null, t('start.same'))
      : h('ul.steps', null, differences.map(d => h('li', null, h('span', null, d.path), ` ${d.before ?? '–'} → ${d.after ?? '–'}`)))),
    h('div', null, h('h3', null, t('start.resolved')), h('pre.card', { tabIndex: 0, 'aria-label': t('start.resolved') }, text))));
  });
  const start = attempt(async () => {
    const made = await post('/api/starts', facts.key, wish());
    say(t('start.begun', { name: made.name }));
    fill(out, h('p.good', null, t('start.begun', { name: made.name })));
    named();
    begun();
  });
  named();
  const box = h('details.card.pad.start', null, h('summary', null, t('start.title')),
    h('form', { onsubmit: start }, h('p.hint', null, t('start.what')),
      h('div.fields', null,
        h('div', null, h('label', { htmlFor: 'start-recipe' }, t('views.recipe')), recipe),
        h('div', null, h('label', { htmlFor: 'start-name' }, t('start.name')), name),
        h('div.wide', null, h('label', { htmlFor: 'start-changes' }, t('start.changes')), changes)),
      h('div.strip', null, h('button', { type: 'button', onclick: look }, t('start.look')), h('button.primary', { type: 'submit' }, t('start.start')), facts.data ? h('span', null, facts.data) : null)), out);
  const failed = h('div.alarms');
  return { box, failed, told(list) { fill(failed, list.filter(s => !s.going && s.code !== 0 && s.code !== 75).slice(0, 3).map(s => h('div.alarm', null, h('strong', null, t('start.failed', { name: s.name })), h('pre.words', null, s.words)))); } };
}

/** A button that asks a run to save and stop; null of one that was not started from here. */
export function stopping(id, stoppable) {
  if (!stoppable) return null;
  const button = h('button', { type: 'button', async onclick() {
    button.disabled = true;
    try { await post(`/api/runs/${id}/stop`, (await get('/api/starts')).key); button.textContent = t('start.stopping'); say(t('start.stopping')); }
    catch (error) { button.disabled = false; say(error.message); }
  } }, t('start.stop'));
  return button;
}
