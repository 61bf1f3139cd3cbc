// Reads a form as `forms.rules.read_answers` does on the server, as far as its checks were loaded: what is
// missing, no number, too fine, outside its limits, or against another answer or the age. The server reads it again.
import { addDays, addMonths, monthsBetween, truth } from "./truth.js";

const NUMBERS = ["decimal", "integer", "quantity"];
const NUMBER = /^[+-]?\d{1,9}(\.\d{1,9})?$/;

function plain(text) {
  return text.normalize("NFKC").trim().replace(/。/g, ".").replace(/[−—–]/g, "-");
}

export function given(form) {
  const found = {};
  for (const input of form.elements) {
    // hidden inputs are those of a page on the server: key, version, occasion
    if (!input.name || input.type === "hidden" || input.closest("[data-unasked]")) continue;
    if (["radio", "checkbox"].includes(input.type) && !input.checked) continue;
    const text = input.value.trim();
    if (text) (found[input.name] ??= []).push(text);
  }
  return found;
}

function bound(limit, today) {
  if (limit === null || typeof limit === "number") return limit;
  if (limit.unit === "d") return addDays(today, limit.count);
  return addMonths(today, limit.count * (limit.unit === "a" ? 12 : 1));
}

function isWithin(value, [low, high], today) {
  const [least, most] = [bound(low, today), bound(high, today)];
  return (least === null || least <= value) && (most === null || value <= most);
}

function rangeWords([low, high], unit, today) {
  const [least, most] = [bound(low, today), bound(high, today)];
  const tail = unit ? ` ${unit}` : "";
  if (least !== null && most !== null) return `${least}–${most}${tail}`;
  return least === null ? `≤ ${most}${tail}` : `≥ ${least}${tail}`;
}

class Reader {
  constructor(checks, texts, { sexCode, birthDate, today }) {
    Object.assign(this, { checks, texts, today, birthDate, faults: [], answers: { sex_code: sexCode || null } });
  }

  fault(item, kind, words = {}, confirm = null) {
    const said = Object.entries(words).reduce((text, [name, value]) => text.replace(`{${name}}`, value), item.said[kind]);
    this.faults.push({ place: item.place, title: item.title, message: said, missing: kind === "missing", confirm });
  }

  number(item, text) {
    const bare = item.unit ? plain(text).replace(plain(item.unit), "").trim() : plain(text);
    if (!NUMBER.test(bare)) {
      this.fault(item, "not_a_number", { example: item.decimals ? "12.5" : "12" });
      return null;
    }
    const places = bare.split(".")[1]?.replace(/0+$/, "").length ?? 0;
    if (places > item.decimals) {
      this.fault(item, item.decimals ? "too_fine" : "not_whole", { decimals: item.decimals });
      return null;
    }
    return { value: Number(bare), written: item.kind === "integer" ? String(Number(bare)) : bare };
  }

  read(item) {
    const texts = this.texts[item.place] ?? [];
    const other = this.texts[`${item.place}.other`]?.[0];
    if (item.kind === "multiple_choice") return texts.length ? texts : null;
    if (item.kind === "open_choice" && other) return other;
    if (!texts.length) return null;
    if (item.kind === "boolean") return texts[0] === "true";
    if (item.kind !== "date" && !NUMBERS.includes(item.kind)) return texts[0];
    const found = item.kind === "date" ? { value: texts[0], written: texts[0] } : this.number(item, texts[0]);
    return found && this.size(item, found) ? found.value : null;
  }

  size(item, { value, written }) {
    if (!isWithin(value, item.refuse, this.today)) {
      this.fault(item, "outside", { range: rangeWords(item.refuse, item.unit, this.today) });
      return false;
    }
    const name = `confirm.${item.place}`;
    if (!isWithin(value, item.warn, this.today) && this.texts[name]?.[0] !== written) {
      this.fault(item, "unusual", { range: rangeWords(item.warn, item.unit, this.today) }, { name, value: written });
    }
    return true;
  }

  require(isAsked) {
    const wrong = new Set(this.faults.map((fault) => fault.place));
    for (const item of this.checks.items) {
      if (item.calculated || wrong.has(item.place) || (this.answers[item.place] ?? null) !== null) continue;
      const needed = item.required || (item.required_when && truth(item.required_when, this.answers) === true);
      if (needed && isAsked(item.place)) this.fault(item, "missing");
    }
  }

  constrain() {
    const day = this.checks.items.find((item) => item.place === this.checks.effective_item);
    if (day && this.answers[day.place] > this.today) this.fault(day, "in_future", { today: this.today });
    const on = this.answers[day?.place] ?? this.today;
    const facts = { ...this.answers, on, age_months: this.birthDate ? monthsBetween(this.birthDate, on) : null };
    for (const each of this.checks.constraints) {
      if (truth(each.holds, facts) !== false) continue;
      const name = `confirm.${each.id}`;
      const token = each.items.map((place) => this.texts[place]?.[0] ?? "").join("|");
      if (each.warning && this.texts[name]?.[0] === token) continue;
      this.faults.push({ place: each.items[0], title: "", message: each.message, missing: false, confirm: each.warning ? { name, value: token } : null });
    }
  }
}

// Answers by item and what is wrong with them; `isAsked` says of a place whether the page asks it now.
export function read(checks, texts, { sexCode, birthDate = null, today, isAsked = () => true }) {
  const reader = new Reader(checks, texts, { sexCode, birthDate, today });
  for (const item of checks.items) {
    if (!item.calculated && isAsked(item.place)) reader.answers[item.place] = reader.read(item);
  }
  reader.require(isAsked);
  reader.constrain();
  return { answers: reader.answers, faults: reader.faults };
}
