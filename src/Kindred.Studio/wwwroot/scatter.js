import { overview } from './grid.js';

// Points in WebGL 2, up to some millions. What lies in view is drawn as points where it is little; where it is much, a picture of all moves in its place, and once the
// map rests the points are drawn in parts behind the scene and appear when all are done. So a frame costs the same however many there are. Nothing is transparent and
// nothing cut to a round corner: without a graphics card that alone would cost a third of a frame.
const vertex = `#version 300 es
in vec2 at; in float tone; uniform vec2 scale, move; uniform float size; uniform sampler2D ink; out vec4 colour;
void main() {
  colour = texelFetch(ink, ivec2(int(tone), 0), 0);
  gl_Position = colour.a == 0. ? vec4(2., 2., 2., 1.) : vec4(at * scale + move, 0., 1.);
  gl_PointSize = size;
}`;
const fragment = `#version 300 es
precision mediump float; in vec4 colour; uniform float alpha; uniform bool round; out vec4 pixel;
void main() {
  float cover = alpha;
  if (round) {
    float away = length(gl_PointCoord - .5);
    if (away > .5) discard;
    cover *= smoothstep(.5, .38, away);
  }
  pixel = vec4(colour.rgb, 1.) * cover;
}`;
const sheetVertex = `#version 300 es
uniform vec4 corner; out vec2 place;
void main() {
  place = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(mix(corner.xy, corner.zw, place), 0., 1.);
}`;
const sheetFragment = `#version 300 es
precision mediump float; in vec2 place; uniform sampler2D ink; out vec4 pixel;
void main() { pixel = texture(ink, place); }`;
const few = 20_000, part = 40_000, quiet = 200;

/**
 * @param canvas where to draw
 * @param overlay what takes pointer and keys; a canvas in it has marks and shapes while there are some, for an empty one costs as much to put on the screen
 * @param xy two numbers a point, most within −1 and 1
 * @param cells the points by cell, as grid(xy) makes it
 * @param tone the number of a colour for each point, 0 to 255
 * @param sample whether these are but some of the points, which others will replace
 * @param on.pick(row) a click near a point, or null · on.lasso(rows) a shape drawn with shift · on.hover(row)
 */
