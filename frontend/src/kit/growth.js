// Z-scores of a child's measurements, their classes and the lines crossed, by the tables that were loaded:
// what `programmes.growth.scores` does on the server. The browser test holds the two together.
import { daysBetween } from "./truth.js";

const RESTRICTED = ["weight", "bmi"];

function row({ from, step, ...bySex }, sex, at) {
  const place = (at - from) / step;
  const low = Math.floor(place + 1e-6);
  const part = place - low;
  const rows = bySex[sex];
  if (low < 0 || low >= rows.length) return null;
  if (part < 1e-6) return rows[low];
  if (low + 1 >= rows.length) return null;
  return rows[low].map((value, each) => value + part * (rows[low + 1][each] - value));
}

function lms(standard, indicator, sex, days, length) {
  if (indicator === "weight_for_length") {
    if (length === null || days > standard.days_until) return null;
    return row(standard.by_day[days <= standard.lying_until_day ? indicator : "weight_for_height"], sex, length);
  }
  if (days <= standard.days_until) return row(standard.by_day[indicator], sex, days);
  const isOver = !standard.by_month[indicator] || days > standard.months_until * standard.days_a_month;
  return isOver ? null : row(standard.by_month[indicator], sex, days / standard.days_a_month);
}

function valueAt([power, median, variation], z) {
  return power === 0 ? median * Math.exp(variation * z) : median * (1 + power * variation * z) ** (1 / power);
}

// beyond three deviations weights go by the distance of the second line from the third
function score(value, found, isRestricted) {
  const [power, median, variation] = found;
  const ratio = value / median;
  const plain = power === 0 ? Math.log(ratio) / variation : (ratio ** power - 1) / (power * variation);
  if (!isRestricted || Math.abs(plain) <= 3) return plain;
  const side = plain > 0 ? 1 : -1;
  const third = valueAt(found, 3 * side);
  return 3 * side + (value - third) / Math.abs(third - valueAt(found, 2 * side));
}

function asStandard(standard, { length, is_lying }, days) {
  if (length === null) return null;
  const lies = days <= standard.lying_until_day;
  const wasLying = is_lying ?? lies;
  return lies === wasLying ? length : length + (lies ? standard.difference_cm : -standard.difference_cm);
}

// Plausible z-scores to two places, by indicator; none where the sex is not known.
export function scores(standard, sex, days, measured) {
  if (!["1", "2"].includes(sex) || days < 0) return {};
  const length = asStandard(standard, measured, days);
  const bmi = measured.weight && length ? measured.weight / (length / 100) ** 2 : null;
  const values = { weight: measured.weight, length, head: measured.head, bmi };
  const found = {};
  for (const { id, measure, within } of standard.indicators) {
    const value = values[measure];
    const known = value > 0 ? lms(standard, id, sex, days, length) : null;
    if (!known) continue;
    const z = score(value, known, RESTRICTED.includes(measure));
    if (within[0] <= z && z <= within[1]) found[id] = Number(z.toFixed(2));
  }
  return found;
}

function holds(bounds, found, days) {
  const asked = bounds.filter(({ indicator, from_day, until_day }) => indicator in found && from_day <= days && days <= until_day);
  if (!asked.length) return null;
  return asked.some(({ indicator, below, above }) => (below !== null && found[indicator] < below) || (above !== null && found[indicator] > above));
}

function linesDown({ lines }, earlier, now) {
  const highest = earlier.length ? Math.max(...earlier) : now;
  return lines.filter((line) => highest >= line && line > now).length;
}

// The facts that rules may name; those that cannot be had are left out, as on the server.
export function growthFacts(standard, service, person, facts, day) {
  if (!service.growth || !person.birth_date) return {};
  const days = daysBetween(day, person.birth_date);
  const measured = Object.fromEntries(["weight", "length", "head", "is_lying"].map((name) => [name, facts[service.growth[name]] ?? null]));
  const found = scores(standard, person.sex_code, days, measured);
  const told = {};
  for (const { id, fact } of standard.indicators) if (id in found) told[fact] = found[id];
  for (const [name, bounds] of Object.entries(standard.classes)) {
    const said = holds(bounds, found, days);
    if (said !== null) told[name] = said;
  }
  const { falling } = standard;
  const since = (person.earlier ?? []).filter((each) => each.day < day && daysBetween(day, each.day) <= falling.within_days);
  const down = standard.indicators
    .filter(({ id }) => falling.indicators.includes(id) && id in found)
    .map(({ id, fact }) => linesDown(falling, since.map((each) => each[fact]).filter((z) => typeof z === "number"), found[id]));
  if (down.length) told[falling.fact] = Math.max(...down);
  return told;
}
