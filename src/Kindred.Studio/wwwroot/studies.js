import { h, fill, get, number } from './dom.js';
import { t } from './words.js';

const verdict = holds => h(`span.pill.${holds === true ? 'finished' : holds === false ? 'failed' : 'unknown'}`, null, t(holds === true ? 'claim.holds' : holds === false ? 'claim.fails' : 'claim.open'));

/** All studies, with how many of their claims hold. */
export async function studies(body, _, signal) {
  const all = await get('/api/studies');
  if (signal.aborted) return;
  fill(body, h('div.head', null, h('h1', null, t('nav.studies'))), all.length === 0
    ? h('div.empty.card', null, h('h2', null, t('studies.none')), h('p', null, t('studies.none.how')), h('pre', null, 'kindred study methods --out runs/methods'))
    : h('div.cards.big', null, all.map(s => h('a.card.study', { href: `#/studies/${s.id}` }, h('h2', null, s.title ?? s.name), h('p', null, s.claim ?? ''),
      h('p.hint', null, [s.name, t('studies.cells', { n: s.cells }), s.paper].filter(Boolean).join(' · ')),
      h('p', null, s.held ? h('span.pill.finished', null, `✓ ${s.held}`) : null, s.failed ? h('span.pill.failed', null, `✗ ${s.failed}`) : null, s.open ? h('span.pill.unknown', null, `? ${s.open}`) : null)))));
}

/** One study: claims, plot, table, and the curves of its cells. */
export async function study(body, id, signal) {
  const s = await get(`/api/studies/${id}`);
  if (signal.aborted) return;
  const cells = [...new Set(s.runs.map(r => r.cell.replace(/-seed\d+$/, '')))];
  fill(body,
    h('div.head', null, h('h1', null, s.study.title ?? s.study.name), h('span.hint', null, [s.study.name, s.study.paper].filter(Boolean).join(' · '))),
    s.study.claim ? h('p.lead', null, s.study.claim) : null,
    s.claims?.length ? h('ul.claims', null, s.claims.map(c => h('li.card', null, verdict(c.holds), h('code', null, c.claim), h('span.hint', null, c.text ?? c.reason ?? ''),
      c.numbers?.length ? h('dl.numbers', null, c.numbers.map(n => h('div', null, h('dt', null, n.name), h('dd', null, n.value === undefined ? `${number(n.from)} … ${number(n.to)}` : number(n.value))))) : null))) : null,
    s.heat ? heat(s.heat) : null,
    s.plot && !s.heat ? h('figure.card.figure', null, h('img', { src: `/api/studies/${id}/plot`, alt: t('studies.plot', { name: s.study.name }) })) : null,
    s.table ? h('div.scroll.card', { tabIndex: 0, role: 'region', 'aria-label': t('studies.table') }, h('table.list', null,
      h('thead', null, h('tr', null, s.table.columns.map((c, i) => h(i ? 'th.num' : 'th', { scope: 'col' }, c)))),
      h('tbody', null, s.table.rows.map(row => h('tr', null, row.map((c, i) => i ? h('td.num', null, c) : h('th', { scope: 'row' }, c))))))) : null,
    s.papers?.length ? h('section.part', null, h('h2', null, t('studies.papers')), s.papers.map(p => h('div.part', null, h('h3', null, p.title),
      p.tables.map(table => h('div.scroll', { tabIndex: 0, role: 'region', 'aria-label': t('studies.papers.of', { name: p.title }) }, h('table.list.wrap', null,
        h('thead', null, h('tr', null, table.columns.map(c => h('th', { scope: 'col' }, c || h('span.sr', null, t('studies.source')))))),
        h('tbody', null, table.rows.map(row => h(row[0].startsWith('paper') || row[0].startsWith('authors') ? 'tr.paper' : 'tr', null, row.map((c, i) => i ? h('td', null, c) : h('th', { scope: 'row' }, c)))))))),
      h('p.hint', null, `docs/methods/${p.page}.md`)))) : null,
    s.failures?.length ? h('section.part', null, h('h2', null, t('studies.failures')), s.failures.map(f => h('p.problem', null, `${f.cell}, ${f.seed}: ${f.error}`))) : null,
    s.runs.length ? h('section.part', null, h('h2', null, t('studies.runs')),
      h('ul.legend.tall', null, cells.slice(0, 60).map(cell => { const own = s.runs.filter(r => r.cell.replace(/-seed\d+$/, '') === cell);
        return h('li', null, h('a', { href: `#/runs/${own.slice(0, 12).map(r => r.id).join(',')}` }, cell), h('span.hint', null, t('studies.seeds', { n: number(own.length) }))); })),
      cells.length > 1 ? h('p', null, h('a.button', { href: `#/runs/${cells.slice(0, 12).map(cell => s.runs.find(r => r.cell.startsWith(cell)).id).join(',')}` }, t('studies.first'))) : null) : null);
}

/** Means over two axes, by colour from the least to the most, with the numbers and a legend. */
function heat(field) {
  const metrics = Object.keys(field.values), box = h('div');
  const choose = h('select', { id: 'metric', onchange: e => draw(e.target.value) }, metrics.map(m => h('option', { value: m }, m)));
  const first = metrics.find(m => m.endsWith('.accuracy')) ?? metrics[0];
  choose.value = first;
  function draw(metric) {
    const rows = field.values[metric], all = rows.flat().filter(v => v !== null && v !== undefined), low = Math.min(...all), high = Math.max(...all);
    const share = v => high > low ? (v - low) / (high - low) : 1;
    fill(box, h('div.scroll', { tabIndex: 0, role: 'region', 'aria-label': t('studies.heat.label', { metric, low: number(low), high: number(high) }) }, h('table.heat', null,
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, `${field.down} ↓ ${field.right} →`), field.columns.map(c => h('th', { scope: 'col' }, c)))),
      h('tbody', null, rows.map((row, i) => h('tr', null, h('th', { scope: 'row' }, field.rows[i]), row.map(v => v === null || v === undefined ? h('td', null, '–')
        : h(share(v) > 0.55 ? 'td.strong' : 'td', { style: { '--heat': `${Math.round(40 * share(v))}%` } }, v.toFixed(Math.abs(high) >= 10 ? 1 : 3)))))))),
    h('div.scale', { 'aria-hidden': 'true' }, h('span', null, number(low)), h('span.ramp'), h('span', null, number(high))));
  }
  draw(first);
  return h('section.part.card.pad', null, h('div.head', null, h('h2', null, t('studies.heat')), h('span.grow'), h('label', { htmlFor: 'metric' }, t('studies.metric')), choose), box);
}
