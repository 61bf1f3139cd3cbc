// Messages at the edge: those of success leave by themselves, the others once they are closed or a field is mended:
// on a phone they would lie on the button that sends the form again.
// Requests that fail in the background say why here, in the server's words where it answered.
const STAY_MS = 6000;
let isLeaving = false; // what is cut off when a page is left has not failed
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
  if (isLeaving) return;
  const { xhr } = event.detail;
  const isSentence = xhr?.getResponseHeader("Content-Type")?.startsWith("text/plain");
  if (xhr?.status === 401) window.location.reload();
  else if (!xhr?.status) say(area().dataset.offline);
  else say(isSentence ? xhr.responseText : area().dataset.failed);
}

export function start() {
  area().querySelectorAll(".toast").forEach(leaveLater);
  document.addEventListener("click", (event) => event.target.closest("[data-dismisses]")?.closest(".toast")?.remove());
  document.addEventListener("change", () => area().querySelectorAll(".toast-error").forEach((toast) => toast.remove()));
  window.addEventListener("beforeunload", () => (isLeaving = true));
  window.addEventListener("pageshow", () => (isLeaving = false));
  document.body.addEventListener("htmx:responseError", onFailure);
  document.body.addEventListener("htmx:sendError", onFailure);
}
