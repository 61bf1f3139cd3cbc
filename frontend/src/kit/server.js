// Talks to the server, when there is one: every request says what came of it, and none is kept in a cache.
export class Unreachable extends Error {}

const ROOT = "/kit/";
let token = "";

async function answer(path, options) {
  let found;
  try {
    found = await fetch(ROOT + path, { cache: "no-store", redirect: "manual", credentials: "same-origin", ...options });
  } catch {
    throw new Unreachable(path);
  }
  // a server in trouble is as good as none: nothing is given up for it
  if (found.status >= 500 || found.status === 429) throw new Unreachable(path);
  const isJson = found.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { isJson, status: found.type === "opaqueredirect" ? 401 : found.status, body: isJson ? await found.json() : {} };
}

// Who is logged in here, if anybody; also the token that later requests need.
export async function standing() {
  const found = await answer("standing/", { method: "GET" });
  token = found.body.csrf ?? "";
  return found.body;
}

export async function post(path, body) {
  if (!token) await standing();
  const ask = () => answer(path, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) });
  let found = await ask();
  if (found.status === 403 && !found.isJson) {
    // somebody logged in meanwhile: the token of forms is another one now
    await standing();
    found = await ask();
  }
  if (found.status !== 401 && !found.isJson) throw new Unreachable(path);
  return found;
}
