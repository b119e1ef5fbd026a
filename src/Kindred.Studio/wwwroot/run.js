import { h, fill, get, number, colour, short } from './dom.js';
import { t, ago, language } from './words.js';
import { chart } from './chart.js';
import { pill, progress } from './runs.js';
import { geometry } from './geometry.js';
import { stopping } from './starts.js';

// The curves that every run has come first; whatever else a method logs follows.
const first = ['loss', 'lr', 'z_std', 'effective_rank', 'images_per_second', 'data_wait'];
const hidden = ['epoch', 'rank_limit'];
const title = name => { const text = t(`metric.${name}`); return text === `metric.${name}` ? name : text; };

/** One run, or several (ids by comma) beside each other; alive while they are. */
export async function run(body, what, signal) {
  const ids = what.split(',').slice(0, 12);
  const details = await Promise.all(ids.map(id => get(`/api/runs/${id}`)));
  const curves = await Promise.all(ids.map(id => get(`/api/runs/${id}/metrics`)));
  if (signal.aborted) return;
  const all = ids.map((id, i) => ({ id, colour: colour(i), details: details[i], run: details[i].run, steps: curves[i].table.steps, values: curves[i].table.values, offset: curves[i].offset }));
  const alone = all.length === 1;

  const head = h('div.head');
  const alarms = h('div.alarms', { 'aria-live': 'polite' });
  const charts = h('div.charts');
  let amount = 0;
  const smoothing = h('input', { type: 'range', min: 0, max: 0.98, step: 0.02, value: 0, id: 'smooth', oninput(e) { amount = Number(e.target.value); shown.forEach(c => c.update()); } });
  const bar = h('div.strip', null, alone ? null : legend(), h('span.grow'), h('label', { htmlFor: 'smooth' }, t('run.smoothing')), smoothing);
  const shape = h('div.shape'), foot = h('div.part');
  fill(body, head, alarms, bar, charts, alone ? [shape, foot] : difference(all, signal));
  const reshape = alone ? await geometry(shape, ids[0], signal) : null;
  if (signal.aborted) return;

  let shown = new Map();
  function draw() {
    const names = [...new Set(all.flatMap(r => Object.keys(r.values)))].filter(n => !hidden.includes(n));
    names.sort((a, b) => (first.indexOf(a) + 1 || 99) - (first.indexOf(b) + 1 || 99));
    for (const name of names) {
      if (shown.has(name)) continue;
      const made = chart(title(name), () => all.filter(r => r.values[name]).map(r => ({ name: short(r.run.name), colour: r.colour, steps: r.steps, values: r.values[name] })),
        { group: 'run', signal, several: !alone, smoothing: () => amount });
      shown.set(name, made);
      charts.append(made.card);
    }
  }

  function top() {
    if (!alone) { fill(head, h('h1', null, t('run.several', { n: all.length }))); return; }
    const { run } = all[0];
    fill(head, h('h1', null, short(run.name)), pill(run.state), progress(run), stopping(run.id, all[0].details.stoppable && run.state === 'running'), h('span.hint', null,
      [run.method, run.title, t('run.at', { step: number(run.step) }) + (run.epoch ? ` · ${t('run.epoch', { epoch: number(Math.round(run.epoch * 10) / 10), of: run.epochs ?? '?' })}` : ''),
        run.heartbeat ? t('run.seen', { when: ago(run.heartbeat) }) : null].filter(Boolean).join(' · ')));
  }

  function warn() {
    fill(alarms, all.flatMap(r => r.details.alarms.map(a => h(`div.alarm.${a.kind}`, null,
      h('strong', null, t(`alarm.${a.kind}`)), alone ? null : h('a.whose', { href: `#/runs/${r.id}` }, h('span.dot', { style: { background: r.colour } }), short(r.run.name)),
      a.step !== undefined && a.kind !== 'lost' ? h('span.hint', null, t('run.at', { step: number(a.step) })) : null, h('div', null, said(a)), a.shape ? h('div', null, t(a.shape.positive === undefined ? 'alarm.collapse.alone' : 'alarm.collapse.shape', { positive: number(a.shape.positive), negative: number(a.shape.negative), first: `${Math.round(100 * a.shape.first)} %` })) : null, alone ? h('div.hint', null, t(`alarm.${a.kind}.what`)) : null))));
  }

  function legend() {
    return h('ul.legend', null, all.map(r => h('li', null, h('span.dot', { style: { background: r.colour } }), h('a', { href: `#/runs/${r.id}` }, short(r.run.name)), ' ', h('span.hint', null, r.run.method ?? ''))));
  }

  // What a run leaves besides curves comes while one looks: it is drawn anew when there is more of it, and not under a hand that scrolls in it.
  let there = '';
  function rest() {
    if (!alone) return;
    const { evaluations, watched, pictures } = all[0].details, now = JSON.stringify([evaluations, watched, pictures]);
    if (now !== there) { there = now; fill(foot, below(all[0])); }
  }

  const again = new Map();
  // Reasons are the server's to find; they are asked for when something changed, not with every line.
  function reconsider(r) {
    clearTimeout(again.get(r.id));
    again.set(r.id, setTimeout(async () => {
      if (signal.aborted) return;
      r.details = await get(`/api/runs/${r.id}`);
      if (signal.aborted) return;
      warn();
      rest();
      reshape?.();
    }, 1500));
  }

  function take(r, rows) {
    for (const row of rows) {
      if (r.steps.length && row.step <= r.steps[r.steps.length - 1]) continue;
      for (const name of Object.keys(row.values)) r.values[name] ??= r.steps.map(() => null);
      r.steps.push(row.step);
      for (const [name, column] of Object.entries(r.values)) column.push(row.values[name] ?? null);
    }
    draw();
    shown.forEach(c => c.update());
    reconsider(r);
  }

  top(); warn(); rest(); draw();
  const events = new EventSource(`/api/events?runs=${ids.join(',')}&from=${all.map(r => r.offset).join(',')}`);
  signal.addEventListener('abort', () => events.close());
  events.addEventListener('metrics', e => { const { run, rows } = JSON.parse(e.data); take(all.find(r => r.id === run), rows); });
  events.addEventListener('anew', e => { const r = all.find(x => x.id === JSON.parse(e.data).run); r.steps.length = 0; r.values = {}; });
  events.addEventListener('state', e => {
    const state = JSON.parse(e.data), r = all.find(x => x.id === state.id), changed = r.run.state !== state.state;
    r.run = state;
    top();
    if (changed) reconsider(r);
  });
}

