// The token goes into a header once; what stays is a cookie that scripts cannot read.
document.getElementById('form').addEventListener('submit', async event => {
  event.preventDefault();
  const token = document.getElementById('token').value;
  const answer = await fetch('/api/session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
  if (answer.ok) location.reload();
  else document.getElementById('wrong').textContent = (await answer.json()).error;
});
