// Colours and type of charts, taken from the page so that dark and light agree with it.
export function look() {
  const style = getComputedStyle(document.documentElement);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    primary: read("--tblr-primary", "#0b7285"),
    danger: read("--km-danger", "#c92a2a"),
    text: read("--tblr-body-color", "#1f2937"),
    quiet: read("--km-quiet", "#5b6675"),
    line: read("--tblr-border-color", "#dfe3e8"),
    surface: read("--tblr-bg-surface", "#ffffff"),
    font: getComputedStyle(document.body).fontFamily,
  };
}

// Tooltips are drawn on the canvas: as HTML they would need inline styles, which the policy forbids.
export function tooltip(colours) {
  return {
    renderMode: "richText",
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontFamily: colours.font, fontSize: 13 },
    confine: true,
  };
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
