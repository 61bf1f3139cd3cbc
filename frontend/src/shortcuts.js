// One key for a button, where a page names it by data-key; not while something is being written.
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const key = event.key.toLowerCase();
  const button = [...document.querySelectorAll("button[data-key]")].find((each) => each.dataset.key === key);
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
}

export function start() {
  document.addEventListener("keydown", onKey);
}
