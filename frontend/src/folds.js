// Parts of a long page, <details data-folds open>, are folded on a phone; a link to one opens it.
const NARROW = "(max-width: 40rem)";

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches("details[data-folds]")) target.open = true;
}

export function start() {
  const parts = document.querySelectorAll("details[data-folds]");
  if (!parts.length) return;
  if (matchMedia(NARROW).matches) parts.forEach((part) => (part.open = false));
  openTarget();
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", () => parts.forEach((part) => (part.open = true)));
}
