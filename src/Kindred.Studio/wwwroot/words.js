// Texts by language: one JSON file each.
let texts = {};
export let language = 'en';

export async function speak(wanted) {
  language = wanted === 'zh' ? 'zh' : 'en';
  texts = await (await fetch(`/lang/${language}.json`)).json();
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  try { localStorage.setItem('kindred-language', language); } catch { /* not kept */ }
}

export function wanted() {
  try { const kept = localStorage.getItem('kindred-language'); if (kept) return kept; } catch { /* not kept */ }
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

/** The text of a key, its {names} filled in. */
export const t = (key, values) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values?.[name] ?? '');

export function ago(time) {
  const seconds = Math.max(0, (Date.now() - new Date(time)) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { style: 'short' });
  if (seconds < 60) return format.format(-Math.round(seconds), 'second');
  if (seconds < 3600) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 86400) return format.format(-Math.round(seconds / 3600), 'hour');
  return format.format(-Math.round(seconds / 86400), 'day');
}
