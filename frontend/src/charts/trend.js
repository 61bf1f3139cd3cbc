// One measurement of one resident over time: dots joined by a line, the reference range shaded.
// data: {name, unit, low, high, series: [{name, points: [[iso instant, value], …]}]}
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { calm, look, tooltip } from "./look.js";

use([LineChart, AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, TooltipComponent, CanvasRenderer]);

function range(data, colours) {
  if (data.low === null && data.high === null) return undefined;
  const band = [{ yAxis: data.low ?? "min" }, { yAxis: data.high ?? "max" }];
  return { silent: true, itemStyle: { color: colours.primary, opacity: 0.08 }, data: [band] };
}

function line(series, at, data, colours) {
  return {
    type: "line",
    name: series.name,
    data: series.points,
    symbol: at ? "diamond" : "circle",
    symbolSize: 7,
    showAllSymbol: true,
    clip: false,
    lineStyle: { width: 2, type: at ? "dashed" : "solid" },
    markArea: at ? undefined : range(data, colours),
  };
}

export function draw(element, data) {
  const colours = look();
  const chart = init(element);
  const quiet = { color: colours.quiet, fontFamily: colours.font };
  chart.setOption({
    aria: { enabled: true },
    animation: !calm,
    color: [colours.primary, "#b45309"],
    grid: { left: 8, right: 16, top: data.series.length > 1 ? 40 : 28, bottom: 8, containLabel: true },
    legend: { show: data.series.length > 1, top: 0, textStyle: quiet },
    tooltip: { ...tooltip(colours), trigger: "axis", valueFormatter: (value) => `${value} ${data.unit}` },
    xAxis: { type: "time", axisLabel: { ...quiet, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } } },
    yAxis: {
      type: "value",
      scale: true,
      name: data.unit,
      nameTextStyle: quiet,
      axisLabel: quiet,
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: data.series.map((series, at) => line(series, at, data, colours)),
  });
  return chart;
}
