// A reader of identity cards types like a keyboard: eighteen characters in a burst, then Enter. Where nothing
// is being written, they go to the field that a page names by data-reads, and are sent.
const BURST = 120;
const NUMBER = /^\d{17}[\dXx]$/;
let typed = "";
let latest = 0;

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector("input[data-reads]");
  if (!field || event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  if (event.timeStamp - latest > BURST) typed = "";
  latest = event.timeStamp;
  if (event.key === "Enter" && NUMBER.test(typed)) {
    event.preventDefault();
    field.value = typed;
    field.form.requestSubmit();
  }
  typed = event.key.length === 1 ? typed + event.key : "";
}

export function start() {
  document.addEventListener("keydown", onKey);
}