// An alarm's reason in the reader's language, from its numbers; a run's own words as they are.
function said({ kind, reason, values }) {
  if (!values) return reason;
  const text = { ...values, at: values.at && new Date(values.at).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB'), share: values.share && Math.round(100 * values.share) };
  for (const name of ['z_std', 'effective_rank', 'assignment_perplexity']) if (values[name] !== undefined) text[name] = number(values[name]);
  return t(values.assignment_perplexity < 1.5 ? 'alarm.collapse.prototypes' : `alarm.${kind}.reason`, text);
}

/** What stands below the curves of one run. */
function below({ id, details }) {
  const parts = [];
  if (details.evaluations.length) parts.push(section('run.evaluations', h('div.cards', null, details.evaluations.map(e => h('div.card.small', null, h('h3', null, e.name),
    h('dl.pairs', null, Object.entries(e.metrics ?? {}).map(([name, v]) => [h('dt', null, name), h('dd', null, number(v))])))))));
  if (details.watched.steps.length) {
    const { steps, values } = details.watched, names = Object.keys(values).slice(0, 8);
    parts.push(section('run.watched', h('div.scroll', { tabIndex: 0, role: 'region', 'aria-label': t('run.watched') }, h('table.list', null,
      h('thead', null, h('tr', null, h('th.num', null, t('runs.step')), names.map(n => h('th.num', null, n)))),
      h('tbody', null, steps.map((s, i) => h('tr', null, h('td.num', null, number(s)), names.map(n => h('td.num', null, number(values[n][i]))))).reverse())))));
  }
  if (details.pictures.length) parts.push(section('run.pictures', h('div.sheets', null, details.pictures.slice().reverse().slice(0, 60).map(p =>
    h('figure.card', null, h('img', { src: `/api/runs/${id}/pictures/${p.id}`, alt: p.name, loading: 'lazy' }), h('figcaption.hint', null, p.name))))));
  const facts = [['run.command', details.run.command], ['run.host', details.run.host && `${details.run.host}, ${details.run.pid}`], ['run.git', details.run.git], ['run.from', details.run.from],
    ['run.versions', details.run.versions && Object.entries(details.run.versions).map(p => p.join(' ')).join(', ')]].filter(f => f[1]);
  parts.push(section('run.recipe', h('div.columns', null,
    h('div', null, h('pre.card', { tabIndex: 0, 'aria-label': t('run.recipe') }, details.recipe ?? '–'),
      h('p', null, h('a', { href: `#/views/run:${id}` }, t('run.views')))),
    h('div', null, details.overrides.length ? h('div', null, h('h3', null, t('run.overrides')), h('pre.card', { tabIndex: 0, 'aria-label': t('run.overrides') }, details.overrides.join('\n'))) : null,
      h('dl.pairs.wide', null, facts.map(([k, v]) => [h('dt', null, t(k)), h('dd', null, v)]))))));
  return parts;
}

/** What the recipes of several runs do not share. */
function difference(all, signal) {
  const box = h('div');
  Promise.all(all.slice(1).map(r => get(`/api/differences?a=${all[0].id}&b=${r.id}`).catch(() => null))).then(found => {
    if (signal.aborted) return;
    const paths = [...new Set(found.flatMap(f => f?.map(d => d.path) ?? []))];
    fill(box, section('run.difference', paths.length === 0 ? h('p.hint', null, t('run.same')) : h('div.scroll', { tabIndex: 0, role: 'region', 'aria-label': t('run.difference') }, h('table.list.code', null,
      h('thead', null, h('tr', null, h('th', null, t('run.path')), all.map(r => h('th', null, h('span.dot', { style: { background: r.colour } }), short(r.run.name))))),
      h('tbody', null, paths.map(path => h('tr', null, h('th', { scope: 'row' }, path), all.map((_, i) => {
        const own = i > 0 ? found[i - 1]?.find(d => d.path === path) : null;
        const shared = found.map(f => f?.find(d => d.path === path)).find(Boolean)?.before;
        return h('td', null, i === 0 || !own ? shared ?? '–' : own.after ?? '–');
      }))))))));
  });
  return box;
}

const section = (key, ...children) => h('section.part', null, h('h2', null, t(key)), children);
