// What the rules that were loaded say of a visit: the same lists that decide on the server, walked here.
import { addDays, isMissing, monthsBetween, names, truth } from "./truth.js";

const ROUTINE = 5;

export function decide(rules, facts, unknowable = new Set()) {
  const known = { ...Object.fromEntries(rules.facts.map((name) => [name, null])), ...facts };
  const held = [];
  let isOpen = false;
  for (const rule of rules.rules) {
    const found = rule.when === null ? true : truth(rule.when, known);
    if (found === true) held.push(rule);
    // a value that only the server calculates might make an earlier rule hold
    else if (found === null && !held.length && names(rule.when).some((name) => unknowable.has(name))) isOpen = true;
  }
  const first = held[0];
  if (isOpen && !first.alarm) return null;
  const seen = new Set([first.class]);
  const also = held.slice(1).filter((rule) => {
    // the rule without a condition says what holds otherwise: beside another it says nothing
    const tells = rule.when !== null && !seen.has(rule.class) && rules.classes[rule.class].priority !== ROUTINE;
    if (tells) seen.add(rule.class);
    return tells;
  });
  return {
    rule: first.id,
    class: first.class,
    alarm: first.alarm,
    refer: first.refer,
    deadline: first.deadline,
    next_days: first.next_days,
    next_on: first.next_days === null ? null : addDays(known.visited_on, first.next_days),
    target_met: rules.target ? truth(rules.target, known) : null,
    also: also.map((rule) => rule.id),
    reasons: [first, ...also].map((rule) => ({ zh: filled(rule.reason.zh, known), en: filled(rule.reason.en, known) })),
    priority: rules.classes[first.class].priority,
    title: rules.classes[first.class].title,
  };
}

function filled(text, facts) {
  return text.replace(/\{(\w+)\}/g, (_, name) => (isMissing(facts[name]) ? "—" : String(facts[name])));
}

// The facts of a visit: what was answered, who it is, what was before.
export function factsOf(rules, person, answers, visitedOn) {
  const service = rules.services[person.service];
  const method = service.method_item ? service.methods[answers[service.method_item]] : "face_to_face";
  const months = person.birth_date ? monthsBetween(person.birth_date, visitedOn) : null;
  return {
    ...person.anchors,
    ...Object.fromEntries(Object.entries(service.answers).map(([name, each]) => [name, answered(each, answers)])),
    age: months === null ? null : Math.floor(months / 12),
    age_months: months,
    birth_date: person.birth_date,
    sex: person.sex_code,
    service: person.service,
    method: method ?? "face_to_face",
    visited_on: visitedOn,
    today: visitedOn,
    enrolled_on: person.enrolled_on,
    previous_visit_on: person.previous?.day ?? null,
    previous_class: person.previous?.class ?? null,
    previous_target_met: person.previous?.target_met ?? null,
  };
}

function answered(fact, answers) {
  const value = answers[fact.item];
  if (isMissing(value)) return null;
  if (fact.any_of.length) return [value].flat().some((code) => fact.any_of.includes(code));
  return Array.isArray(value) ? null : value;
}
