// Messages at the edge: those of success leave by themselves, the others wait to be closed.
// Requests that fail in the background say so here too, in the words of the page's language.
const STAY_MS = 6000;
const area = () => document.getElementById("toasts");

function leaveLater(toast) {
  if (toast.matches(".toast-success, .toast-info")) setTimeout(() => toast.remove(), STAY_MS);
}

function say(text) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.querySelector(".toast-body").textContent = text;
  area().append(toast);
}

function onFailure(event) {
  const words = area().dataset;
  const status = event.detail.xhr?.status ?? 0;
  if (status === 401) window.location.reload();
  else if (status === 0) say(words.offline);
  else if (status === 403) say(words.forbidden);
  else if (status === 429) say(words.busy);
  else say(words.failed);
}

export function start() {
  area().querySelectorAll(".toast").forEach(leaveLater);
  document.addEventListener("click", (event) => event.target.closest("[data-dismisses]")?.closest(".toast")?.remove());
  document.body.addEventListener("htmx:responseError", onFailure);
  document.body.addEventListener("htmx:sendError", onFailure);
}
