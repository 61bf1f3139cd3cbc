// Runs before the first paint: dark or light follows the system; paper is always light.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");

function apply() {
  const name = dark.matches && !paper.matches ? "dark" : "light";
  document.documentElement.setAttribute("data-bs-theme", name);
}

apply();
dark.addEventListener("change", apply);
paper.addEventListener("change", apply);
