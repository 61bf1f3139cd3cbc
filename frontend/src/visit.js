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

export function start() {
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== PART) return;
    clear();
    event.target.querySelectorAll("[data-wrong]").forEach(tell);
  });
}
