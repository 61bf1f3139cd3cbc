// The screens stand in the page as templates with their words; here they are filled and shown.
export function show(page, name) {
  const main = page.querySelector("[data-screen]");
  main.replaceChildren(page.querySelector(`template[data-name=${name}]`).content.cloneNode(true));
  main.dataset.screen = name;
  main.querySelector("[autofocus]")?.focus();
  window.scrollTo(0, 0);
  return main;
}

export function part(page, name) {
  return page.querySelector(`template[data-name=${name}]`).content.firstElementChild.cloneNode(true);
}

// data-text="field" gets a text and is hidden where there is none; data-if="field" stands only where there is one.
export function fill(element, values) {
  for (const each of element.querySelectorAll("[data-text]")) {
    const text = values[each.dataset.text] ?? "";
    each.textContent = text;
    each.hidden = text === "";
  }
  for (const each of element.querySelectorAll("[data-if]")) each.hidden = !values[each.dataset.if];
  return element;
}

export function words(text, values) {
  return Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), text);
}

export function dayOf(instant) {
  // the legal day is that of Asia/Shanghai, eight hours ahead all year
  return new Date(instant + 8 * 3600000).toISOString().slice(0, 10);
}

export function momentOf(instant) {
  return new Date(instant + 8 * 3600000).toISOString().slice(0, 16).replace("T", " ");
}
