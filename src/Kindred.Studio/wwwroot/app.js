import { h, fill, say } from './dom.js';
import { speak, wanted, language, t } from './words.js';
import { runs } from './runs.js';
import { run } from './run.js';
import { studies, study } from './studies.js';
import { embeddings, embedding } from './embeddings.js';
import { views } from './views.js';

const pages = [
  { name: 'runs', list: runs, one: run },
  { name: 'studies', list: studies, one: study },
  { name: 'embeddings', list: embeddings, one: embedding },
  { name: 'views', list: views, one: views },
];
const main = document.getElementById('main');
let leave = null;

async function show() {
  const [, name = 'runs', ...rest] = location.hash.split('/');
  const page = pages.find(p => p.name === name) ?? pages[0];
  const what = decodeURIComponent(rest.join('/'));
  leave?.abort();
  leave = new AbortController();
  const { signal } = leave;
  fill(document.getElementById('nav'), pages.map(p =>
    h('a', { href: `#/${p.name}`, 'aria-current': p === page ? 'page' : null }, t(`nav.${p.name}`))));
  document.title = `${t(`nav.${page.name}`)} · Kindred Studio`;
  const body = h('div.page');
  fill(main, body);
  try { await (what ? page.one : page.list)(body, what, signal); }
  catch (error) { if (!signal.aborted) fill(body, h('p.problem', { role: 'alert' }, error.message)); }
}

function dark() {
  const own = document.documentElement.dataset.theme;
  return own ? own === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function tools() {
  const theme = h('button.quiet', { type: 'button', title: t('theme'), 'aria-label': t('theme'), onclick() {
    const next = dark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem('kindred-theme', next); } catch { /* not kept */ }
    tools();
    dispatchEvent(new Event('theme'));
  } }, dark() ? '☀' : '☾');
  const other = language === 'en' ? 'zh' : 'en';
  const words = h('button.quiet', { type: 'button', lang: other, onclick: async () => { await speak(other); start(); say(t('language.now')); } }, other === 'zh' ? '中文' : 'English');
  fill(document.getElementById('tools'), words, theme);
  document.getElementById('skip').textContent = t('skip');
}

function start() { tools(); show(); }

document.getElementById('skip').onclick = event => { event.preventDefault(); main.focus(); };
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { tools(); dispatchEvent(new Event('theme')); });
addEventListener('hashchange', () => { show(); scrollTo(0, 0); });
await speak(wanted());
start();
