// Menus are <details class="menu">: Escape, a click elsewhere, or leaving by Tab closes them.
const OPEN = "details.menu[open]";

function closeAll(except) {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (menu !== except) menu.open = false;
  }
}

function move(menu, step) {
  const items = [...menu.querySelectorAll("a[href], button")];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}

function onKey(event) {
  const menu = event.target.closest?.(OPEN);
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(menu, event.key === "ArrowDown" ? 1 : -1);
  }
}

export function start() {
  document.addEventListener("click", (event) => closeAll(event.target.closest(OPEN)));
  document.addEventListener("focusin", (event) => closeAll(event.target.closest(OPEN)));
  document.addEventListener("keydown", onKey);
}
