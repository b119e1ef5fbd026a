const at = id => document.getElementById(id);

function figure(source, name, note) {
  const figure = document.createElement('figure'), image = document.createElement('img'), caption = document.createElement('figcaption');
  image.src = source;
  image.alt = name;
  image.loading = 'lazy';
  caption.textContent = note ? `${name} · ${note}` : name;
  figure.append(image, caption);
  return figure;
}

function show(title, found) {
  at('title').textContent = title;
  at('found').replaceChildren(...found.map(f => figure(`pictures/${f.id}`, f.name, f.score ? f.score.toFixed(3) : '')));
}

async function ask(address, options) {
  const answer = await fetch(address, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title);
  return body;
}

async function upload(files) {
  for (const [i, file] of [...files].entries()) {
    at('status').textContent = `${i + 1} of ${files.length}: ${file.name}`;
    try {
      const done = await ask(`pictures?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'image/jpeg' } });
      at('query').replaceChildren(figure(`pictures/${done.id}`, done.name));
      show('Like it', done.similar);
      at('status').textContent = '';
    } catch (error) {
      at('status').textContent = `${file.name}: ${error.message}`;
    }
  }
}

at('files').addEventListener('change', e => upload(e.target.files));
addEventListener('dragover', e => { e.preventDefault(); document.body.classList.add('over'); });
addEventListener('dragleave', () => document.body.classList.remove('over'));
addEventListener('drop', e => { e.preventDefault(); document.body.classList.remove('over'); upload(e.dataTransfer.files); });
show('Latest', await ask('pictures'));
