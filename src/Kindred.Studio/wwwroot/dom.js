// Elements without a framework. Text only ever becomes text, so no name or label can turn into markup.

/** h('p.hint', { onclick }, 'text', child…): an element with classes, properties and children; null children are left out. */
export function h(what, props, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null) continue;
    if (key === 'style') for (const [name, v] of Object.entries(value)) element.style.setProperty(name, v);
    else if (key.startsWith('on') || key in element && !key.startsWith('aria')) element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  put(element, children);
  return element;
}

/** The same for SVG: s('rect.low', { x, y }, child…). */
export function s(what, props, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  if (classes.length) element.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(props ?? {})) if (value !== undefined && value !== null) element.setAttribute(key, value);
  return put(element, children);
}

export function put(element, ...children) {
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

export const fill = (element, ...children) => { element.replaceChildren(); return put(element, children); };

/** JSON from this server; an error in its own words. */
export async function get(path) {
  const answer = await fetch(path);
  if (answer.status === 401) location.reload();
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error ?? answer.statusText);
  return json;
}

export const say = text => { document.getElementById('say').textContent = text; };

/** Numbers as people read them: four digits, powers of ten beyond. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e12) return value.toLocaleString('en');
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A cell of a study keeps its run in a folder of that name, which tells nothing. */
export const short = name => name.replace(/\/run$/, '');

/** Colours that can be told apart, on light and dark ground. */
export const palette = ['#4f7df0', '#e8703a', '#1fa37a', '#c356c9', '#d6a419', '#2aa5c0', '#e0486b', '#7d6bf2', '#7fa335', '#a6745a', '#5d8aa8', '#d68fb5'];
export const colour = i => palette[i % palette.length];
