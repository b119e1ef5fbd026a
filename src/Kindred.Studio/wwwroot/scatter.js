// Points in WebGL 2: up to some millions in one draw call. While the map moves a sample of them is drawn, all of them once it rests.
const vertex = `#version 300 es
in vec2 at; in float tone; uniform vec2 scale, move; uniform float size; uniform sampler2D ink; out vec4 colour;
void main() {
  colour = texelFetch(ink, ivec2(int(tone), 0), 0);
  gl_Position = colour.a == 0. ? vec4(2., 2., 2., 1.) : vec4(at * scale + move, 0., 1.);
  gl_PointSize = size;
}`;
const fragment = `#version 300 es
precision mediump float; in vec4 colour; uniform float alpha; out vec4 pixel;
void main() {
  float away = length(gl_PointCoord - .5);
  if (away > .5) discard;
  pixel = vec4(colour.rgb, 1.) * alpha * smoothstep(.5, .38, away);
}`;
const sample = 60_000;

/**
 * @param canvas where to draw
 * @param xy two numbers a point, most within −1 and 1
 * @param tone the number of a colour for each point, 0 to 255
 * @param on.pick(row) a click near a point, or null · on.lasso(rows) a shape drawn with shift · on.hover(row)
 */
export function scatter(canvas, overlay, xy, tone, on) {
  const gl = canvas.getContext('webgl2', { antialias: false, preserveDrawingBuffer: true });
  if (!gl) throw new Error('This browser has no WebGL 2.');
  const count = xy.length / 2, order = shuffled(count);
  const places = new Float32Array(xy.length), tones = new Uint8Array(count);
  for (let i = 0; i < count; i++) { places[2 * i] = xy[2 * order[i]]; places[2 * i + 1] = xy[2 * order[i] + 1]; tones[i] = tone[order[i]]; }

  const program = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  const feed = (name, data, size, type) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, false, 0, 0);
  };
  feed('at', places, 2, gl.FLOAT);
  feed('tone', tones, 1, gl.UNSIGNED_BYTE);
  const uniform = name => gl.getUniformLocation(program, name);
  const at = { scale: uniform('scale'), move: uniform('move'), size: uniform('size'), alpha: uniform('alpha') };
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);

  let zoom = 0.94, mx = 0, my = 0, queued = false, rest = 0, marks = [], shape = null;
  const size = () => { const w = canvas.clientWidth, k = canvas.clientHeight, s = Math.min(w, k); return [w, k, s / w, s / k]; };
  const screen = row => { const [w, k, sw, sh] = size(); return [(xy[2 * row] * zoom * sw + mx + 1) / 2 * w, (1 - (xy[2 * row + 1] * zoom * sh + my)) / 2 * k]; };

  function draw(all) {
    const [w, k, sw, sh] = size(), dense = devicePixelRatio;
    if (w === 0) return;
    if (canvas.width !== Math.round(w * dense) || canvas.height !== Math.round(k * dense)) { canvas.width = Math.round(w * dense); canvas.height = Math.round(k * dense); }
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(at.scale, zoom * sw, zoom * sh);
    gl.uniform2f(at.move, mx, my);
    const base = count < 3000 ? 7 : count < 20000 ? 4.5 : count < 200000 ? 3 : 2;
    gl.uniform1f(at.size, dense * Math.min(14, base * Math.max(1, zoom ** 0.5)));
    gl.uniform1f(at.alpha, count < 3000 ? 0.85 : count < 100000 ? 0.7 : 0.5);
    gl.drawArrays(gl.POINTS, 0, all ? count : Math.min(count, sample));
    over();
  }

  // Rings around marked points and the shape under way lie on a canvas of their own.
  function over() {
    const [w, k] = size(), dense = devicePixelRatio, pen = overlay.getContext('2d');
    overlay.width = Math.round(w * dense); overlay.height = Math.round(k * dense);
    pen.scale(dense, dense);
    const ink = getComputedStyle(overlay).color;
    marks.forEach((row, i) => {
      const [x, y] = screen(row);
      pen.beginPath(); pen.arc(x, y, i === 0 ? 9 : 6, 0, 7); pen.strokeStyle = ink; pen.lineWidth = i === 0 ? 3 : 1.5; pen.stroke();
    });
    if (shape) { pen.beginPath(); shape.forEach(([x, y]) => pen.lineTo(x, y)); pen.closePath(); pen.strokeStyle = ink; pen.setLineDash([5, 4]); pen.stroke(); pen.globalAlpha = 0.08; pen.fillStyle = ink; pen.fill(); }
  }

  function ask() {
    clearTimeout(rest);
    if (count > sample) rest = setTimeout(() => draw(true), 160);
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; draw(count <= sample); });
  }

  function nearest(x, y, within = 14) {
    let best = null, least = within * within;
    const [w, k, sw, sh] = size();
    const ax = zoom * sw * w / 2, bx = (mx + 1) / 2 * w, ay = -zoom * sh * k / 2, by = (1 - my) / 2 * k;
    for (let i = 0; i < count; i++) {
      const dx = xy[2 * i] * ax + bx - x, dy = xy[2 * i + 1] * ay + by - y, d = dx * dx + dy * dy;
      if (d < least && shown[tone[i]]) { least = d; best = i; }
    }
    return best;
  }

  function inside(path) {
    const found = [], [w, k, sw, sh] = size();
    const ax = zoom * sw * w / 2, bx = (mx + 1) / 2 * w, ay = -zoom * sh * k / 2, by = (1 - my) / 2 * k;
    for (let i = 0; i < count; i++) {
      if (!shown[tone[i]]) continue;
      const x = xy[2 * i] * ax + bx, y = xy[2 * i + 1] * ay + by;
      let is = false;
      for (let a = 0, b = path.length - 1; a < path.length; b = a++)
        if ((path[a][1] > y) !== (path[b][1] > y) && x < (path[b][0] - path[a][0]) * (y - path[a][1]) / (path[b][1] - path[a][1]) + path[a][0]) is = !is;
      if (is) found.push(i);
    }
    return found;
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
    if (shape) { shape.push([x, y]); over(); return; }
    if (!from) { if (count <= 200_000) on.hover?.(nearest(x, y), x, y); return; }
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

  let shown = new Array(256).fill(true);
  const watch = new ResizeObserver(ask);
  watch.observe(canvas);
  return {
    reset, zoomAt, ask,
    /** Colours 0 to 255 as [r, g, b]; null hides the points that have it. */
    colours(list) {
      const bytes = new Uint8Array(1024);
      list.forEach((c, i) => { if (c) bytes.set([...c, 255], 4 * i); });
      shown = Array.from({ length: 256 }, (_, i) => Boolean(list[i]));
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
      ask();
    },
    mark(rows) { marks = rows; over(); },
    close() { watch.disconnect(); clearTimeout(rest); gl.getExtension('WEBGL_lose_context')?.loseContext(); },
  };
}

// A fixed order by chance, so that any first part is a fair sample.
function shuffled(count) {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let seed = 12345;
  for (let i = count - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
