// What was typed into a form that the server refused stands in it again: the page comes back by a redirect, empty.
// Kept in this tab from the press of the button to the next page, and no longer; never files, passwords or hidden fields.
const KEPT = "kangmai.refused";
const SKIPPED = "[type=hidden], [type=password], [type=file], [type=submit], [type=button]";

const fieldsOf = (form) =>
  [...form.querySelectorAll("input[name], select[name], textarea[name]")].filter((field) => !field.matches(SKIPPED));
const nameOf = (form) => `${form.getAttribute("action") ?? ""}#${[...document.forms].indexOf(form)}`;
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";

function valueOf(field) {
  if (isTicked(field)) return field.checked;
  if (field.multiple) return [...field.options].map((option) => option.selected);
  return field.value;
}

function give(field, value) {
  if (isTicked(field)) field.checked = value;
  else if (field.multiple && Array.isArray(value)) [...field.options].forEach((option, n) => (option.selected = !!value[n]));
  else field.value = value;
}

function keep({ target: form }) {
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  const said = fieldsOf(form).map((field) => [field.name, valueOf(field)]);
  sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname, form: nameOf(form), said }));
}

function restore() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (!kept || !document.querySelector("#toasts .toast-error")) return;
  const { page, form: name, said } = JSON.parse(kept);
  const form = [...document.forms].find((each) => nameOf(each) === name);
  const fields = form ? fieldsOf(form) : [];
  if (page !== location.pathname || fields.length !== said.length) return;
  if (fields.some((field, n) => field.name !== said[n][0])) return;
  fields.forEach((field, n) => give(field, said[n][1]));
  const fold = form.closest("details");
  if (fold) fold.open = true;
}

export function start() {
  restore();
  document.addEventListener("submit", keep);
}
