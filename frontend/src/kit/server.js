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
  if ([502, 503, 504].includes(found.status)) throw new Unreachable(path);
  const isJson = found.headers.get("content-type")?.startsWith("application/json");
  return { status: found.type === "opaqueredirect" ? 401 : found.status, body: isJson ? await found.json() : {} };
}

// Who is logged in here, if anybody; also the token that later requests need.
export async function standing() {
  const found = await answer("standing/", { method: "GET" });
  token = found.body.csrf ?? "";
  return found.body;
}

export async function post(path, body) {
  if (!token) await standing();
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  return answer(path, { method: "POST", headers, body: JSON.stringify(body) });
}
