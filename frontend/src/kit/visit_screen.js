// One visit: the form that was loaded, what the loaded rules say of it, and what is wrong before it is kept.
import { attach, fill as fillInput } from "../questionnaire.js";
import { foldAll, unfoldTarget } from "../visit.js";
import { given, read } from "./checks.js";
import { decide, factsOf } from "./decide.js";
import { growthFacts } from "./growth.js";
import { dayOf, fill, part, show, words } from "./screens.js";

const TONES = { 0: "danger", 1: "danger", 2: "warning", 3: "warning", 5: "good" };

export class VisitScreen {
  constructor(page, settings, pack) {
    Object.assign(this, { page, settings, pack });
  }

  // Shows a visit; `entry` holds earlier answers. `done(given)` is called with what is to be kept.
  open(person, entry, { done, back, keep }) {
    Object.assign(this, { person, done });
    const screen = fill(show(this.page, "visit"), { ...person, previous_text: person.previous?.text ?? "" });
    this.form = screen.querySelector("form");
    this.form.querySelector("[data-fields]").innerHTML = this.pack.forms[person.form].html;
    this.checks = this.pack.forms[person.form].checks;
    this.panel = screen.querySelector("[data-decision]");
    this.offer(person.proposals);
    for (const [place, value] of Object.entries(entry?.given ?? this.initial())) fillInput(this.form, place, value);
    attach(this.form);
    foldAll(this.form);
    this.form.addEventListener("click", unfoldTarget);
    this.form.addEventListener("input", () => this.look());
    this.form.addEventListener("change", () => keep(given(this.form)));
    this.form.addEventListener("click", () => queueMicrotask(() => this.look()));
    this.form.addEventListener("submit", (event) => this.submit(event));
    screen.querySelector("[data-back]").addEventListener("click", back);
    if (entry?.problem) this.tell(entry.problem.faults ?? [], entry.problem.message);
    this.look();
  }

  initial() {
    const today = dayOf(Date.now());
    const entries = Object.entries(this.person.given);
    return Object.fromEntries(entries.map(([place, text]) => [place, text === this.pack.packed_on ? today : text]));
  }

  offer(proposals) {
    for (const each of proposals) {
      const question = this.form.querySelector(`[data-question="${each.question}"]`);
      if (!question) continue;
      const line = fill(part(this.page, "proposal"), each);
      line.querySelector("button").dataset.takes = JSON.stringify(each.inputs);
      (question.querySelector(":scope > fieldset > legend") ?? question.querySelector(".question-input"))?.after(line);
    }
  }

  isAsked(place) {
    const question = this.form.querySelector(`[data-question="${place}"]`);
    return question !== null && !question.closest("[data-unasked]");
  }

  read() {
    const today = dayOf(Date.now());
    return read(this.checks, given(this.form), {
      sexCode: this.person.sex_code,
      birthDate: this.person.birth_date,
      today,
      isAsked: (place) => this.isAsked(place),
    });
  }

  // What the rules say so far; null where nothing is to be said yet.
  verdict({ answers, faults }) {
    const rules = this.pack.rules[this.person.programme];
    const service = rules.services[this.person.service];
    const visitedOn = answers[service.day_item] ?? dayOf(Date.now());
    if (!service.decides || visitedOn < rules.from) return null;
    const calculated = new Set(this.checks.items.filter((item) => item.calculated).map((item) => item.place));
    const unknowable = Object.entries(service.answers).filter(([, each]) => calculated.has(each.item)).map(([name]) => name);
    const { growth } = this.pack;
    const facts = factsOf(rules, this.person, answers, visitedOn);
    // with the growth standard loaded nothing is left that only the server works out
    const unknown = new Set([...unknowable, ...(growth ? [] : rules.server_facts)]);
    const found = decide(rules, growth ? { ...facts, ...growthFacts(growth, service, this.person, facts, visitedOn) } : facts, unknown);
    return found && (found.alarm || !faults.length) ? found : null;
  }

  look() {
    const reading = this.read();
    const found = this.verdict(reading);
    const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    const missing = reading.faults.filter((fault) => fault.missing).map((fault) => fault.title);
    const day = reading.answers[this.pack.rules[this.person.programme].services[this.person.service].day_item];
    const late = day && (Date.parse(dayOf(Date.now())) - Date.parse(day)) / 86400000 > this.pack.rules[this.person.programme].late_entry_after_days;
    this.panel.replaceChildren();
    if (found) this.panel.append(this.said(found, language));
    else this.panel.append(this.waiting(reading));
    if (late) this.panel.append(fill(part(this.page, "late"), {}));
    if (missing.length) this.panel.append(fill(part(this.page, "missing"), { titles: missing.join(" · ") }));
    return { reading, found };
  }

  // Nothing is decided yet: more is to be answered, or what was calculated of the answers is judged by the server.
  waiting({ faults }) {
    const { decides, answers } = this.pack.rules[this.person.programme].services[this.person.service];
    const asked = new Set(Object.values(answers).map((each) => each.item));
    const judged = this.checks.items.filter((item) => item.calculated && asked.has(item.place)).map((item) => item.title);
    if (faults.length || !decides || !judged.length) return fill(part(this.page, "waits"), {});
    return fill(part(this.page, "synced"), { titles: judged.join(" · ") });
  }

  said(found, language) {
    const rules = this.pack.rules[this.person.programme];
    const element = fill(part(this.page, "verdict"), {
      title: found.title[language],
      next: found.next_on ? words(this.settings.words.next, { day: found.next_on, days: found.next_days }) : "",
      reasons: found.reasons.map((reason) => reason[language]).join("；"),
      refer: found.refer ? found.refer[language] : "",
      now: found.refer?.urgency === "now",
      soon: found.refer && found.refer.urgency !== "now",
      rules: words(this.settings.words.rules, { version: rules.version, day: this.pack.packed_on }),
      unverified: !rules.verified,
    });
    element.classList.add(`verdict-${TONES[found.priority] ?? "warning"}`);
    return element;
  }

  tell(faults, message = "") {
    const summary = this.form.querySelector("[data-faults]");
    summary.hidden = !faults.length && !message;
    fill(summary, { message });
    summary.querySelector("ul").replaceChildren(...faults.map((fault) => this.line(fault)));
    if (!summary.hidden) summary.focus();
  }

  line(fault) {
    const line = fill(part(this.page, "fault"), fault);
    line.querySelector("a").href = `#input-${fault.place.replace(/[.+]/g, "-")}`;
    const confirm = line.querySelector("label");
    confirm.hidden = !fault.confirm;
    if (fault.confirm) Object.assign(confirm.querySelector("input"), { name: fault.confirm.name, value: fault.confirm.value });
    return line;
  }

  submit(event) {
    event.preventDefault();
    const { reading, found } = this.look();
    const isOpen = found?.alarm && reading.faults.every((fault) => fault.missing) && this.hasDayAndWay(reading.answers);
    if (reading.faults.length && !isOpen) this.tell(reading.faults);
    else this.done(given(this.form), found);
  }

  hasDayAndWay(answers) {
    const service = this.pack.rules[this.person.programme].services[this.person.service];
    return Boolean(answers[service.day_item] && (!service.method_item || answers[service.method_item]));
  }
}
