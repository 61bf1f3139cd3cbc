// Areas of a city shaded by one figure. A click or a choice in the table beside it opens the area.
// data: {name, unit, boundaries: GeoJSON, areas: [{code, name, value, link}]}; a value may be null.
import { MapChart } from "echarts/charts";
import { AriaComponent, GeoComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, registerMap, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { calm, look, tooltip } from "./look.js";

use([MapChart, AriaComponent, GeoComponent, TooltipComponent, VisualMapComponent, LabelLayout, CanvasRenderer]);

const SHADES = ["#e9f5f7", "#bfe1e6", "#93ccd4", "#68b6c1", "#43a0ae"];

function scale(areas) {
  const values = areas.map((area) => area.value).filter((value) => value !== null);
  return { min: Math.min(...values, 0), max: Math.max(...values, 1) };
}

function label(data) {
  return ({ name, value }) => (Number.isFinite(value) ? `${name}  ${value.toLocaleString()} ${data.unit}` : name);
}

export function draw(element, data) {
  const colours = look();
  const names = new Map(data.areas.map((area) => [area.code, area.name]));
  for (const feature of data.boundaries.features) {
    feature.properties.name = names.get(String(feature.id)) ?? feature.properties.name;
    feature.properties.cp = feature.properties.label ?? feature.properties.centroid;
  }
  registerMap("city", data.boundaries);
  const chart = init(element);
  chart.setOption({
    aria: { enabled: true },
    animation: !calm,
    tooltip: { ...tooltip(colours), formatter: label(data) },
    visualMap: {
      ...scale(data.areas),
      left: 0,
      bottom: 0,
      itemHeight: 90,
      itemWidth: 12,
      text: [data.unit, ""],
      textStyle: { color: colours.quiet, fontFamily: colours.font },
      inRange: { color: SHADES },
      formatter: (value) => Math.round(value).toLocaleString(),
    },
    series: [
      {
        type: "map",
        map: "city",
        nameProperty: "name",
        // Web maps of China look right when a degree of latitude is drawn 1 / cos(latitude) as long.
        aspectScale: 0.92,
        left: 40,
        right: 28,
        top: 8,
        bottom: 8,
        selectedMode: false,
        labelLayout: { hideOverlap: true },
        label: { show: true, fontSize: 12, fontFamily: colours.font, color: "#10313a" },
        itemStyle: { borderColor: colours.surface, borderWidth: 1.5, areaColor: "#eef2f4" },
        emphasis: { label: { color: "#10313a" }, itemStyle: { areaColor: "#f7d794" } },
        data: data.areas.map((area) => ({ name: area.name, value: area.value ?? undefined, link: area.link })),
      },
    ],
  });
  chart.on("click", ({ data: area }) => area?.link && window.location.assign(area.link));
  return chart;
}
