// Somebody was not reached: how, when, what came of it, and how near that brings him to being listed as out of
// reach. Counted as `engine.actions.record_attempt` counts: days and ways since the latest visit.
import { dayOf, fill, show, words } from "./screens.js";

export function standing(attempts, limit) {
  const days = new Set(attempts.map((each) => each.day)).size;
  const methods = new Set(attempts.map((each) => each.method)).size;
  return { days, methods, isLost: days >= limit.attempts && methods >= limit.methods };
}

export class AttemptScreen {
  constructor(page, settings, pack) {
    Object.assign(this, { page, told: settings.words, pack });
  }

  // `made` are the attempts known of and noted here; `done(attempt)` is called with what is to be kept.
  open(person, made, { done, back }) {
    Object.assign(this, { person, made, done });
    const screen = fill(show(this.page, "attempt"), person);
    this.form = screen.querySelector("form");
    this.form.elements.on.value = this.form.elements.on.max = dayOf(Date.now());
    this.form.addEventListener("input", () => this.look());
    this.form.addEventListener("submit", (event) => this.submit(event));
    screen.querySelector("[data-back]").addEventListener("click", back);
    this.look();
  }

  given() {
    const { method, outcome, on } = Object.fromEntries(new FormData(this.form));
    return { method, outcome, on };
  }

  look() {
    const { method, on } = this.given();
    const { lost } = this.pack.rules[this.person.programme];
    const since = this.person.previous?.day;
    const known = since && on <= since ? this.made : [...this.made, { day: on, method }];
    const found = standing(known, lost);
    const values = { ...lost, days: found.days, methods_done: found.methods };
    this.form.querySelector("[data-limit]").textContent = words(found.isLost ? this.told.lost : this.told.lost_yet, values);
  }

  fault({ method, on }) {
    if (!on || on > dayOf(Date.now())) return this.told.future;
    return this.made.some((each) => each.method === method && each.day === on) ? this.told.repeated : "";
  }

  submit(event) {
    event.preventDefault();
    const given = this.given();
    const note = this.form.querySelector("[data-complaint]");
    note.textContent = this.fault(given);
    note.hidden = !note.textContent;
    if (note.textContent) note.focus();
    else this.done(given);
  }
}
