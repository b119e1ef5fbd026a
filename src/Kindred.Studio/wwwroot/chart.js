import { h, number } from './dom.js';

/* global uPlot */
const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A moving mean that forgets; gaps stay gaps. */
function smooth(values, share) {
  if (!share) return values;
  let mean = null;
  return values.map(v => v === null || v === undefined ? v : (mean = mean === null ? v : share * mean + (1 - share) * v));
}

/**
 * One number over steps, a line a run. `lines()` gives [{ name, colour, steps, values }].
 * Charts with one `group` share their pointer.
 */
export function chart(title, lines, { group, signal, log = false, several = false, smoothing = () => 0 }) {
  const value = h('span.value');
  const box = h('div.plot', { role: 'img' });
  const card = h(lines().length > 1 || several ? 'section.card.chart.several' : 'section.card.chart', null, h('header', null, h('h2.name', null, title), value), box);
  let plot = null, width = 0;

  function table() {
    const all = lines();
    const tables = all.map(l => [l.steps, smooth(l.values, smoothing())]);
    return { all, data: tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables) };
  }

  function tell(all, data, at) {
    const last = column => { for (let i = data[0].length - 1; i >= 0; i--) if (column[i] !== null && column[i] !== undefined) return column[i]; return null; };
    const near = column => { for (let i = at; i >= 0; i--) if (column[i] !== null && column[i] !== undefined) return column[i]; return null; };
    value.replaceChildren(...all.slice(0, 6).map((l, i) => h('b', null, h('span.dot', { style: { background: l.colour } }), number(data[i + 1] ? (at === null ? last(data[i + 1]) : near(data[i + 1])) : null))));
    box.setAttribute('aria-label', `${title}: ${all.map((l, i) => `${l.name} ${number(data[i + 1] ? last(data[i + 1]) : null)}`).join(', ')}`);
  }

  function make() {
    plot?.destroy();
    const { all, data } = table();
    const axis = { stroke: style('--soft'), grid: { stroke: style('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui', size: 24, gap: 3, space: 60 };
    plot = new uPlot({
      width: Math.max(120, box.clientWidth), height: 172, legend: { show: false }, padding: [8, 18, 0, 0],
      cursor: { sync: { key: group }, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
      axes: [axis, { ...axis, size: 52, gap: 5, space: 32, values: (_, ticks) => ticks.map(v => v === null ? '' : number(v)) }],
      series: [{}, ...all.map(l => ({ label: l.name, stroke: l.colour, width: 1.6, spanGaps: true, points: { show: false } }))],
      hooks: { setCursor: [u => tell(all, u.data, u.cursor.idx ?? null)] },
    }, data, box);
    tell(all, data, null);
  }

  let queued = false;
  const update = () => {
    if (queued || !plot) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      if (signal.aborted) return;
      const { all, data } = table();
      if (data.length !== plot.data.length) make();
      else { plot.setData(data); tell(all, data, plot.cursor.idx ?? null); }
    });
  };

  const size = new ResizeObserver(() => {
    if (box.clientWidth === width || box.clientWidth === 0) return;
    width = box.clientWidth;
    if (plot) plot.setSize({ width, height: 172 }); else make();
  });
  size.observe(box);
  addEventListener('theme', make, { signal });
  signal.addEventListener('abort', () => { size.disconnect(); plot?.destroy(); plot = null; });
  return { card, update };
}