export function scatter(canvas, overlay, xy, cells, tone, on, sample = false) {
  const rings = document.createElement('canvas');
  rings.hidden = true;
  overlay.append(rings);
  const gl = canvas.getContext('webgl2', { antialias: false, alpha: false, depth: false });
  if (!gl) throw new Error('This browser has no WebGL 2.');
  const count = xy.length / 2, { order, places, spans } = cells, tones = new Uint8Array(count);

  const points = program(gl, vertex, fragment), sheet = program(gl, sheetVertex, sheetFragment);
  const cloud = gl.createVertexArray(), nothing = gl.createVertexArray(), toneBuffer = gl.createBuffer();
  gl.bindVertexArray(cloud);
  const feed = (name, buffer, size, type) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const place = gl.getAttribLocation(points.id, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, false, 0, 0);
  };
  feed('at', gl.createBuffer(), 2, gl.FLOAT);
  gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
  feed('tone', toneBuffer, 1, gl.UNSIGNED_BYTE);
  const inks = texture(gl), whole = texture(gl), kept = texture(gl), behind = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, behind);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, kept, 0);
  gl.enable(gl.BLEND);

  const ink = new Uint8Array(1024);
  let ground = [255, 255, 255], tinting = 0, reach = 0, zoom = 0.94, mx = 0, my = 0, queued = false, rest = 0, marks = [], shape = null;
  let still = null, work = null, room = [0, 0];      // `still`: what `kept` shows; `work`: what is being drawn into it
  const base = count < 3000 ? 7 : count < 20000 ? 4.5 : count < 200000 ? 3 : 2, alpha = count < 3000 ? 0.85 : count < 100000 ? 0.7 : 0.5;

  const size = () => { const w = canvas.clientWidth, k = canvas.clientHeight, s = Math.min(w, k); return [w, k, s / w, s / k]; };
  const view = () => { const [, , sw, sh] = size(); return { sx: zoom * sw, sy: zoom * sh, mx, my }; };
  const same = (a, b) => a && a.sx === b.sx && a.sy === b.sy && a.mx === b.mx && a.my === b.my;
  const inView = v => spans((-1 - v.mx) / v.sx, (-1 - v.my) / v.sy, (1 - v.mx) / v.sx, (1 - v.my) / v.sy);
  const screen = row => { const [w, k, sw, sh] = size(); return [(xy[2 * row] * zoom * sw + mx + 1) / 2 * w, (1 - (xy[2 * row + 1] * zoom * sh + my)) / 2 * k]; };

  function resize() {
    const [w, k] = size(), want = [Math.round(w * devicePixelRatio), Math.round(k * devicePixelRatio)];
    if (want[0] === room[0] && want[1] === room[1]) return;
    [canvas.width, canvas.height] = room = want;
    [rings.width, rings.height] = want;
    gl.bindTexture(gl.TEXTURE_2D, kept);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, ...want, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    [still, work] = [null, null];
    gl.viewport(0, 0, ...want);
  }

  function clear(target) {
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.clearColor(...ground.map(v => v / 255), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  function dots(v, stretches) {
    const wide = devicePixelRatio * Math.min(14, base * Math.max(1, zoom ** 0.5));
    gl.useProgram(points.id);
    gl.bindVertexArray(cloud);
    gl.bindTexture(gl.TEXTURE_2D, inks);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.uniform2f(points.at('scale'), v.sx, v.sy);
    gl.uniform2f(points.at('move'), v.mx, v.my);
    gl.uniform1f(points.at('size'), wide);
    gl.uniform1f(points.at('alpha'), alpha);
    gl.uniform1i(points.at('round'), wide > 2.5 ? 1 : 0);
    for (const [from, to] of stretches) gl.drawArrays(gl.POINTS, from, to - from);
  }

  // A picture on a rectangle of the screen, in place of what was there.
  function lay(picture, x0, y0, x1, y1) {
    gl.useProgram(sheet.id);
    gl.bindVertexArray(nothing);
    gl.bindTexture(gl.TEXTURE_2D, picture);
    gl.blendFunc(gl.ONE, gl.ZERO);
    gl.uniform4f(sheet.at('corner'), x0, y0, x1, y1);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  // Paints what lies outside a rectangle, and nothing twice: each pixel costs time without a graphics card.
  function around(inner, paint) {
    const [w, k] = room, at = (v, all) => Math.min(all, Math.max(0, (v + 1) / 2 * all));
    if (!inner) { paint(); return; }
    const [x0, y0] = [Math.ceil(at(inner[0], w)), Math.ceil(at(inner[1], k))], [x1, y1] = [Math.floor(at(inner[2], w)), Math.floor(at(inner[3], k))];
    gl.enable(gl.SCISSOR_TEST);
    for (const [x, y, wide, high] of [[0, 0, w, y0], [0, y1, w, k - y1], [0, y0, x0, y1 - y0], [x1, y0, w - x1, y1 - y0]])
      if (wide > 0 && high > 0) { gl.scissor(x, y, wide, high); paint(); }
    gl.disable(gl.SCISSOR_TEST);
  }

  function draw() {
    if (canvas.clientWidth === 0) return;
    resize();
    const v = view();
    let rough = false;
    if (same(still, v)) { gl.bindFramebuffer(gl.FRAMEBUFFER, null); lay(kept, -1, -1, 1, 1); }
    else {
      const stretches = inView(v);
      if (stretches.reduce((n, [from, to]) => n + to - from, 0) <= few) { clear(null); dots(v, stretches); }
      else {
        rough = true;
        const before = still && v.sx / still.sx > 0.4 ? still.corners(v) : null;
        around(before, () => { clear(null); lay(whole, -reach * v.sx + v.mx, -reach * v.sy + v.my, reach * v.sx + v.mx, reach * v.sy + v.my); });
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        if (before) lay(kept, ...before);
        clearTimeout(rest);
        rest = setTimeout(fine, quiet, v, stretches);
      }
    }
    overlay.dataset.state = sample ? 'sample' : rough ? 'rough' : 'whole';
    over();
  }

  // Every point, a part a frame, into a picture that nobody sees until it is whole. A move gives it up.
  function fine(v, stretches) {
    const parts = stretches.flatMap(([from, to]) => Array.from({ length: Math.ceil((to - from) / part) }, (_, i) => [from + i * part, Math.min(to, from + (i + 1) * part)]));
    let next = 0;
    const mine = work = {};
    still = null;
    clear(behind);
    requestAnimationFrame(function go() {
      if (work !== mine) return;
      gl.bindFramebuffer(gl.FRAMEBUFFER, behind);
      for (let n = 0; next < parts.length && n < part; next++) { dots(v, [parts[next]]); n += parts[next][1] - parts[next][0]; }
      if (next < parts.length) { requestAnimationFrame(go); return; }
      [work, still] = [null, { ...v, corners: now => [-1, -1, 1, 1].map((at, i) => i & 1 ? (at - v.my) * now.sy / v.sy + now.my : (at - v.mx) * now.sx / v.sx + now.mx) }];
      draw();
    });
  }

  // Rings around marked points and the shape under way lie on a canvas of their own.
  function over() {
    rings.hidden = marks.length === 0 && !shape;
    if (rings.hidden) return;
    const dense = devicePixelRatio, pen = rings.getContext('2d');
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, rings.width, rings.height);
    const tint = getComputedStyle(overlay).color;
    marks.forEach((row, i) => {
      const [x, y] = screen(row);
      pen.beginPath(); pen.arc(x, y, i === 0 ? 9 : 6, 0, 7); pen.strokeStyle = tint; pen.lineWidth = i === 0 ? 3 : 1.5; pen.stroke();
    });
    if (!shape) return;
    pen.beginPath(); shape.forEach(([x, y]) => pen.lineTo(x, y)); pen.closePath(); pen.strokeStyle = tint; pen.lineWidth = 1.5; pen.setLineDash([5, 4]); pen.stroke(); pen.setLineDash([]);
    pen.globalAlpha = 0.08; pen.fillStyle = tint; pen.fill(); pen.globalAlpha = 1;
  }

  function ask() {
    clearTimeout(rest);
    if (work) [work, still] = [null, null];
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; draw(); });
  }

  // From the screen to the plane and back.
  const ways = () => { const [w, k, sw, sh] = size(); return { ax: zoom * sw * w / 2, bx: (mx + 1) / 2 * w, ay: -zoom * sh * k / 2, by: (1 - my) / 2 * k }; };

  function nearest(x, y, within = 14) {
    let best = null, least = within * within;
    const { ax, bx, ay, by } = ways();
    for (const [from, to] of spans((x - within - bx) / ax, (y + within - by) / ay, (x + within - bx) / ax, (y - within - by) / ay))
      for (let i = from; i < to; i++) {
        const dx = places[2 * i] * ax + bx - x, dy = places[2 * i + 1] * ay + by - y, d = dx * dx + dy * dy;
        if (d < least && ink[4 * tones[i] + 3]) { least = d; best = order[i]; }
      }
    return best;
  }

  function inside(path) {
    const found = [], { ax, bx, ay, by } = ways(), xs = path.map(p => p[0]), ys = path.map(p => p[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    for (const [from, to] of spans((x0 - bx) / ax, (y1 - by) / ay, (x1 - bx) / ax, (y0 - by) / ay))
      for (let i = from; i < to; i++) {
        const x = places[2 * i] * ax + bx, y = places[2 * i + 1] * ay + by;
        if (x < x0 || x > x1 || y < y0 || y > y1 || !ink[4 * tones[i] + 3]) continue;
        let is = false;
        for (let a = 0, b = path.length - 1; a < path.length; b = a++)
          if ((ys[a] > y) !== (ys[b] > y) && x < (xs[b] - xs[a]) * (y - ys[a]) / (ys[b] - ys[a]) + xs[a]) is = !is;
        if (is) found.push(order[i]);
      }
    return found.sort((a, b) => a - b);
  }

  function zoomAt(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    const next = Math.min(2000, Math.max(0.3, zoom * factor)), f = next / zoom;
    const cx = 2 * x / canvas.clientWidth - 1, cy = 1 - 2 * y / canvas.clientHeight;
    [mx, my, zoom] = [cx - (cx - mx) * f, cy - (cy - my) * f, next];
    ask();
  }

  let from = null;
  const place = e => { const b = overlay.getBoundingClientRect(); return [e.clientX - b.left, e.clientY - b.top]; };
  overlay.addEventListener('wheel', e => { e.preventDefault(); zoomAt(Math.exp(-e.deltaY / 350), ...place(e)); }, { passive: false });
  overlay.addEventListener('pointerdown', e => { overlay.setPointerCapture(e.pointerId); if (e.shiftKey) shape = [place(e)]; else from = [...place(e), mx, my, false]; });
  overlay.addEventListener('pointermove', e => {
    const [x, y] = place(e);
    if (shape) { if (Math.hypot(x - shape.at(-1)[0], y - shape.at(-1)[1]) > 3) { shape.push([x, y]); over(); } return; }
    if (!from) { on.hover?.(nearest(x, y), x, y); return; }
    if (Math.hypot(x - from[0], y - from[1]) > 3) from[4] = true;
    if (from[4]) { mx = from[2] + 2 * (x - from[0]) / canvas.clientWidth; my = from[3] - 2 * (y - from[1]) / canvas.clientHeight; ask(); }
  });
  overlay.addEventListener('pointerup', e => {
    if (shape) { const path = shape; shape = null; over(); if (path.length > 2) on.lasso?.(inside(path)); }
    else if (from && !from[4]) on.pick?.(nearest(...place(e)));
    from = null;
  });
  overlay.addEventListener('pointerleave', () => on.hover?.(null));
  overlay.addEventListener('keydown', e => {
    const step = 0.15, keys = { ArrowLeft: () => { mx += step; }, ArrowRight: () => { mx -= step; }, ArrowUp: () => { my -= step; }, ArrowDown: () => { my += step; },
      '+': () => zoomAt(1.4), '=': () => zoomAt(1.4), '-': () => zoomAt(1 / 1.4), 0: reset, Enter: () => on.pick?.(nearest(canvas.clientWidth / 2, canvas.clientHeight / 2, 1e4)) };
    if (!keys[e.key]) return;
    e.preventDefault();
    keys[e.key]();
    ask();
  });

  function reset() { [zoom, mx, my] = [0.94, 0, 0]; ask(); }

  function paint(next) {
    for (let i = 0; i < count; i++) tones[i] = next[order[i]];
    gl.bindBuffer(gl.ARRAY_BUFFER, toneBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, tones, gl.STATIC_DRAW);
  }

  paint(tone);
  const watch = new ResizeObserver(ask);
  watch.observe(canvas);
  return {
    reset, zoomAt, ask, sample,
    /** Where the map stands; another map of the same plane may go on from there. */
    get view() { return [zoom, mx, my]; },
    set view(other) { [zoom, mx, my] = other; ask(); },
    /** Colours 0 to 255 as [r, g, b]; null hides the points that have it. Other tones than before, if any. */
    async colours(list, next) {
      ground = hex(getComputedStyle(document.documentElement).getPropertyValue('--card').trim());
      ink.fill(0);
      list.forEach((c, i) => { if (c) ink.set([...c, 255], 4 * i); });
      if (next) paint(next);
      gl.bindTexture(gl.TEXTURE_2D, inks);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, ink);
      [still, work] = [null, null];
      const mine = ++tinting;
      if (count > few) {
        if (reach) ask();
        const all = await overview(places, tones, ink, alpha, ground, () => mine === tinting);
        if (!all) return;
        reach = all.reach;
        gl.bindTexture(gl.TEXTURE_2D, whole);
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, all.size, all.size, 0, gl.RGBA, gl.UNSIGNED_BYTE, all.pixels);
      }
      [still, work] = [null, null];
      ask();
    },
    mark(rows) { marks = rows; over(); },
    close() { tinting++; watch.disconnect(); clearTimeout(rest); work = null; gl.getExtension('WEBGL_lose_context')?.loseContext(); },
  };
}

/** #rrggbb or #rgb as three numbers. */
export const hex = text => (text.length > 5 ? [1, 3, 5].map(i => text.slice(i, i + 2)) : [1, 2, 3].map(i => text[i] + text[i])).map(v => parseInt(v, 16));

function program(gl, ...texts) {
  const id = gl.createProgram(), known = new Map();
  texts.forEach((text, i) => {
    const shader = gl.createShader(i ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(id, shader);
  });
  gl.linkProgram(id);
  return { id, at(name) { if (!known.has(name)) known.set(name, gl.getUniformLocation(id, name)); return known.get(name); } };
}

// The nearest pixel is enough for what moves, and without a graphics card it costs a quarter.
function texture(gl) {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const [what, how] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) gl.texParameteri(gl.TEXTURE_2D, what, how);
  return made;
}
