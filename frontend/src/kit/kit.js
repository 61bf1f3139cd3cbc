// What a kit does from being prepared to being erased.
import { Unreachable, post, standing } from "./server.js";
import { AttemptScreen } from "./attempt_screen.js";
import { fill, momentOf, part, show, words } from "./screens.js";
import * as vault from "./vault.js";
import { VisitScreen } from "./visit_screen.js";

const MINUTE = 60000;
const PACK = "pack";
const ENTRY = "entry:";
const DRAFT = "draft:";

// What is kept of a person until it is sent; without a kind it is a visit.
function entryOf(person, given) {
  const { enrolment, service, version, name, title, place } = person;
  return { key: crypto.randomUUID().replaceAll("-", ""), enrolment, service, version, given, filled_at: Date.now(), state: "waiting", person: { name, title, place } };
}

function bodyOf({ enrolment, service, key, given, filled_at, version, kind }) {
  if (kind === "attempt") return { enrolment, service, key, ...given };
  return { enrolment, service, key, given, version, filled_at: new Date(filled_at).toISOString() };
}

function isVisit(entry) {
  return entry.kind !== "attempt";
}

// Our own attempt made the next version; where more lies between, somebody else was there, and that is told.
function rise(known, version) {
  if (version === known.version + 1) known.version = version;
}

function isOf(entry, person) {
  return entry.enrolment === person.enrolment && entry.service === person.service;
}

export class Kit {
  constructor(page, settings) {
    Object.assign(this, { page, settings, key: null, pack: null, entries: [], isSending: false, touched: Date.now() });
  }

