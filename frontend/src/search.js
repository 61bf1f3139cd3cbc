// The search box as a combobox (WAI-ARIA APG): "/" goes to it, arrows choose, Enter opens, Escape clears.
const input = () => document.getElementById("search-text");
const panel = () => document.getElementById("search-results");
const options = () => [...(panel()?.querySelectorAll("[role=option]") ?? [])];
const chosen = () => panel()?.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input().setAttribute("aria-activedescendant", option.id);
  else input().removeAttribute("aria-activedescendant");
}

function show(open) {
  panel().hidden = !open;
  input().setAttribute("aria-expanded", String(open));
  if (!open) choose(null);
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const at = all.indexOf(chosen());
  choose(all[(at + by + all.length) % all.length]);
}

function onKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    show(true);
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault();
    window.location.assign(chosen().href);
  } else if (event.key === "Escape") {
    show(false);
  }
}

function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function onSlash(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  event.preventDefault();
  input().focus();
  input().select();
}

export function start() {
  if (!input()) return;
  document.addEventListener("keydown", onSlash);
  input().addEventListener("keydown", onKey);
  input().addEventListener("focus", () => options().length && show(true));
  document.addEventListener("click", (event) => event.target.closest(".search") || show(false));
  document.addEventListener("focusin", (event) => event.target.closest(".search") || show(false));
  panel().addEventListener("htmx:afterSwap", () => show(input().value.trim() !== ""));
}
