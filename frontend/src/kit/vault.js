// The sealed store on this phone: IndexedDB, AES-256-GCM, the key wrapped with one that a passphrase gives
// (PBKDF2-HMAC-SHA-256). Outside the seal stand only what is needed to open it, to ask the server whether to
// erase, and how many records there are. See docs/adr/0006-village-kit.md.
const NAME = "kangmai-kit";
const META = "meta";
const SEALED = "sealed";
const CLOCK_SLACK = 10 * 60 * 1000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(META);
      request.result.createObjectStore(SEALED);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function inStore(store, mode, work) {
  const transaction = (await database()).transaction(store, mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  const found = await work(transaction.objectStore(store));
  await done;
  return found;
}

export function meta() {
  return inStore(META, "readonly", (store) => promised(store.get(META)));
}

export async function change(values) {
  const known = (await meta()) ?? {};
  await inStore(META, "readwrite", (store) => promised(store.put({ ...known, ...values }, META)));
}

async function wrapping(passphrase, salt, rounds) {
  const typed = encoder.encode(passphrase.normalize("NFKC"));
  const raw = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

// A new store: what an earlier kit left is gone. Gives the key, which lives in memory only.
export async function create(passphrase, rounds, values) {
  await destroy();
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", made, await wrapping(passphrase, salt, rounds), { name: "AES-GCM", iv });
  await inStore(META, "readwrite", (store) => promised(store.put({ ...values, salt, iv, rounds, wrapped, wrong: 0, seen: Date.now() }, META)));
  return unlock(passphrase);
}

// The key, or null where the passphrase is wrong; counts how often in a row it was.
export async function unlock(passphrase) {
  const known = await meta();
  const by = await wrapping(passphrase, known.salt, known.rounds);
  try {
    const key = await crypto.subtle.unwrapKey("raw", known.wrapped, by, { name: "AES-GCM", iv: known.iv }, { name: "AES-GCM" }, false, ["encrypt", "decrypt"]);
    await change({ wrong: 0 });
    return key;
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    await change({ wrong: (known.wrong ?? 0) + 1 });
    return null;
  }
}

// Each record is bound to its name, so that one cannot be put in the place of another.
export async function put(key, name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = encoder.encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(name) }, key, body);
  await inStore(SEALED, "readwrite", (store) => promised(store.put({ iv, sealed }, name)));
}

export async function get(key, name) {
  const found = await inStore(SEALED, "readonly", (store) => promised(store.get(name)));
  if (!found) return null;
  const how = { name: "AES-GCM", iv: found.iv, additionalData: encoder.encode(name) };
  return JSON.parse(decoder.decode(await crypto.subtle.decrypt(how, key, found.sealed)));
}

export function list() {
  return inStore(SEALED, "readonly", (store) => promised(store.getAllKeys()));
}

export function remove(name) {
  return inStore(SEALED, "readwrite", (store) => promised(store.delete(name)));
}

export async function destroy() {
  if (opening) (await opening).close();
  opening = null;
  await promised(indexedDB.deleteDatabase(NAME));
}

// Whether the kit is over its time; a clock that was turned back counts as such.
export function isOver(known, now = Date.now()) {
  return now > known.expires || now < known.seen - CLOCK_SLACK;
}

export function isLongOver(known, now = Date.now()) {
  return now > known.expires + known.unsentDays * 86400000;
}
