// Charts: loaded only by pages that have one. A chart is <div data-chart="KIND" data-from="ID">; its
// data is the JSON in the element of that id, and the page shows the same figures as a table.
import { draw as drawMap } from "./charts/county_map.js";
import { draw as drawTrend } from "./charts/trend.js";

const KINDS = { trend: drawTrend, map: drawMap };

function begin(element) {
  const data = JSON.parse(document.getElementById(element.dataset.from).textContent);
  const chart = KINDS[element.dataset.chart](element, data);
  new ResizeObserver(() => chart.resize()).observe(element);
  element.dataset.ready = "true";
}

function beginAll(root) {
  root.querySelectorAll("[data-chart]:not([data-ready])").forEach(begin);
}

beginAll(document);
document.body.addEventListener("htmx:afterSettle", (event) => beginAll(event.target));
