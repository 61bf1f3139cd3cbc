// A box that scrolls sideways or down can be reached and moved by the keyboard: it is a tab stop, named
// like the part of the page it stands in, as long as some of it is out of sight.
const BOXES = ".table-scroll:not([role])";

function isCut(box) {
  return box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
}

function nameOf(box) {
  const part = box.parentElement.closest("[aria-labelledby], [aria-label]");
  const attribute = part?.hasAttribute("aria-labelledby") ? "aria-labelledby" : "aria-label";
  return [attribute, part?.getAttribute(attribute) ?? document.title];
}

function update({ target: box }) {
  if (!isCut(box)) return ["tabindex", "role", "aria-label", "aria-labelledby"].forEach((each) => box.removeAttribute(each));
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute(...nameOf(box));
}

export function start() {
  const observer = new ResizeObserver((entries) => entries.forEach(update));
  const watch = () => document.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  watch();
  document.addEventListener("htmx:afterSettle", watch);
}
