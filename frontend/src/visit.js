// A visit's form: what the server finds wrong while one types is shown at the field it belongs to.
const PART = "decision";

function clear() {
  for (const note of document.querySelectorAll("[data-told]")) note.remove();
  for (const input of document.querySelectorAll("[data-was-wrong]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("data-was-wrong");
  }
}

function tell(wrong) {
  const input = document.getElementById(wrong.dataset.wrong);
  const question = input?.closest(".question");
  if (!question || question.querySelector(".question-faults:not([data-told])")) return;
  if (input.matches("input, textarea, select")) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("data-was-wrong", "");
  }
  const note = document.createElement("p");
  note.className = "question-faults";
  note.setAttribute("data-told", "");
  note.textContent = wrong.querySelector("span").textContent;
  question.append(note);
}

// Parts of the form that ask for nothing more are folded, so that a visit fits on a phone; a referral
// that the rules advise unfolds the part that asks where to.
const REFERRAL = "[name^=referral]";

function isDone(section) {
  if (section.querySelector(".question-faults, .proposal")) return false;
  return [...section.querySelectorAll(".question")].every((question) => {
    if (question.hidden || !question.querySelector(":scope > label .needed, :scope > fieldset > legend .needed")) return true;
    // a name filled in beforehand needs no look; a draft does, however complete it is
    return question.matches(".question-text") && question.querySelector("input").value !== "";
  });
}

function show(section, open) {
  section.querySelector(".card-body").hidden = !open;
  section.querySelector(".fold")?.setAttribute("aria-expanded", String(open));
}

function fold(section, label) {
  const heading = section.querySelector(".card-header h2");
  if (!heading || !isDone(section)) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fold";
  const mark = document.createElement("span");
  mark.className = "quiet";
  mark.textContent = label;
  button.append(...heading.childNodes, " ", mark);
  heading.append(button);
  button.addEventListener("click", () => show(section, section.querySelector(".card-body").hidden));
  show(section, false);
}

export function unfoldReferral(part) {
  if (!part.querySelector(".verdict-refer")) return;
  const section = document.querySelector(REFERRAL)?.closest(".question-section");
  if (section) show(section, true);
}

// A link into a part that is folded opens it first.
export function unfoldTarget(event) {
  const link = event.target.closest?.("a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  const section = target?.closest(".question-section");
  if (section) show(section, true);
}

export function foldAll(form) {
  form.querySelectorAll(".question-section").forEach((each) => fold(each, form.dataset.folds));
}

// An answer that comes while a finger is on the page waits until it is lifted: it makes the foot grow, and a tap whose
// place is covered between down and up would be lost. A touch becomes a click a little after the finger is gone.
const TAP_MS = 100;
let isPressed = false;
let held = null;

function hold({ detail }) {
  if (detail.target.id !== PART) return;
  // what would not be shown, such as a failure, is not kept either
  held = isPressed && detail.shouldSwap ? detail.serverResponse : null;
  if (held !== null) detail.shouldSwap = false;
}

function letGo() {
  if (isPressed || held === null) return;
  const part = document.getElementById(PART);
  window.htmx.swap(part, held, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  held = null;
}

function startHolding() {
  document.body.addEventListener("htmx:beforeSwap", hold);
  document.addEventListener("pointerdown", () => (isPressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      isPressed = false;
      setTimeout(letGo, TAP_MS);
    }, true);
  }
}

export function start() {
  startHolding();
  document.body.addEventListener("click", unfoldTarget);
  document.querySelectorAll("form[data-folds]").forEach(foldAll);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== PART) return;
    clear();
    unfoldReferral(event.target);
    event.target.querySelectorAll("[data-wrong]").forEach(tell);
  });
}
