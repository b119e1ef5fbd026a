// Before anything is drawn, so that a dark page does not flash white.
try {
  const theme = localStorage.getItem('kindred-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* a browser that keeps nothing */ }
