import { h, fill, get, number, say } from './dom.js';
import { t } from './words.js';

/** Buttons over a map: what is double, what stands alone, which labels neighbours suggest, what is like something of one's own. */
export function curation({ id, facts, side, grid, picture, pick, show, signal, mark }) {
  const from = path => `/api/embeddings/${id}/${path}`;
  const button = (key, action) => h('button', { type: 'button', async onclick() {
    side.classList.add('busy');
    try { await action(); } catch (error) { if (!signal.aborted) fill(side, h('p.problem', { role: 'alert' }, error.message)); }
    finally { side.classList.remove('busy'); }
  } }, t(key));

  let threshold = 0.95;
  async function duplicates() {
    const found = await get(from(`duplicates?threshold=${threshold}`));
    if (signal.aborted) return;
    mark(found.groups.flat().map(n => n.row).slice(0, 200));
    fill(side, h('h2', null, t('curate.duplicates')), h('p.hint', null, t('curate.duplicates.found', { groups: number(found.count), more: number(found.more) })),
      h('div.strip', null, h('label', { htmlFor: 'threshold' }, t('curate.threshold')), h('input.short', { id: 'threshold', type: 'number', min: 0, max: 1, step: 0.01, value: threshold,
        onchange(e) { threshold = Math.min(1, Math.max(0, Number(e.target.value) || 0)); duplicates(); } })),
      found.groups.slice(0, 30).map((group, i) => h('div.part', null, h('h3', null, t('curate.group', { n: i + 1 })), grid(group))));
  }

  async function outliers() { await show(await get(from('outliers')), t('curate.outliers')); }

  async function suggestions() {
    const { count, suggestions: list } = await get(from('suggestions?first=sure'));
    if (signal.aborted) return;
    label(list, count);
  }

  // One at a time: Enter takes the label, S passes, U takes the last decision back. What was accepted is a table of this page until it is written.
  function label(list, count) {
    const made = [];
    let at = 0;
    const card = h('div.card.pad.suggest', { tabIndex: 0, role: 'group', 'aria-label': t('suggest.keys'), onkeydown(e) {
      const action = { Enter: accept, s: pass, S: pass, u: back, U: back }[e.key];
      if (!action || e.ctrlKey || e.metaKey || e.target !== card) return;
      e.preventDefault();
      action();
    } });
    const write = h('button.primary', { type: 'button', onclick: save });
    function accept() { if (at < list.length) { made.push({ ...list[at], accepted: true }); at++; draw(); } }
    function pass() { if (at < list.length) { made.push({ ...list[at], accepted: false }); at++; draw(); } }
    function back() { if (made.length) { made.pop(); at--; draw(); } }
    const accepted = () => made.filter(m => m.accepted);
    function draw() {
      const one = list[at];
      write.disabled = accepted().length === 0;
      write.textContent = t('suggest.write', { n: accepted().length });
      if (!one) { fill(card, h('p', null, t('suggest.done'))); say(t('suggest.done')); return; }
      mark([one.row, one.nearest.row]);
      fill(card, h('div.point', null, picture(one, 128), h('div', null, h('h3', null, one.name), h('p.big', null, one.label), h('p.hint', null, t('suggest.share', { share: Math.round(100 * one.share) })))),
        h('p.hint', null, t('suggest.nearest', { name: one.nearest.name })), picture(one.nearest, 64),
        h('div.strip', null, h('button.primary', { type: 'button', onclick: accept }, t('suggest.accept')), h('button', { type: 'button', onclick: pass }, t('suggest.pass')), h('button', { type: 'button', onclick: back, disabled: made.length === 0 }, t('suggest.back'))));
      say(`${one.name}: ${one.label}`);
    }
    function save() {
      const text = `name,label\n${accepted().map(m => `${cell(m.name)},${cell(m.label)}\n`).join('')}`;
      const link = h('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })), download: 'labels.csv' });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      say(t('suggest.written', { n: accepted().length }));
    }
    draw();
    fill(side, h('h2', null, t('suggest.title', { n: number(count) })), h('p.hint', null, t('suggest.keys')), card, write);
    card.focus();
  }

  async function like(body) {
    const answer = await fetch(from('like'), { method: 'POST', headers: { 'X-Kindred-Search': '1', 'Content-Type': 'application/octet-stream' }, body });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error ?? answer.statusText);
    await show(found, t('curate.like.found'));
  }

  const sent = action => async event => {
    side.classList.add('busy');
    try { await action(event.target); } catch (error) { if (!signal.aborted) fill(side, h('p.problem', { role: 'alert' }, error.message)); }
    finally { side.classList.remove('busy'); }
  };
  return [
    facts.worked ? [button('curate.duplicates', duplicates), button('curate.outliers', outliers)] : h('span', null, t('curate.many')),
    facts.worked && facts.unlabelled ? button('curate.suggest', suggestions) : null,
    facts.like === 'picture' ? [h('label', { htmlFor: 'like' }, t('curate.like.picture')), h('input', { id: 'like', type: 'file', accept: 'image/*', onchange: sent(input => input.files[0] && like(input.files[0])) })] : null,
    facts.like === 'text' ? h('input', { type: 'search', 'aria-label': t('curate.like.text'), placeholder: t('curate.like.text'), onchange: sent(input => input.value.trim() && like(input.value.trim())) }) : null,
  ];
}

/** A cell as spreadsheets may open it: nothing that begins like a formula, quotes where they are needed. */
export const cell = text => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[,;\t"\r\n ]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
