import { h, fill, get, number, short } from './dom.js';
import { t, ago } from './words.js';
import { starting } from './starts.js';

export const pill = state => h(`span.pill.${state}`, null, t(`state.${state}`));

export function progress(run) {
  const share = run.epochs && run.epoch ? Math.min(1, run.epoch / run.epochs) : run.state === 'finished' ? 1 : null;
  return share === null ? null
    : h('span.bar', { role: 'img', 'aria-label': `${Math.round(100 * share)} %` }, h('span', { style: { width: `${100 * share}%` } }));
}

/** All runs; some can be chosen and compared. */
export async function runs(body, _, signal) {
  const chosen = new Set();
  let all = [], cells = false;
  const form = await starting(signal, () => look().catch(() => { }));
  if (signal.aborted) return;
  const search = h('input', { type: 'search', placeholder: t('runs.search'), 'aria-label': t('runs.search'), oninput: draw });
  const compare = h('button.primary', { type: 'button', disabled: true, onclick: () => { location.hash = `#/runs/${[...chosen].join(',')}`; } });
  const count = h('span.hint');
  const within = h('button', { type: 'button', hidden: true, 'aria-pressed': 'false', onclick() { cells = !cells; within.setAttribute('aria-pressed', String(cells)); draw(); } });
  const rows = h('tbody');
  const heads = ['', 'state', 'run', 'method', 'progress', 'step', 'loss', 'seen'];
  const table = h('div.scroll', { tabIndex: 0, role: 'region', 'aria-label': t('nav.runs') }, h('table.list', null,
    h('thead', null, h('tr', null, heads.map(k => k ? h(`th.${k}`, { scope: 'col' }, t(`runs.${k}`)) : h('th', null, h('span.sr', null, t('runs.choose')))))), rows));
  const none = h('div.empty.card', { hidden: true }, h('h2', null, t('runs.none')), h('p', null, t('runs.none.how')), h('pre', null, 'kindred train simclr --out runs/first'));
  fill(body, h('div.head', null, h('h1', null, t('nav.runs')), count, h('span.grow'), within, search, compare), form?.box, form?.failed, table, none);

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    // A study has more runs than everything else together: they are its page's matter unless somebody asks, or looks for one.
    const ofStudies = all.filter(r => /(^|\/)cells\//.test(r.name)), apart = cells || words.length || ofStudies.length === all.length ? [] : ofStudies;
    const shown = all.filter(r => !apart.includes(r) && words.every(w => `${r.name} ${r.method} ${r.state} ${r.title}`.toLowerCase().includes(w)));
    count.textContent = t('runs.count', { n: shown.length, live: all.filter(r => r.state === 'running').length });
    within.hidden = ofStudies.length === 0 || ofStudies.length === all.length;
    within.textContent = t('runs.cells', { n: ofStudies.length });
    none.hidden = all.length > 0;
    table.hidden = all.length === 0;
    const focused = document.activeElement?.id;
    fill(rows, shown.slice(0, 500).map(run => h('tr', null,
      h('td', null, h('input', { type: 'checkbox', id: `c-${run.id}`, checked: chosen.has(run.id), 'aria-label': t('runs.choose.one', { name: run.name }),
        onchange(e) { if (e.target.checked) chosen.add(run.id); else chosen.delete(run.id); button(); } })),
      h('td.states', null, pill(run.state), run.collapsed ? h('span.pill.failed', null, t('alarm.collapse').toLowerCase()) : null),
      h('td.name', null, h('a', { href: `#/runs/${run.id}`, id: `a-${run.id}` }, short(run.name)), run.title ? h('div.hint', null, run.title) : null),
      h('td', null, run.method ?? '–'),
      h('td', null, progress(run)),
      h('td.num', null, number(run.step)),
      h('td.num', null, number(run.loss)),
      h('td.hint', null, run.heartbeat ? ago(run.heartbeat) : '–'))));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    button();
  }

  function button() {
    compare.disabled = chosen.size < 2 || chosen.size > 12;
    compare.textContent = chosen.size ? t('runs.compare', { n: chosen.size }) : t('runs.compare.none');
  }

  async function look() {
    const next = await get('/api/runs');
    if (signal.aborted) return;
    all = next;
    form?.told((await get('/api/starts')).started);
    draw();
  }

  await look();
  const timer = setInterval(() => { if (!document.hidden) look().catch(() => { }); }, 4000);
  signal.addEventListener('abort', () => clearInterval(timer));
}
