// data-opens="ID" opens the <dialog> of that id, data-closes the one around it. The browser keeps
// the focus inside, gives it back afterwards, and closes on Escape; a click beside it closes too.
function onClick(event) {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  if (event.target.closest("[data-closes]") || event.target.matches("dialog")) {
    event.target.closest("dialog")?.close();
  }
}

export function start() {
  document.addEventListener("click", onClick);
  for (const dialog of document.querySelectorAll("dialog[data-open]")) dialog.showModal();
}
