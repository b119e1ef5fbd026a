// Points sorted into cells, so that what lies in a part of the plane is a few stretches of one array: only those are drawn, tried for a click, or asked whether a shape holds them.
const side = 64, reach = 1.25;

// Work on many points goes in slices of some milliseconds; between them the page draws frames and answers keys.
const slice = 8, some = 16_384;
const turn = () => new Promise(go => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { port1.close(); go(); }; port2.postMessage(0); });
async function inSlices(count, part) {
  let began = performance.now();
  for (let from = 0; from < count; from += some) {
    if (part(from, Math.min(count, from + some)) === false) return false;
    if (performance.now() - began > slice && from + some < count) { await turn(); began = performance.now(); }
  }
  return true;
}

const cell = v => Math.min(side - 1, Math.max(0, Math.floor((v / reach + 1) / 2 * side)));

/**
 * @param xy two numbers a point, most within −1 and 1; what lies outside is in the outermost cells
 * @returns order: the point that stands at each place · places: xy in that order · spans(x0, y0, x1, y1): [from, to] stretches that hold all points of a rectangle
 */
export async function grid(xy) {
  const count = xy.length / 2, starts = new Uint32Array(side * side + 1), cells = new Uint16Array(count);
  await inSlices(count, (from, to) => {
    for (let i = from; i < to; i++) {
      cells[i] = cell(xy[2 * i + 1]) * side + cell(xy[2 * i]);
      starts[cells[i] + 1]++;
    }
  });
  for (let c = 0; c < side * side; c++) starts[c + 1] += starts[c];
  const next = starts.slice(), order = new Uint32Array(count), places = new Float32Array(2 * count);
  // In strides and not in their own order, for files often have one class behind the other: what is drawn last would hide the rest.
  const stride = coprime(count);
  let at = 0;
  await inSlices(count, (from, to) => {
    for (let i = from; i < to; i++, at = (at + stride) % count) {
      const place = next[cells[at]]++;
      order[place] = at;
      places[2 * place] = xy[2 * at];
      places[2 * place + 1] = xy[2 * at + 1];
    }
  });
  function spans(x0, y0, x1, y1) {
    const found = [], [left, right] = [cell(x0), cell(x1)];
    for (let row = cell(y0); row <= cell(y1); row++) {
      const from = starts[row * side + left], to = starts[row * side + right + 1];
      if (to === from) continue;
      if (found.length && found[found.length - 1][1] === from) found[found.length - 1][1] = to;
      else found.push([from, to]);
    }
    return found;
  }
  return { order, places, spans };
}

function coprime(count) {
  const shared = (a, b) => { while (b) [a, b] = [b, a % b]; return a; };
  let stride = Math.max(1, Math.floor(count * 0.618));
  while (shared(stride, count) !== 1) stride++;
  return stride;
}

/** All points as one picture of the part of the plane within ±reach: what a map shows while it moves. Painted as the points are, one over the other. Null once nobody wants it. */
export async function overview(places, tones, ink, alpha, ground, wanted) {
  const size = 1024, pixels = new Uint8ClampedArray(4 * size * size), scale = size / (2 * reach), left = 1 - alpha, below = 4 * size;
  new Uint32Array(pixels.buffer).fill(255 << 24 | ground[2] << 16 | ground[1] << 8 | ground[0]);
  const done = await inSlices(tones.length, (from, to) => {
    if (!wanted()) return false;
    for (let i = from; i < to; i++) {
      const c = 4 * tones[i];
      if (ink[c + 3] === 0) continue;
      const x = Math.floor((places[2 * i] + reach) * scale), y = Math.floor((places[2 * i + 1] + reach) * scale);
      if (x < 0 || y < 0 || x > size - 2 || y > size - 2) continue;
      const p = 4 * (y * size + x);
      for (let k = 0; k < 3; k++) {
        const own = ink[c + k] * alpha;
        for (let q = p + k; q <= p + k + below; q += below) { pixels[q] = own + pixels[q] * left; pixels[q + 4] = own + pixels[q + 4] * left; }
      }
    }
    return true;
  });
  return done ? { size, reach, pixels: new Uint8Array(pixels.buffer) } : null;
}
