// Forms that are data (portal/templates/forms): asks only what other answers call for, takes proposals,
// opens rows, lets "none" stand alone, and keeps a draft. Without this script all questions are shown,
// proposals are taken by the server, and what is not asked is not read.
const PAUSE = 1500;
const RETRY = 15000;

function inputs(form, place) {
  return [...form.elements].filter((each) => each.name === place);
}

function answers(form, place) {
  return inputs(form, place)
    .filter((each) => !each.closest("[data-unasked]") && (!["radio", "checkbox"].includes(each.type) || each.checked))
    .map((each) => each.value.trim())
    .filter((text) => text);
}

function compares(found, operator, wanted) {
  if (operator === "exists") return found.length > 0 === (wanted === "true");
  return found.some((text) => {
    const [left, right] = isNaN(text) || isNaN(wanted) ? [text, wanted] : [Number(text), Number(wanted)];
    return { "=": left === right, "!=": left !== right, ">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right }[operator];
  });
}

function ask(form) {
  // in the order of the page, so that what hangs on a question that is not asked is not asked either
  for (const part of form.querySelectorAll("[data-when]")) {
    const { any, when } = JSON.parse(part.dataset.when);
    const held = when.map(([question, operator, wanted]) => compares(answers(form, question), operator, wanted));
    const asked = any ? held.some(Boolean) : held.every(Boolean);
    part.hidden = !asked;
    part.toggleAttribute("data-unasked", !asked);
  }
}

export function fill(form, place, value) {
  const wanted = [value].flat();
  for (const input of inputs(form, place)) {
    if (["radio", "checkbox"].includes(input.type)) input.checked = wanted.includes(input.value);
    else input.value = wanted[0];
    input.closest("[data-row]")?.removeAttribute("hidden");
  }
}

function take(form, button) {
  const isAll = button.hasAttribute("data-takes-all");
  const taken = isAll ? [...form.querySelectorAll("[data-takes]")] : [button];
  for (const each of taken) {
    const offered = JSON.parse(each.dataset.takes);
    // all at once fills what is empty; one by one replaces what stands there
    const isFree = Object.keys(offered).every((place) => answers(form, place).length === 0);
    if (isAll && !isFree) continue;
    for (const [place, value] of Object.entries(offered)) fill(form, place, value);
    each.closest(".proposal")?.setAttribute("data-taken", "");
  }
  changed(form);
}

function standAlone(target) {
  if (target.type !== "checkbox" || !target.checked) return;
  const group = inputs(target.form, target.name).filter((each) => each !== target);
  for (const each of group) {
    if (target.hasAttribute("data-stands-alone") || each.hasAttribute("data-stands-alone")) each.checked = false;
  }
}

function isBlank(row) {
  return [...row.querySelectorAll("input, textarea")].every((each) => !each.value.trim());
}

function closeRows(form) {
  for (const button of form.querySelectorAll("[data-adds-row]")) {
    const rows = [...button.parentElement.querySelectorAll("[data-row]")];
    const used = rows.filter((row) => !isBlank(row)).length;
    rows.forEach((row, number) => (row.hidden = number > used && isBlank(row)));
    button.hidden = !rows.some((row) => row.hidden);
  }
}

function addRow(button) {
  const rows = [...button.parentElement.querySelectorAll("[data-row]")];
  const next = rows.find((row) => row.hidden);
  if (next) {
    next.hidden = false;
    next.querySelector("input")?.focus();
  }
  button.hidden = !rows.some((row) => row.hidden);
}

const waiting = new WeakMap();

function changed(form) {
  ask(form);
  if (!form.querySelector("[data-draft]")) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keep(form), PAUSE));
}

function storageKey(form) {
  return `draft ${location.pathname} ${form.elements.occasion?.value ?? ""}`;
}

async function keep(form) {
  const part = form.querySelector("[data-draft]");
  const state = form.querySelector("[data-draft-state]");
  const body = new FormData(form);
  try {
    const answer = await fetch(part.dataset.draft, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    sessionStorage.removeItem(storageKey(form));
    state.textContent = `${part.dataset.kept} ${new Date().toTimeString().slice(0, 5)}`;
  } catch {
    sessionStorage.setItem(storageKey(form), JSON.stringify([...body].filter(([name]) => name !== "csrfmiddlewaretoken")));
    state.textContent = part.dataset.waits;
    waiting.set(form, setTimeout(() => keep(form), RETRY));
  }
}

function restore(form) {
  const kept = form.querySelector("[data-draft]") && sessionStorage.getItem(storageKey(form));
  if (!kept) return;
  const values = {};
  for (const [name, value] of JSON.parse(kept)) (values[name] ??= []).push(value);
  for (const name of ["key", "form_version", "resident", "occasion", "back", "expected_version"]) delete values[name];
  for (const [name, value] of Object.entries(values)) fill(form, name, value);
  changed(form);
}

// What a form's part of a page needs to be alive: also for one that was put there by a script.
export function attach(form) {
  restore(form);
  closeRows(form);
  ask(form);
  form.addEventListener("input", (event) => {
    standAlone(event.target);
    changed(form);
  });
  form.addEventListener("click", (event) => {
    const taking = event.target.closest("[data-takes], [data-takes-all]");
    if (taking) {
      event.preventDefault();
      take(form, taking);
    }
    const adding = event.target.closest("[data-adds-row]");
    if (adding) addRow(adding);
  });
  form.addEventListener("submit", () => clearTimeout(waiting.get(form)));
  window.addEventListener("online", () => form.isConnected && sessionStorage.getItem(storageKey(form)) && keep(form));
}

export function start() {
  for (const part of document.querySelectorAll("[data-questionnaire]")) attach(part.closest("form"));
  document.getElementById("faults")?.focus();
}
