// Walks conditions as `analytics.facts.to_json` and `forms.rules.portable` write them, with the three truths
// of SQL and FHIRPath: true, false, and null where a missing value leaves it open.
const SIGNS = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
const DAY = 86400000;

export function isMissing(value) {
  return value === null || value === undefined;
}

// Days are texts (2026-05-02); reckoned in UTC, so that no clock is ever turned forward between them.
function utc(day) {
  const [year, month, date] = day.split("-").map(Number);
  return Date.UTC(year, month - 1, date);
}

function iso(instant) {
  return new Date(instant).toISOString().slice(0, 10);
}

export function addMonths(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return iso(Date.UTC(year, month - 1 + months, Math.min(date, last)));
}

export function addDays(day, days) {
  return iso(utc(day) + days * DAY);
}

export function daysBetween(later, earlier) {
  return Math.round((utc(later) - utc(earlier)) / DAY);
}

export function monthsBetween(born, day) {
  const [year, month, date] = born.split("-").map(Number);
  const [laterYear, laterMonth, laterDate] = day.split("-").map(Number);
  return (laterYear - year) * 12 + laterMonth - month - (laterDate < date ? 1 : 0);
}

function both(left, right, combine) {
  return isMissing(left) || isMissing(right) ? null : combine(left, right);
}

function term(node, facts) {
  const [kind, ...parts] = node;
  if (kind === "fact") return facts[parts[0]] ?? null;
  if (kind === "value") return parts[0];
  if (kind === "days") return both(term(parts[0], facts), term(parts[1], facts), daysBetween);
  if (kind === "plus") return both(term(parts[0], facts), term(parts[1], facts), (a, b) => a + b);
  if (kind === "minus") return both(term(parts[0], facts), term(parts[1], facts), (a, b) => a - b);
  if (kind === "shift") {
    const day = term(parts[0], facts);
    return isMissing(day) ? null : addDays(addMonths(day, parts[1]), parts[2]);
  }
  throw new Error(`unknown term ${kind}`);
}

function several(parts, facts, decisive) {
  const truths = parts.map((part) => truth(part, facts));
  if (truths.includes(decisive)) return decisive;
  return truths.includes(null) ? null : !decisive;
}

export function truth(node, facts) {
  const [kind, ...parts] = node;
  if (kind === "any") return several(parts, facts, true);
  if (kind === "all") return several(parts, facts, false);
  if (kind === "not") {
    const found = truth(parts[0], facts);
    return found === null ? null : !found;
  }
  if (kind === "holds") return facts[parts[0]] ?? null;
  if (kind === "some") {
    const [name, asked] = parts;
    return (facts[name] ?? []).some((each) => truth(asked, { ...facts, $this: each }) === true);
  }
  if (kind === "missing") return isMissing(term(parts[0], facts));
  if (kind === "compare") return both(term(parts[1], facts), term(parts[2], facts), SIGNS[parts[0]]);
  if (kind === "in") {
    const found = term(parts[0], facts);
    return isMissing(found) ? null : parts[1].includes(found);
  }
  throw new Error(`unknown condition ${kind}`);
}

export function names(node) {
  if (["fact", "holds", "some"].includes(node[0])) return [node[1]];
  return node.filter(Array.isArray).flatMap(names);
}
