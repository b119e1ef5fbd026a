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
    s.claims?.length ? h('ul.claims', null, s.claims.map(c => h('li.card', null, verdict(c.holds), h('code', null, c.claim), h('span.hint', null, c.text ?? c.reason ?? '')))) : null,
    s.plot ? h('figure.card.figure', null, h('img', { src: `/api/studies/${id}/plot`, alt: t('studies.plot', { name: s.study.name }) })) : null,
    s.table ? h('div.scroll.card', { tabIndex: 0, role: 'region', 'aria-label': t('studies.table') }, h('table.list', null,
      h('thead', null, h('tr', null, s.table.columns.map((c, i) => h(i ? 'th.num' : 'th', { scope: 'col' }, c)))),
      h('tbody', null, s.table.rows.map(row => h('tr', null, row.map((c, i) => i ? h('td.num', null, c) : h('th', { scope: 'row' }, c))))))) : null,
    s.failures?.length ? h('section.part', null, h('h2', null, t('studies.failures')), s.failures.map(f => h('p.problem', null, `${f.cell}, ${f.seed}: ${f.error}`))) : null,
    s.runs.length ? h('section.part', null, h('h2', null, t('studies.runs')),
      h('ul.legend.tall', null, cells.slice(0, 60).map(cell => { const own = s.runs.filter(r => r.cell.replace(/-seed\d+$/, '') === cell);
        return h('li', null, h('a', { href: `#/runs/${own.slice(0, 12).map(r => r.id).join(',')}` }, cell), h('span.hint', null, t('studies.seeds', { n: number(own.length) }))); })),
      cells.length > 1 ? h('p', null, h('a.button', { href: `#/runs/${cells.slice(0, 12).map(cell => s.runs.find(r => r.cell.startsWith(cell)).id).join(',')}` }, t('studies.first'))) : null) : null);
}
