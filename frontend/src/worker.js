// The service worker of the village kit: keeps the empty page, its script, style and icons, so that the kit
// opens without signal. It keeps nothing else: data travels past it and stands sealed in IndexedDB.
// The server puts `self.KIT = {version, page, files}` before this script.
const { version, page, files } = self.KIT;
const CACHE = `kangmai-kit-${version}`;

self.addEventListener("install", (event) => {
  const wanted = [page, ...files].map((path) => new Request(path, { cache: "reload", credentials: "same-origin" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("kangmai-kit-") && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname !== page && !files.includes(pathname)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(pathname)).then((kept) => kept ?? fetch(event.request)));
});
