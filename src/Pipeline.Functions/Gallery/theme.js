// Runs before the first paint, and so is no module: otherwise a page chosen dark would flash in light.
(() => {
  const kept = localStorage.getItem('pipeline-theme');
  if (kept === 'light' || kept === 'dark') {
    document.documentElement.dataset.theme = kept;
  }
})();