  async start() {
    if (!window.isSecureContext || !crypto.subtle || !("serviceWorker" in navigator)) return this.say("unsupported");
    navigator.serviceWorker.register(this.settings.worker, { scope: this.settings.scope }).catch(() => {});
    for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, () => (this.touched = Date.now()));
    window.addEventListener("online", () => this.tick());
    document.addEventListener("visibilitychange", () => document.hidden || this.tick());
    setInterval(() => this.tick(), MINUTE / 2);
    await this.open();
    await this.tick();
  }

  say(name, values = {}) {
    return fill(show(this.page, name), values);
  }

  async open() {
    const known = await vault.meta();
    if (!known) return this.first();
    if (await this.lapse(known)) return null;
    return this.locked(known);
  }

  // Twice a minute: is it over its time, left lying about, or to be erased?
  async tick() {
    const known = await vault.meta();
    if (!known || this.isErasing) return;
    if (await this.lapse(known)) return;
    await vault.change({ seen: Math.max(known.seen, Date.now()) });
    if (this.key && Date.now() - this.touched > known.idleMinutes * MINUTE) this.lock();
    await this.contact(known);
  }

  async lapse(known) {
    if (vault.isLongOver(known) || (known.wrong ?? 0) >= known.mostWrong) {
      await this.erase((known.wrong ?? 0) >= known.mostWrong ? "wrong" : "old");
      return true;
    }
    if (!vault.isOver(known) || known.isEmpty) return false;
    await vault.remove(PACK);
    for (const name of await vault.list()) if (name.startsWith(DRAFT)) await vault.remove(name);
    await vault.change({ isEmpty: true });
    this.lock();
    return true;
  }

  async contact(known, values = {}) {
    try {
      const { status, body } = await post("contact/", { kit: known.id, token: known.token, ...values });
      if (status === 200 && body.erase && !values.erased) await this.erase(body.why);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }

  // Everything goes: records, key, the kept page. The server is told where it can be.
  async erase(why) {
    this.isErasing = true;
    const known = await vault.meta();
    Object.assign(this, { key: null, pack: null, entries: [] });
    await vault.destroy();
    this.say("erased", { [why || "own"]: true });
    this.page.querySelector("[data-again]").addEventListener("click", () => location.reload());
    if (known) await this.contact(known, { erased: true });
    this.isErasing = false;
  }

  lock() {
    Object.assign(this, { key: null, pack: null, entries: [] });
    vault.meta().then((known) => known && this.locked(known));
  }

  async first() {
    const screen = this.say("first");
    const form = screen.querySelector("form");
    form.addEventListener("submit", (event) => this.prepare(event, form));
    await this.whoIsHere(screen);
  }

  async whoIsHere(screen) {
    const notes = { login: false, offline: false, other: false };
    try {
      const found = await standing();
      notes.login = !found.account;
      notes.other = Boolean(found.account) && !found.may_prepare;
      fill(screen, { ...notes, name: found.name ?? "" });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      fill(screen, { ...notes, offline: true });
    }
  }

  complain(form, message) {
    const note = form.querySelector("[data-complaint]");
    note.textContent = message;
    note.hidden = !message;
    if (message) note.focus();
  }

  async prepare(event, form) {
    event.preventDefault();
    const { name, phrase, again, ahead } = Object.fromEntries(new FormData(form));
    const { least, rounds } = this.settings.passphrase;
    const told = this.settings.words;
    if ([...phrase].length < least || /^\d+$/.test(phrase)) return this.complain(form, told.weak);
    if (phrase !== again) return this.complain(form, told.differ);
    return this.busy(form, async () => {
      const made = await post("register/", { name });
      if (made.status !== 200) return this.complain(form, this.refusal(made));
      const { kit, token, limits } = made.body;
      const values = { id: kit, token, idleMinutes: limits.idle_minutes, unsentDays: limits.unsent_days, mostWrong: limits.wrong, expires: Date.now() + MINUTE };
      this.key = await vault.create(phrase, rounds, values);
      return this.load(Number(ahead), (text) => this.complain(form, text));
    });
  }

  refusal({ status, body }) {
    if (status === 401) return this.settings.words.login;
    return body.message ?? this.settings.words.failed;
  }

  async busy(form, work) {
    const buttons = form.querySelectorAll("button");
    for (const each of buttons) each.disabled = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.complain(form, this.settings.words.offline);
    } finally {
      for (const each of buttons) each.disabled = false;
    }
  }

  // Portion by portion; only when all is here does it take the place of what was.
  async load(ahead, complain) {
    const known = await vault.meta();
    const pack = { people: [], forms: {}, rules: {}, ahead };
    const bar = this.page.querySelector("[data-progress]");
    let after = "";
    do {
      const found = await post("pack/", { kit: known.id, token: known.token, ahead, after, forms: Object.keys(pack.forms), rules: Object.keys(pack.rules) });
      if (found.status !== 200) {
        if (!known.isLoaded) await this.forget();
        return complain(this.refusal(found));
      }
      const { people, forms, rules, ...rest } = found.body;
      pack.people.push(...people);
      Object.assign(pack.forms, forms);
      Object.assign(pack.rules, rules);
      Object.assign(pack, rest);
      after = rest.after;
      if (bar) bar.textContent = words(this.settings.words.loaded, { count: pack.people.length });
    } while (after);
    await vault.put(this.key, PACK, pack);
    await vault.change({ expires: Date.parse(pack.expires_at), isEmpty: false, isLoaded: true, seen: Date.now() });
    return this.unsealed();
  }

  // A kit into which nothing could be loaded is none.
  async forget() {
    const known = await vault.meta();
    this.key = null;
    await vault.destroy();
    await this.contact(known, { erased: true });
  }

  async locked(known) {
    const names = await vault.list();
    const unsent = names.filter((name) => name.startsWith(ENTRY)).length;
    const screen = this.say("locked", {
      until: known.isEmpty ? "" : momentOf(known.expires),
      empty: Boolean(known.isEmpty),
      unsent: unsent ? words(this.settings.words.unsent, { count: unsent }) : "",
    });
    const form = screen.querySelector("form");
    form.addEventListener("submit", (event) => this.unlock(event, form));
    screen.querySelector("[data-erase]").addEventListener("click", () => this.page.querySelector("#erase").showModal());
    this.onErase();
  }

  onErase() {
    const dialog = this.page.querySelector("#erase");
    dialog.querySelector("[data-yes]").onclick = () => {
      dialog.close();
      this.erase("own");
    };
    dialog.querySelector("[data-no]").onclick = () => dialog.close();
  }

  async unlock(event, form) {
    event.preventDefault();
    return this.busy(form, async () => {
      this.key = await vault.unlock(form.elements.phrase.value);
      if (this.key) return this.unsealed();
      const known = await vault.meta();
      if (await this.lapse(known)) return null;
      form.reset();
      return this.complain(form, words(this.settings.words.wrong, { left: known.mostWrong - known.wrong }));
    });
  }

  async unsealed() {
    this.touched = Date.now();
    this.pack = await vault.get(this.key, PACK);
    this.entries = [];
    for (const name of await vault.list()) {
      if (name.startsWith(ENTRY)) this.entries.push(await vault.get(this.key, name));
    }
    this.list();
  }

  list() {
    const known = { people: this.pack?.people ?? [], entries: this.entries };
    const waiting = known.entries.filter((entry) => entry.state === "waiting").length;
    const screen = this.say("list", {
      until: this.pack ? words(this.settings.words.until, { count: known.people.length, moment: momentOf(Date.parse(this.pack.expires_at)) }) : "",
      empty: !this.pack,
      none: this.pack && !known.people.length,
      cut: Boolean(this.pack?.is_cut),
      entries: known.entries.length > 0,
      waiting: waiting ? words(this.settings.words.send, { count: waiting }) : "",
    });
    screen.querySelector("[data-entries]").replaceChildren(...known.entries.map((entry) => this.entryLine(entry)));
    const find = screen.querySelector("[name=find]");
    const people = screen.querySelector("[data-people]");
    const draw = () => people.replaceChildren(...this.found(find.value).map((person) => this.personLine(person)));
    find.addEventListener("input", draw);
    draw();
    screen.querySelector("[data-send]").addEventListener("click", () => this.send());
    screen.querySelector("[data-lock]").addEventListener("click", () => this.lock());
    screen.querySelector("[data-erase]").addEventListener("click", () => this.page.querySelector("#erase").showModal());
    const again = screen.querySelector("form[data-load]");
    if (this.pack) again.elements.ahead.value = String(this.pack.ahead);
    again.addEventListener("submit", (event) => {
      event.preventDefault();
      this.busy(again, () => this.load(Number(again.elements.ahead.value), (text) => this.complain(again, text)));
    });
    this.onErase();
  }

  found(text) {
    const wanted = text.trim().toLowerCase();
    const people = this.pack?.people ?? [];
    return wanted ? people.filter((each) => [each.name, each.place, each.number, each.programme_title].some((part) => part.toLowerCase().includes(wanted))) : people;
  }

  personLine(person) {
    const entry = this.entries.find((each) => isVisit(each) && isOf(each, person));
    const tried = this.attemptsOf(person).length;
    const line = fill(part(this.page, "person"), {
      ...person,
      kept: Boolean(entry),
      open: !entry,
      tried: tried && !entry ? words(this.settings.words.tried, { count: tried }) : "",
    });
    line.classList.toggle("is-danger", person.tone === "danger");
    for (const button of line.querySelectorAll("button")) {
      const says = button.dataset.does === "visit" ? this.settings.words.start : this.settings.words.attempt;
      button.addEventListener("click", () => this[button.dataset.does](person));
      button.setAttribute("aria-label", `${says}: ${person.shown_name}`);
    }
    return line;
  }

  // What was loaded, and what was noted here since.
  attemptsOf(person) {
    const noted = this.entries.filter((each) => !isVisit(each) && isOf(each, person));
    return [...(person.attempts ?? []), ...noted.map(({ given }) => ({ day: given.on, method: given.method }))];
  }

  attempt(person) {
    const screen = new AttemptScreen(this.page, this.settings, this.pack);
    const title = this.settings.words.attempt;
    screen.open(person, this.attemptsOf(person), {
      back: () => this.list(),
      done: (given) => this.keepEntry({ ...entryOf(person, given), kind: "attempt", person: { name: person.name, title, place: person.place } }),
    });
  }

  entryLine(entry) {
    const problem = entry.problem ?? {};
    const line = fill(part(this.page, "entry"), {
      ...entry.person,
      filled: momentOf(entry.filled_at),
      waits: entry.state === "waiting",
      stopped: entry.state !== "waiting",
      message: entry.state === "waiting" ? "" : problem.message ?? "",
      meanwhile: problem.visit ? problem.visit.text : "",
      gone: entry.state === "gone",
    });
    const may = { own: isVisit(entry) && entry.state === "conflict", open: isVisit(entry) && entry.state !== "gone" && this.personOf(entry) !== undefined, drop: entry.state !== "waiting" };
    for (const button of line.querySelectorAll("button")) {
      button.hidden = !may[button.dataset.does];
      button.addEventListener("click", () => this.solve(entry, button.dataset.does));
    }
    const link = line.querySelector("a");
    link.hidden = !problem.address;
    if (problem.address) link.href = problem.address;
    return line;
  }

  personOf(entry) {
    return this.pack?.people.find((each) => each.enrolment === entry.enrolment && each.service === entry.service);
  }

  visit(person, entry = null) {
    const name = `${DRAFT}${person.enrolment}:${person.service}`;
    const screen = new VisitScreen(this.page, this.settings, this.pack);
    const begin = (draft) =>
      screen.open(person, entry ?? draft, {
        back: () => this.list(),
        keep: (given) => this.key && !entry && vault.put(this.key, name, { given }),
        done: (given) => this.keep(person, given, entry, name),
      });
    return vault.get(this.key, name).then(begin);
  }

  async keep(person, given, earlier, draft) {
    const entry = { ...entryOf(person, given), form: person.form, version: earlier?.version ?? person.version };
    if (earlier) await vault.remove(ENTRY + earlier.key);
    await vault.remove(draft);
    this.entries = this.entries.filter((each) => each.key !== earlier?.key);
    return this.keepEntry(entry);
  }

  async keepEntry(entry) {
    await vault.put(this.key, ENTRY + entry.key, entry);
    this.entries = [...this.entries, entry];
    this.list();
    if (navigator.onLine) await this.send();
  }

  // One at a time, in the order in which they were filled in; the key makes a second sending harmless.
  async send() {
    if (this.isSending || !this.key) return;
    this.isSending = true;
    const known = await vault.meta();
    let message = "";
    try {
      for (const entry of this.entries.filter((each) => each.state === "waiting").sort((a, b) => a.filled_at - b.filled_at)) {
        const found = await post(isVisit(entry) ? "send/" : "attempt/", { kit: known.id, token: known.token, ...bodyOf(entry) });
        if (found.status === 401) {
          message = this.settings.words.login;
          break;
        }
        if (found.body.kind === "stranger") {
          message = found.body.message;
          break;
        }
        if (found.body.kind === "erased") return await this.contact(known);
        await this.settle(entry, found);
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      message = this.settings.words.kept;
    } finally {
      this.isSending = false;
    }
    if (!this.key) return;
    if (this.page.querySelector("[data-screen]").dataset.screen === "list") this.list();
    this.report(message);
  }

  report(message) {
    const note = this.page.querySelector("[data-report]");
    if (!note) return;
    note.textContent = message || (this.sent ? words(this.settings.words.sent, { count: this.sent }) : "");
    note.hidden = !note.textContent;
    this.page.querySelector("[data-login]").hidden = message !== this.settings.words.login;
    this.sent = 0;
  }

  async settle(entry, { status, body }) {
    if (status === 200) {
      await vault.remove(ENTRY + entry.key);
      this.entries = this.entries.filter((each) => each !== entry);
      this.sent = (this.sent ?? 0) + 1;
      if (this.pack) await this.follow(entry, body);
      return;
    }
    entry.state = { conflict: "conflict", refused: "refused" }[body.kind] ?? "gone";
    entry.problem = { ...body, message: body.message ?? this.settings.words.failed };
    await vault.put(this.key, ENTRY + entry.key, entry);
  }

  // Who was visited is seen to; of who was not reached the attempt is kept, with the version it made.
  async follow(entry, body) {
    const seen = (each) => each.enrolment === entry.enrolment && each.service === entry.service;
    if (isVisit(entry)) this.pack.people = this.pack.people.filter((each) => !seen(each));
    else {
      for (const person of this.pack.people.filter((each) => each.enrolment === entry.enrolment)) {
        (person.attempts ??= []).push({ day: entry.given.on, method: entry.given.method });
        rise(person, body.version);
      }
      for (const other of this.entries.filter((each) => isVisit(each) && each.enrolment === entry.enrolment)) {
        rise(other, body.version);
        await vault.put(this.key, ENTRY + other.key, other);
      }
    }
    await vault.put(this.key, PACK, this.pack);
  }

  async solve(entry, how) {
    if (how === "drop") {
      await vault.remove(ENTRY + entry.key);
      this.entries = this.entries.filter((each) => each !== entry);
      return this.list();
    }
    if (how === "own") {
      Object.assign(entry, { version: entry.problem.version, state: "waiting", problem: null });
      await vault.put(this.key, ENTRY + entry.key, entry);
      this.list();
      return this.send();
    }
    return this.visit(this.personOf(entry), entry);
  }
}
