// Small comforts for forms: no double posting, a choice that submits at once, a shown password,
// a page that prints itself, and a warning before unsaved work is left.
function lockOnSubmit(event) {
  if (event.target.hasAttribute("hx-post")) return;
  for (const button of event.target.querySelectorAll("button[type=submit], button:not([type])")) {
    setTimeout(() => (button.disabled = true));
  }
  event.target.removeAttribute("data-changed");
}

function onChange(event) {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  event.target.form?.matches("[data-guarded]") && event.target.form.setAttribute("data-changed", "");
}

function onClick(event) {
  if (event.target.closest("[data-prints]")) window.print();
  const eye = event.target.closest("[data-reveals]");
  if (!eye) return;
  const field = document.getElementById(eye.dataset.reveals);
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  eye.setAttribute("aria-pressed", String(hidden));
}

function unlock() {
  for (const button of document.querySelectorAll("form button[disabled]:not([data-disabled])")) {
    button.disabled = false;
  }
}

export function start() {
  document.addEventListener("submit", lockOnSubmit);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  window.addEventListener("pageshow", unlock);
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-changed]")) event.preventDefault();
  });
}
